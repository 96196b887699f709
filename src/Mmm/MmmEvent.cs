using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Mmm;

/// <summary>
/// Something that happened, as an app sees it. Most come from the host as texts (protocol.md section 5) and are parsed by
/// <see cref="Parse"/>; <see cref="Resized"/>, <see cref="HostGone"/>, <see cref="HostBack"/> and <see cref="Quit"/> are made on the spot.
/// </summary>
public abstract record MmmEvent
{
    private protected MmmEvent() { }

    /// <summary>Reads an event text. Never fails: a first word that is no event is the name of a key, as in the original.</summary>
    public static MmmEvent Parse(ReadOnlySpan<byte> text)
    {
        var space = text.IndexOf((byte)' ');
        var word = space < 0 ? text : text[..space];
        var rest = space < 0 ? default : text[(space + 1)..];
        return word switch
        {
            _ when word.SequenceEqual("mouse-motion"u8) => Pointer(rest, (x, y, f) => new PointerMotion(x, y, f)),
            _ when word.SequenceEqual("mouse-press"u8) => Pointer(rest, (x, y, f) => new PointerPress(x, y, f)),
            _ when word.SequenceEqual("mouse-drag"u8) => Pointer(rest, (x, y, f) => new PointerDrag(x, y, f)),
            _ when word.SequenceEqual("mouse-release"u8) => Pointer(rest, (x, y, f) => new PointerRelease(x, y, f)),
            _ when word.SequenceEqual("mouse-enter"u8) => Pointer(rest, (x, y, _) => new PointerEnter(x, y)),
            _ when word.SequenceEqual("mouse-leave"u8) => Pointer(rest, (x, y, _) => new PointerLeave(x, y)),
            _ when word.SequenceEqual("mouse-scroll"u8) => ParseScroll(rest),
            _ when word.SequenceEqual("message"u8) => new Message(TextRing.Printable(rest)),
            _ when word.SequenceEqual("key-release"u8) => new KeyRelease(TextRing.Printable(rest)),
            _ when word.SequenceEqual("focus-in"u8) => new FocusIn(),
            _ when word.SequenceEqual("focus-out"u8) => new FocusOut(),
            _ when word.SequenceEqual("shown"u8) => new Shown(),
            _ when word.SequenceEqual("hidden"u8) => new Hidden(),
            _ => new KeyPress(TextRing.Printable(word)),
        };
    }

    private static MmmEvent ParseScroll(ReadOnlySpan<byte> rest)
    {
        int x = Number(ref rest), y = Number(ref rest), dx = Number(ref rest), dy = Number(ref rest);
        return new PointerScroll(x, y, dx, dy);
    }

    private static MmmEvent Pointer(ReadOnlySpan<byte> rest, Func<int, int, int, MmmEvent> make)
    {
        int x = Number(ref rest), y = Number(ref rest), finger = Number(ref rest);
        return make(x, y, Math.Clamp(finger, 0, 9));
    }

    // The next number: decimals are cut, what is no number is 0.
    private static int Number(ref ReadOnlySpan<byte> rest)
    {
        rest = rest.TrimStart((byte)' ');
        if (!Utf8Parser.TryParse(rest, out double value, out var used) || !double.IsFinite(value))
            value = 0;
        var end = rest[used..].IndexOf((byte)' ');
        rest = end < 0 ? default : rest[(used + end)..];
        return (int)Math.Clamp(value, int.MinValue, int.MaxValue);
    }
}

/// <summary>A pointer or finger. Coordinates are pixels from the client's top left.</summary>
/// <param name="X">Pixels to the right.</param>
/// <param name="Y">Pixels down.</param>
/// <param name="Finger">0..9; always 0 unless the client asked for multitouch.</param>
public abstract record PointerEvent(int X, int Y, int Finger) : MmmEvent;

/// <summary>The pointer moved with no button and no finger down.</summary>
/// <inheritdoc cref="PointerEvent"/>
public sealed record PointerMotion(int X, int Y, int Finger = 0) : PointerEvent(X, Y, Finger);

/// <summary>A button or finger went down.</summary>
/// <inheritdoc cref="PointerEvent"/>
public sealed record PointerPress(int X, int Y, int Finger = 0) : PointerEvent(X, Y, Finger);

/// <summary>The pointer moved with a button or finger down.</summary>
/// <inheritdoc cref="PointerEvent"/>
public sealed record PointerDrag(int X, int Y, int Finger = 0) : PointerEvent(X, Y, Finger);

/// <summary>A button or finger went up.</summary>
/// <inheritdoc cref="PointerEvent"/>
public sealed record PointerRelease(int X, int Y, int Finger = 0) : PointerEvent(X, Y, Finger);

/// <summary>The pointer came over the client; only for clients that asked for enter-leave.</summary>
/// <inheritdoc cref="PointerEvent"/>
public sealed record PointerEnter(int X, int Y) : PointerEvent(X, Y, 0);

/// <summary>The pointer left the client; only for clients that asked for enter-leave.</summary>
/// <inheritdoc cref="PointerEvent"/>
public sealed record PointerLeave(int X, int Y) : PointerEvent(X, Y, 0);

/// <summary>A wheel turned; only for clients that asked for scroll.</summary>
/// <param name="X">Pixels to the right.</param>
/// <param name="Y">Pixels down.</param>
/// <param name="DeltaX">Steps to the right.</param>
/// <param name="DeltaY">Steps down.</param>
public sealed record PointerScroll(int X, int Y, int DeltaX, int DeltaY) : PointerEvent(X, Y, 0);

