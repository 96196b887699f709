using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace Mmm.Host;

/// <summary>How opening a file of MMM_PATH ended.</summary>
public enum OpenOutcome
{
    /// <summary>It is open.</summary>
    Opened,
    /// <summary>The name stands for no file.</summary>
    Gone,
    /// <summary>
    /// It cannot be opened now: no descriptor or memory is left, its mode does not allow it yet, or its owner holds a lease. To be tried
    /// again, after a while and when its attributes change.
    /// </summary>
    TryLater,
    /// <summary>It is not a client's file.</summary>
    Refused,
}

/// <summary>What opening a file of MMM_PATH gave.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="File">Not null when it is <see cref="OpenOutcome.Opened"/>.</param>
/// <param name="Reason">Why not, for people; empty when it is open or gone.</param>
public readonly record struct OpenResult(OpenOutcome Outcome, ClientFile? File, string Reason)
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
