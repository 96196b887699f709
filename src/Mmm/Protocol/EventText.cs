using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Mmm.Protocol;

/// <summary>Reads event texts, and writes them without allocating. Methods that write return the number of bytes.</summary>
internal static class EventText
{
    // In the order of PointerButton, from None on, and of PointerType, from Mouse on.
    private static readonly string[] s_buttons = ["none", "left", "right", "middle", "side", "extra", "forward", "back", "task"];
    private static readonly string[] s_types = ["mouse", "finger", "pen"];

    /// <summary>Reads an event text. Never fails: a first word that is not an event is the name of a key, as in the original.</summary>
    public static MmmEvent Parse(ReadOnlySpan<byte> text)
    {
        var space = text.IndexOf((byte)' ');
        var word = space < 0 ? text : text[..space];
        var rest = space < 0 ? default : text[(space + 1)..];
        return word switch
        {
            _ when word.SequenceEqual("mouse-motion"u8) => Pointer(rest, (x, y, f) => new PointerMoved(x, y, f)),
            _ when word.SequenceEqual("mouse-press"u8) => Pointer(rest, (x, y, f) => new PointerPressed(x, y, f)),
            _ when word.SequenceEqual("mouse-drag"u8) => Pointer(rest, (x, y, f) => new PointerDragged(x, y, f)),
            _ when word.SequenceEqual("mouse-release"u8) => Pointer(rest, (x, y, f) => new PointerReleased(x, y, f)),
            _ when word.SequenceEqual("mouse-enter"u8) => Pointer(rest, (x, y, _) => new PointerEntered(x, y)),
            _ when word.SequenceEqual("mouse-leave"u8) => Pointer(rest, (x, y, _) => new PointerLeft(x, y)),
            _ when word.SequenceEqual("mouse-scroll"u8) => ParseScroll(rest),
            _ when word.SequenceEqual("message"u8) => new MessageReceived(Encoding.UTF8.GetString(rest)),
            _ when word.SequenceEqual("key-release"u8) => new KeyReleased(TextRing.Printable(rest)),
            _ when word.SequenceEqual("focus-in"u8) => new FocusGained(),
            _ when word.SequenceEqual("focus-out"u8) => new FocusLost(),
            _ when word.SequenceEqual("shown"u8) => new ClientShown(),
            _ when word.SequenceEqual("hidden"u8) => new ClientHidden(),
            _ => new KeyPressed(TextRing.Printable(word)),
        };
    }

    private static MmmEvent ParseScroll(ReadOnlySpan<byte> rest)
    {
        int x = Number(ref rest), y = Number(ref rest), dx = Number(ref rest), dy = Number(ref rest);
        return new PointerScrolled(x, y, dx, dy);
    }

    private static MmmEvent Pointer(ReadOnlySpan<byte> rest, Func<int, int, int, MmmEvent> make)
    {
        int x = Number(ref rest), y = Number(ref rest), finger = Number(ref rest);
        var e = make(x, y, Math.Clamp(finger, 0, 9));
        var button = Array.IndexOf(s_buttons, Word(ref rest));
        var type = Array.IndexOf(s_types, Word(ref rest));
        return e is PointerEvent pointer && button >= 0 && type >= 0
            ? pointer with { Button = (PointerButton)(button - 1), Type = (PointerType)(type + 1) }
            : e;
    }

    // Reads the next word if it may be one of those below; else null. Allocates nothing for other words.
    private static string? Word(ref ReadOnlySpan<byte> rest)
    {
        rest = rest.TrimStart((byte)' ');
        var end = rest.IndexOf((byte)' ');
        var word = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[end..];
        foreach (var known in s_buttons)
        {
            if (Ascii.Equals(word, known))
                return known;
        }
        foreach (var known in s_types)
        {
            if (Ascii.Equals(word, known))
                return known;
        }
        return null;
    }

    // Reads the next number. Decimals are cut off; a word that is not a number is 0.
    private static int Number(ref ReadOnlySpan<byte> rest)
    {
        rest = rest.TrimStart((byte)' ');
        if (!Utf8Parser.TryParse(rest, out double value, out var used) || !double.IsFinite(value))
            value = 0;
        var end = rest[used..].IndexOf((byte)' ');
        rest = end < 0 ? default : rest[(used + end)..];
        return (int)Math.Clamp(value, int.MinValue, int.MaxValue);
    }

