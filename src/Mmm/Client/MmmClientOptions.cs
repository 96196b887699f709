using System.Runtime.InteropServices;

namespace Mmm;

/// <summary>How <see cref="MmmClient.Open(MmmClientOptions)"/> opens a client. Only <see cref="Title"/> has to be set.</summary>
public sealed record MmmClientOptions
{
    /// <summary>
    /// Window title, and the name that control programs use. At most 255 bytes of UTF-8; a longer title is cut between two characters.
    /// </summary>
    public required string Title { get; init; }

    /// <summary>Pixels across, 1 to 16384; 0, the default, for the whole screen.</summary>
    public int Width { get; init; }

    /// <summary>Pixels down, 1 to 16384; 0, the default, for the whole screen.</summary>
    public int Height { get; init; }

    /// <summary>
    /// The directory of the host to join. Null, the default: the one that the environment variable <c>MMM_PATH</c> names, which a host
    /// sets for the apps that it starts. If that is not set either, a host is started (see <see cref="Display"/>).
    /// </summary>
    public string? Directory { get; init; }

    /// <summary>
    /// What a host that has to be started shows on, as in <c>memory:800x480</c>: the value of its option <c>--display</c>. Null, the
    /// default: what the environment variable <c>MMM_DISPLAY</c> names, else the host finds a display. Not used when a host is joined.
    /// </summary>
    public string? Display { get; init; }

    /// <summary>
    /// Signals that request the end of the app: <see cref="QuitRequested"/> is delivered in place of what the signal does otherwise.
    /// SIGTERM
    /// and SIGINT by default; empty: no signal is handled, and <see cref="MmmClient.Close"/> alone requests the end.
    /// </summary>
    public IReadOnlyList<PosixSignal> Signals { get; init; } = [PosixSignal.SIGTERM, PosixSignal.SIGINT];

    /// <summary>Events beyond those that every client gets. None by default. See <see cref="MmmClient.Ask"/>.</summary>
    public EventKinds Events { get; init; }
}
