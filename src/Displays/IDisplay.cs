using Mmm;

namespace Displays;

/// <summary>
/// A display that shows pixels. It belongs to the thread that created it: all methods are called on that thread, and all events are raised
/// on it, from within <see cref="Dispatch"/> or another call.
/// </summary>
internal interface IDisplay : IDisposable
{
    /// <summary>The most pixels across or down that a display may have.</summary>
    const int MaxSide = 16384;

    /// <summary>
    /// A descriptor that is readable while <see cref="Dispatch"/> has something to do. It does not change while the display exists. -1 if
    /// <see cref="Dispatch"/> never has anything to do.
    /// </summary>
    int FileDescriptor => -1;

    /// <summary>Processes pending events: completed page flips, connected and removed devices, expired timers. Never blocks.</summary>
    void Dispatch() { }

    /// <summary>The width in pixels, 1..<see cref="MaxSide"/>. Changes only with <see cref="Resized"/>.</summary>
    int Width { get; }

    /// <summary>The height in pixels, 1..<see cref="MaxSide"/>. Changes only with <see cref="Resized"/>.</summary>
    int Height { get; }

    /// <summary>
    /// Raised when <see cref="Width"/> and <see cref="Height"/> have changed, because another monitor was connected or a window was
    /// resized. <see cref="FrameNs"/> and <see cref="Description"/> may have changed, too. The content of the display is undefined, so the
    /// host must paint everything again.
    /// </summary>
    event Action? Resized
    {
        add { }
        remove { }
    }

    /// <summary>The time between two frames of one client, ns.</summary>
    long FrameNs => 1_000_000_000 / 60;

    /// <summary>True if rows of the picture become columns of the panel; then it is faster to write many rows at a time.</summary>
    bool IsSideways => false;

    /// <summary>
    /// How the panel is mounted, by what its driver says: 0, 90, 180 or 270 degrees clockwise, as <see cref="Pixels.Orientation"/> takes
    /// them; null if it does not say that.
    /// </summary>
    int? Mounting => null;

    /// <summary>The description for the ready line: size, format, device.</summary>
    string Description { get; }

    /// <summary>
    /// Writes XRGB8888 pixels: rect.Height rows of rect.Width pixels without gaps. Their X bytes must be 255, since hardware may use them
    /// as alpha. The rectangle must lie in the display. The pixels are visible after the next <see cref="Flush"/> at the latest.
    /// </summary>
    void Write(Rect rect, ReadOnlySpan<uint> pixels);

    /// <summary>
    /// The XRGB8888 memory of all pixels of the display, <see cref="Width"/> pixels per row, into which the host can draw instead of
    /// calling <see cref="Write"/>. Empty if the display has no such memory. Every call into the display may replace this memory.
    /// </summary>
    Span<uint> Canvas => default;

    /// <summary>
    /// Records that this part of the canvas was drawn; <see cref="Flush"/> then shows it. The rectangle must lie in the display.
    /// </summary>
    void Drawn(Rect rect) { }

    /// <summary>Shows everything that was written.</summary>
    void Flush() { }

    /// <summary>
    /// Turns the panel off or on if the device supports it (FBIOBLANK, DPMS). The picture is black while the panel is off.
    /// </summary>
    void Blank(bool blank) { }

    /// <summary>True if the display is black and nothing was shown since it was created.</summary>
    bool IsBlack => false;

    /// <summary>True while the display is still showing the last picture: clients' frames must wait for <see cref="Ready"/>.</summary>
    bool IsBusy => false;

    /// <summary>
    /// True if the device is permanently gone (unplugged). From then on only <see cref="IDisposable.Dispose"/> has an effect.
    /// </summary>
    bool IsLost => false;

    /// <summary>
    /// True if the display is lost because another monitor was connected, whose best mode is to be used whatever the size was before.
    /// </summary>
    bool IsReplaced => false;

    /// <summary>Raised when the display is no longer busy, or is lost.</summary>
    event Action? Ready
    {
        add { }
        remove { }
    }

    /// <summary>Reads the picture that is shown: all rows as XRGB8888. The picture is black while the display is hidden.</summary>
    void Read(Span<uint> pixels);

    /// <summary>
    /// Gives the screen to another program. When this method has returned, nothing is written to the screen until <see cref="Show"/>.
    /// </summary>
    void Hide() { }

    /// <summary>Takes the screen back. Its content is undefined, so the host must paint everything again afterwards.</summary>
    void Show() { }

    /// <summary>
    /// The arguments with which <see cref="CrashGuard"/> restores the device after a crash; empty if the kernel restores it.
    /// </summary>
    IReadOnlyList<string> GuardArguments => [];
}