    /// <summary>Writes a pointer event, as in <c>mouse-press 10 20</c>. The finger is appended if it is not negative.</summary>
    /// <param name="to">At least 64 bytes.</param>
    /// <param name="word">The event's first word: one of the constants below.</param>
    /// <param name="x">Pixels from the client's left.</param>
    /// <param name="y">Pixels from the client's top.</param>
    /// <param name="finger">0..9, or -1 for none.</param>
    /// <param name="detail">
    /// For clients that have requested <see cref="EventKinds.Buttons"/>, as in <c>mouse-press 10 20 0 right mouse</c>; null for others.
    /// </param>
    public static int Pointer(Span<byte> to, ReadOnlySpan<byte> word, int x, int y, int finger, PointerDetail? detail = null)
    {
        word.CopyTo(to);
        var n = word.Length;
        n += Append(to[n..], x);
        n += Append(to[n..], y);
        if (finger >= 0)
            n += Append(to[n..], finger);
        if (detail is not { } known)
            return n;
        if (finger < 0)
            n += Append(to[n..], 0);
        n += Append(to[n..], s_buttons[(int)known.Button + 1]);
        return n + Append(to[n..], s_types[(int)known.Type - 1]);
    }

    private static int Append(Span<byte> to, string word)
    {
        to[0] = (byte)' ';
        return 1 + Encoding.ASCII.GetBytes(word, to[1..]);
    }

    /// <summary>Writes a turn of the wheel, as in <c>mouse-scroll 10 20 0 -1</c>.</summary>
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

    /// <summary>Writes <c>key-release NAME</c>.</summary>
    /// <param name="to">At least 128 bytes.</param>
    /// <param name="name">The name as in the press; cut at 115 bytes.</param>
    public static int KeyRelease(Span<byte> to, ReadOnlySpan<byte> name)
    {
        "key-release "u8.CopyTo(to);
        name = TextRing.Fit(name, TextRing.SlotLength - 12);
        name.CopyTo(to[12..]);
        return 12 + name.Length;
    }

    /// <summary>
    /// Returns what is wrong with an event text of a person; null if it is one of the events of protocol.md section 5, or the name of a
    /// key.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="isKey">Returns true for the name of a key with prefixes, or one character.</param>
    public static string? Fault(string text, Func<string, bool> isKey)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var numbers = words.Skip(1).TakeWhile(IsNumber).Count();
        return words.FirstOrDefault() switch
        {
            "mouse-motion" or "mouse-press" or "mouse-drag" or "mouse-release" or "mouse-enter" or "mouse-leave" =>
                numbers >= 2 ? null : $"{words[0]} needs two numbers: {words[0]} X Y",
            "mouse-scroll" => numbers >= 4 ? null : "mouse-scroll needs four numbers: mouse-scroll X Y DX DY",
            "message" => null,
            "key-release" => words.Length == 2 && isKey(words[1]) ? null : "key-release needs the name of a key: key-release NAME",
            "focus-in" or "focus-out" or "shown" or "hidden" when words.Length == 1 => null,
            _ => isKey(text) ? null : $"\"{text}\" is no event and no key; use one of {Words}, or the name of a key (docs/keys.md)",
        };
    }

    private static bool IsNumber(string word) =>
        double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number);

    private const string Words = "mouse-press, mouse-drag, mouse-release, mouse-motion, mouse-scroll, mouse-enter, mouse-leave, message, "
        + "key-release, focus-in, focus-out, shown, hidden";

    /// <summary>Makes <c>message TEXT</c>, cut at 127 bytes between two characters.</summary>
    public static byte[] Message(string text) => TextRing.Fit(Encoding.UTF8.GetBytes("message " + text)).ToArray();

    /// <summary>The pointer moved with no button down.</summary>
    public static ReadOnlySpan<byte> Motion => "mouse-motion"u8;
    /// <summary>A button or finger went down.</summary>
    public static ReadOnlySpan<byte> Press => "mouse-press"u8;
    /// <summary>A button or finger moved while down.</summary>
    public static ReadOnlySpan<byte> Drag => "mouse-drag"u8;
    /// <summary>A button or finger went up.</summary>
    public static ReadOnlySpan<byte> Release => "mouse-release"u8;
    /// <summary>The pointer or a finger entered the client's picture.</summary>
    public static ReadOnlySpan<byte> Enter => "mouse-enter"u8;
    /// <summary>The pointer or the last finger left the client's picture.</summary>
    public static ReadOnlySpan<byte> Leave => "mouse-leave"u8;
    /// <summary>The client gets the keys from now on.</summary>
    public static ReadOnlySpan<byte> FocusIn => "focus-in"u8;
    /// <summary>The client no longer gets the keys.</summary>
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
