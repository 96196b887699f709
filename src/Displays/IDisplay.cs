using Mmm;

namespace Displays;

/// <summary>
/// Something that shows pixels. It belongs to one thread, the one that made it: all calls come from there, and all events come on it, from
/// within <see cref="Dispatch"/> or another call.
/// </summary>
internal interface IDisplay : IDisposable
{
    /// <summary>The most pixels across or down that a display may have.</summary>
    const int MaxSide = 16384;

    /// <summary>
    /// Readable while <see cref="Dispatch"/> has something to do; the same for the display's whole life; -1: it never has.
    /// </summary>
    int FileDescriptor => -1;

    /// <summary>Takes what has come: page flips that are done, devices that came or went, times. Never blocks.</summary>
    void Dispatch() { }

    /// <summary>Pixels across, 1..<see cref="MaxSide"/>. Changes only with <see cref="Resized"/>.</summary>
    int Width { get; }

    /// <summary>Pixels down, 1..<see cref="MaxSide"/>. Changes only with <see cref="Resized"/>.</summary>
    int Height { get; }

    /// <summary>
    /// <see cref="Width"/> and <see cref="Height"/> have changed, as another monitor was connected or a window was resized;
    /// <see cref="FrameNs"/> and <see cref="Description"/> may have, too. There is anything on it: everything is painted anew afterwards.
    /// </summary>
    event Action? Resized
    {
        add { }
        remove { }
    }

    /// <summary>Time between two frames of one client, ns.</summary>
    long FrameNs => 1_000_000_000 / 60;

    /// <summary>True when rows become columns on their way: many rows at a time are better then.</summary>
    bool IsSideways => false;

    /// <summary>For the ready line: size, format, device.</summary>
    string Description { get; }

    /// <summary>
    /// Takes XRGB8888 pixels: rect.Height rows of rect.Width, one behind the other. The rectangle lies in the display. Seen at the next
    /// <see cref="Flush"/> at the latest.
    /// </summary>
    void Write(Rect rect, ReadOnlySpan<uint> pixels);

    /// <summary>
    /// XRGB8888 memory of all the display's pixels, <see cref="Width"/> a row, to be drawn in in place of <see cref="Write"/>; empty: there
    /// is none. It may be another one after each call into the display.
    /// </summary>
    Span<uint> Canvas => default;

    /// <summary>The canvas was drawn there; seen with the next <see cref="Flush"/>. The rectangle lies in the display.</summary>
    void Drawn(Rect rect) { }

    /// <summary>Shows what was written.</summary>
    void Flush() { }

    /// <summary>Turns the panel off or on, where the device can (FBIOBLANK, DPMS); the picture is black while it is off.</summary>
    void Blank(bool blank) { }

    /// <summary>True while it is as it was made, and that is black.</summary>
    bool IsBlack => false;

    /// <summary>True while the display still takes over the last picture: clients' frames wait for <see cref="Ready"/>.</summary>
    bool IsBusy => false;

    /// <summary>
    /// True when the device is gone for good (unplugged): nothing but <see cref="IDisposable.Dispose"/> has an effect any more.
    /// </summary>
    bool IsLost => false;

    /// <summary>The display is no longer busy, or it is lost.</summary>
    event Action? Ready
    {
        add { }
        remove { }
    }

    /// <summary>Reads back what is shown: all rows as XRGB8888; black while hidden.</summary>
    void Read(Span<uint> pixels);

    /// <summary>Another program gets the screen: nothing is written to it from the moment this returns until <see cref="Show"/>.</summary>
    void Hide() { }

    /// <summary>The screen is this display's again, with anything on it: everything is painted anew afterwards.</summary>
    void Show() { }

    /// <summary>What <see cref="CrashGuard"/> needs to know to give it back after a crash; none: the kernel gives it back.</summary>
    IReadOnlyList<string> GuardArguments => [];
}
