namespace Mmm;

/// <summary>The reason why an operation failed, as <see cref="MmmException.Reason"/> reports it.</summary>
public enum MmmError
{
    /// <summary>A reason other than those below. The exception message describes it.</summary>
    Other,
    /// <summary>There is no host, and none could be started.</summary>
    NoHost,
    /// <summary>The host's directory does not exist or cannot be written.</summary>
    NoDirectory,
    /// <summary>The host has refused to serve this client.</summary>
    Refused,
    /// <summary>There is not enough memory, disk space or free file descriptors.</summary>
    NoSpace,
    /// <summary>Another process has truncated the client's file. The client can no longer be used: dispose it and open a new one.</summary>
    FileLost,
    /// <summary>The client already has 14 values, which is the maximum.</summary>
    TooManyValues,
}

/// <summary>
/// The exception that is thrown when an operation fails for a reason outside the program. The message is one line for the user. It states
/// what failed and, where possible, what to do.
/// </summary>
/// <param name="message">One line for the user.</param>
/// <param name="reason">The reason, for code that handles the exception.</param>
/// <param name="innerException">The exception that caused this one; null if there is none.</param>
public sealed class MmmException(string message, MmmError reason = MmmError.Other, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The reason, for code that handles the exception.</summary>
    public MmmError Reason { get; } = reason;
}
