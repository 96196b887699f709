using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace Mmm.Hosting;

/// <summary>The outcome of opening a file in the clients' directory.</summary>
internal enum OpenOutcome
{
    /// <summary>The file is open.</summary>
    Opened,
    /// <summary>No file has the name.</summary>
    Gone,
    /// <summary>
    /// The file cannot be opened now: no descriptor or memory is left, its mode does not allow it yet, or its owner holds a lease. Try
    /// again after a while, and when its attributes change.
    /// </summary>
    TryLater,
    /// <summary>The file is not a client's file.</summary>
    Refused,
}

/// <summary>The result of opening a file in the clients' directory.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="File">The file; not null if the outcome is <see cref="OpenOutcome.Opened"/>.</param>
/// <param name="Reason">Why the file is not open, for log lines; empty if it is open or gone.</param>
internal readonly record struct OpenResult(OpenOutcome Outcome, ClientFile? File, string Reason)
{
    internal static OpenResult Refused(string reason) => new(OpenOutcome.Refused, null, reason);

    internal static OpenResult Failed(int error)
    {
        var outcome = OutcomeOf(error);
        return new OpenResult(outcome, null, outcome == OpenOutcome.Gone ? "" : Sys.ErrorText(error));
    }

    internal static OpenOutcome OutcomeOf(int error)
    {
        var errno = -error;
        if (errno == ENOENT || errno == ENAMETOOLONG)
            return OpenOutcome.Gone;
        return errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == EACCES || errno == EINTR || errno == EAGAIN
            ? OpenOutcome.TryLater
            : OpenOutcome.Refused;
    }
}
