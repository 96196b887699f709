using System.Globalization;
using InputEvdev;
using View.Host;
using static InputEvdev.KeyCode;

namespace View.Rfb;

/// <summary>
/// The keys and the pointer of one viewer, sent to the host. What the viewer holds is released when it leaves. All viewers are one
/// keyboard to the host, so a key that two viewers hold is released by the first.
/// </summary>
internal sealed class SessionInput(ScreenLink link)
{
    private const int WheelUp = 8, WheelDown = 16, WheelLeft = 32, WheelRight = 64, MostHeld = 64;
    private readonly Dictionary<uint, KeyCode> _bySymbol = []; // the keysym may be another one when the key goes up
    private readonly HashSet<KeyCode> _held = [];
    private (int X, int Y) _at;
    private int _mask; // as the viewer sent it

    /// <summary>A key by its code.</summary>
    public void Key(KeyCode key, bool down)
    {
        if (key == KEY_RESERVED || (down ? _held.Count >= MostHeld || !_held.Add(key) : !_held.Remove(key)))
            return;
        link.Send([down ? "down" : "up", ((int)key).ToString(CultureInfo.InvariantCulture)]);
    }

    /// <summary>A key by its keysym.</summary>
    public void Symbol(uint keysym, bool down)
    {
        if (!down)
        {
            if (_bySymbol.Remove(keysym, out var held))
                Key(held, down: false);
            return;
        }
        var key = Keysyms.KeyOf(keysym);
        if (Keysyms.TextOf(keysym) is { } text)
        {
            (key, var shift) = text.IsBmp ? Keysyms.KeyOfText((char)text.Value) : default;
            if (key == KEY_RESERVED)
            {
                link.Send(["type", text.ToString()]); // no key of a US keyboard
                return;
            }
            if (shift != IsShifted)
            {
                Type(key, shift);
                return;
            }
        }
        if (key == KEY_RESERVED || _bySymbol.Count >= MostHeld)
            return;
        _bySymbol[keysym] = key;
        Key(key, down: true);
    }

    private bool IsShifted => _held.Contains(KEY_LEFTSHIFT) || _held.Contains(KEY_RIGHTSHIFT);

    // A viewer without a keyboard, such as a phone, sends the character and not the Shift key.
    private void Type(KeyCode key, bool shift)
    {
        KeyCode[] changed = shift ? [KEY_LEFTSHIFT] : [.. _held.Where(k => k is KEY_LEFTSHIFT or KEY_RIGHTSHIFT)];
        foreach (var modifier in changed)
            Key(modifier, shift);
        Key(key, down: true);
        Key(key, down: false);
        foreach (var modifier in changed)
            Key(modifier, !shift);
    }

    /// <summary>The pointer, with RFB's bits for the buttons and the wheel.</summary>
    public void Pointer(int mask, int x, int y)
    {
        var clicked = mask & ~_mask;
        var isSpare = Buttons(mask) == Buttons(_mask);
        if ((x, y) != _at || !isSpare)
            link.Send(["point", Text(x), Text(y), Text(Buttons(mask))], isSpare);
        (_at, _mask) = ((x, y), mask);
        var down = Bit(clicked, WheelDown) - Bit(clicked, WheelUp);
        var right = Bit(clicked, WheelRight) - Bit(clicked, WheelLeft);
        if (down != 0 || right != 0)
            link.Send(["wheel", Text(right), Text(down)], spare: true);
    }

    private static int Bit(int mask, int bit) => (mask & bit) != 0 ? 1 : 0;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // RFB: left, middle, right; the host: left, right, middle.
    private static int Buttons(int mask) => mask & 1 | (mask & 2) << 1 | (mask & 4) >> 1;

    /// <summary>Releases what is held.</summary>
    public void ReleaseAll()
    {
        foreach (var key in _held.ToList())
            Key(key, down: false);
        if (Buttons(_mask) != 0)
            Pointer(0, _at.X, _at.Y);
    }
}
