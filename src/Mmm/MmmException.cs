namespace Mmm;

/// <summary>Why an operation failed: <see cref="MmmException.Reason"/>.</summary>
public enum MmmError
{
    /// <summary>None of the reasons below; the message names it.</summary>
    Other,
    /// <summary>No host is there, and none could be started.</summary>
    NoHost,
    /// <summary>The host's directory does not exist or cannot be written.</summary>
    NoDirectory,
    /// <summary>The host answered that it does not serve this client.</summary>
    Refused,
    /// <summary>The system has no memory, disk space or descriptor left.</summary>
    NoSpace,
    /// <summary>Another process has cut the client's file short. The client cannot be used any more: dispose it and open another.</summary>
    FileLost,
    /// <summary>A client's file has room for 14 values, and all are used.</summary>
    TooManyValues,
}

/// <summary>
/// An operation failed for a reason outside the program. The message is one line for people: what failed, and what to do.
/// </summary>
/// <param name="message">One line.</param>
/// <param name="reason">For programs.</param>
/// <param name="innerException">What the system reported; null if nothing.</param>
public sealed class MmmException(string message, MmmError reason = MmmError.Other, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The reason, for programs.</summary>
    public MmmError Reason { get; } = reason;
}