/// <summary>A key was pressed or repeated.</summary>
/// <param name="Name">See <see cref="KeyNames"/>, or the text the key types, as in a, A, å.</param>
public sealed record KeyPress(string Name) : MmmEvent;

/// <summary>A key was released; only for clients that asked for key-release.</summary>
/// <param name="Name">As in <see cref="KeyPress"/>.</param>
public sealed record KeyRelease(string Name) : MmmEvent;

/// <summary>A message from the host, or from another program through the host.</summary>
/// <param name="Text">At most 119 bytes of UTF-8.</param>
public sealed record Message(string Text) : MmmEvent;

/// <summary>Keys go to this client now; only for clients that asked for focus.</summary>
public sealed record FocusIn : MmmEvent;

/// <summary>Keys no longer go to this client; only for clients that asked for focus.</summary>
public sealed record FocusOut : MmmEvent;

/// <summary>The client can be seen again; only for clients that asked for visibility.</summary>
public sealed record Shown : MmmEvent;

/// <summary>The client cannot be seen; only for clients that asked for visibility.</summary>
public sealed record Hidden : MmmEvent;

/// <summary>The picture has a new size and must be drawn again.</summary>
/// <param name="Width">Pixels across.</param>
/// <param name="Height">Pixels down.</param>
public sealed record Resized(int Width, int Height) : MmmEvent;

/// <summary>The host ended. The client keeps its picture and may go on; it is picked up when a host comes back.</summary>
public sealed record HostGone : MmmEvent;

/// <summary>A host is there again.</summary>
public sealed record HostBack : MmmEvent;

/// <summary>The app was told to end: by SIGTERM, SIGINT or <see cref="MmmClient.Close"/>.</summary>
public sealed record Quit : MmmEvent;

/// <summary>Writes event texts without allocating; each returns the number of bytes written.</summary>
public static class EventText
{
    /// <summary>A pointer event, as in <c>mouse-press 10 20</c>; the finger is appended when it is not negative.</summary>
    /// <param name="to">At least 64 bytes.</param>
    /// <param name="word">The event's first word: one of the constants below.</param>
    /// <param name="x">Pixels from the client's left.</param>
    /// <param name="y">Pixels from the client's top.</param>
    /// <param name="finger">0..9, or -1 for none.</param>
    public static int Pointer(Span<byte> to, ReadOnlySpan<byte> word, int x, int y, int finger)
    {
        word.CopyTo(to);
        var n = word.Length;
        n += Append(to[n..], x);
        n += Append(to[n..], y);
        if (finger >= 0)
            n += Append(to[n..], finger);
        return n;
    }

    /// <summary>A wheel, as in <c>mouse-scroll 10 20 0 -1</c>.</summary>
    /// <param name="to">At least 64 bytes.</param>
    /// <param name="x">Pixels from the client's left.</param>
    /// <param name="y">Pixels from the client's top.</param>
    /// <param name="dx">Clicks to the right.</param>
    /// <param name="dy">Clicks down.</param>
    public static int Scroll(Span<byte> to, int x, int y, int dx, int dy)
    {
        var n = Pointer(to, "mouse-scroll"u8, x, y, finger: -1);
        n += Append(to[n..], dx);
        return n + Append(to[n..], dy);
    }

    /// <summary><c>key-release NAME</c>.</summary>
    /// <param name="to">At least 128 bytes.</param>
    /// <param name="name">As it was pressed; cut at 115 bytes.</param>
    public static int KeyRelease(Span<byte> to, ReadOnlySpan<byte> name)
    {
        "key-release "u8.CopyTo(to);
        name = TextRing.Fit(name, TextRing.SlotLength - 12);
        name.CopyTo(to[12..]);
        return 12 + name.Length;
    }

    /// <summary><c>message TEXT</c>, cut at 127 bytes between two characters.</summary>
    public static byte[] Message(string text) => TextRing.Fit(Encoding.UTF8.GetBytes("message " + text)).ToArray();

    /// <summary>Moved with nothing down.</summary>
    public static ReadOnlySpan<byte> Motion => "mouse-motion"u8;
    /// <summary>Went down.</summary>
    public static ReadOnlySpan<byte> Press => "mouse-press"u8;
    /// <summary>Moved while down.</summary>
    public static ReadOnlySpan<byte> Drag => "mouse-drag"u8;
    /// <summary>Went up.</summary>
    public static ReadOnlySpan<byte> Release => "mouse-release"u8;
    /// <summary>Came over the client.</summary>
    public static ReadOnlySpan<byte> Enter => "mouse-enter"u8;
    /// <summary>Left the client.</summary>
    public static ReadOnlySpan<byte> Leave => "mouse-leave"u8;
    /// <summary>Keys go to the client.</summary>
    public static ReadOnlySpan<byte> FocusIn => "focus-in"u8;
    /// <summary>Keys no longer go to the client.</summary>
    public static ReadOnlySpan<byte> FocusOut => "focus-out"u8;
    /// <summary>The screen was turned on.</summary>
    public static ReadOnlySpan<byte> Shown => "shown"u8;
    /// <summary>The screen was turned off.</summary>
    public static ReadOnlySpan<byte> Hidden => "hidden"u8;

    private static int Append(Span<byte> to, int number)
    {
        to[0] = (byte)' ';
        number.TryFormat(to[1..], out var n, default, CultureInfo.InvariantCulture);
        return n + 1;
    }
}
