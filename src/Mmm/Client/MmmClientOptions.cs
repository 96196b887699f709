using System.Runtime.InteropServices;

namespace Mmm;

/// <summary>Options of <see cref="MmmClient.Open(MmmClientOptions)"/>. Only <see cref="Title"/> is required.</summary>
public sealed record MmmClientOptions
{
    /// <summary>
    /// The window title, which is also the name by which control programs such as mmmctl address the client. At most 255 bytes of UTF-8; a
    /// longer title is truncated after the last character that fits.
    /// </summary>
    public required string Title { get; init; }

    /// <summary>
    /// Width in pixels, 1 to 16384. The default is 0. If <see cref="Width"/> or <see cref="Height"/> is 0, the client has the size of the
    /// screen.
    /// </summary>
    public int Width { get; init; }

    /// <summary>Height in pixels, 1 to 16384. The default is 0: see <see cref="Width"/>.</summary>
    public int Height { get; init; }

    /// <summary>
    /// The directory of the host to join. If it is null (the default), the environment variable <c>MMM_PATH</c> names the directory; a host
    /// sets this variable for the apps that it starts. If the variable is not set either, a host is started: see <see cref="Display"/>.
    /// </summary>
    public string? Directory { get; init; }

    /// <summary>
    /// The display of a host that must be started: the value of its option <c>--display</c>, for example <c>memory:800x480</c>. If it is
    /// null (the default), the environment variable <c>MMM_DISPLAY</c> is used; if that is not set either, the host selects a display. The
    /// option has no effect if the client joins a running host.
    /// </summary>
    public string? Display { get; init; }

    /// <summary>
    /// Signals that request the end of the app: the client delivers <see cref="QuitRequested"/>, and the default action of the signal does
    /// not take place. The default is SIGTERM and SIGINT. If the list is empty, no signal is handled, and only
    /// <see cref="MmmClient.Close"/> requests the end.
    /// </summary>
    public IReadOnlyList<PosixSignal> Signals { get; init; } = [PosixSignal.SIGTERM, PosixSignal.SIGINT];

    /// <summary>Events to request besides those that every client receives. None by default. See <see cref="MmmClient.Ask"/>.</summary>
    public EventKinds Events { get; init; }
}
