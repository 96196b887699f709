using System.Text;
using InputEvdev;
using static InputEvdev.KeyCode;

namespace View.Rfb;

/// <summary>X keysyms to the keys of a US keyboard, for viewers that do not send key codes.</summary>
internal static class Keysyms
{
    private const uint Unicode = 0x1000000, LastUnicode = 0x110FFFF, FirstFunction = 0xFFBE, KeypadDigits = 0xFFB0;
    private static readonly Dictionary<char, (KeyCode Key, bool Shift)> Typing = MakeTyping();

    private static Dictionary<char, (KeyCode, bool)> MakeTyping()
    {
        var keys = new Dictionary<char, (KeyCode, bool)>();
        for (var key = KEY_1; key <= KEY_SPACE; key++)
        {
            if (key == KEY_KPASTERISK)
                continue;
            Add(key, Modifiers.None);
            Add(key, Modifiers.Shift);
        }
        return keys;

        void Add(KeyCode key, Modifiers modifiers)
        {
            var text = UsKeymap.TextOf(key, modifiers).ToString();
            if (text.Length == 1)
                keys.TryAdd(text[0], (key, modifiers == Modifiers.Shift));
        }
    }

    /// <summary>
    /// Returns the key that types a character on a US keyboard, and whether Shift is needed; KEY_RESERVED if there is none.
    /// </summary>
    public static (KeyCode Key, bool Shift) KeyOfText(char c) => Typing.GetValueOrDefault(c);

    /// <summary>Returns the character of a keysym; null if it is a key that types none.</summary>
    public static Rune? TextOf(uint keysym) => keysym switch
    {
        >= 0x20 and <= 0x7E or >= 0xA0 and <= 0xFF => new Rune(keysym),
        0x20AC => new Rune('€'),
        > Unicode and <= LastUnicode when Rune.IsValid(keysym - Unicode) && keysym - Unicode >= 0x20 => new Rune(keysym - Unicode),
        _ => null,
    };

    /// <summary>Returns the key of a keysym that is not a character; KEY_RESERVED for an unknown one.</summary>
    public static KeyCode KeyOf(uint keysym) => keysym switch
    {
        0xFF08 => KEY_BACKSPACE,
        0xFF09 or 0xFE20 => KEY_TAB,
        0xFF0D or 0xFF0A => KEY_ENTER,
        0xFF13 => KEY_PAUSE,
        0xFF14 => KEY_SCROLLLOCK,
        0xFF15 or 0xFF61 => KEY_SYSRQ,
        0xFF1B => KEY_ESC,
        0xFF50 => KEY_HOME,
        0xFF51 => KEY_LEFT,
        0xFF52 => KEY_UP,
        0xFF53 => KEY_RIGHT,
        0xFF54 => KEY_DOWN,
        0xFF55 => KEY_PAGEUP,
        0xFF56 => KEY_PAGEDOWN,
        0xFF57 => KEY_END,
        0xFF63 => KEY_INSERT,
        0xFF67 => KEY_COMPOSE,
        0xFF7F => KEY_NUMLOCK,
        0xFF8D => KEY_KPENTER,
        0xFF95 => KEY_KP7,
        0xFF96 => KEY_KP4,
        0xFF97 => KEY_KP8,
        0xFF98 => KEY_KP6,
        0xFF99 => KEY_KP2,
        0xFF9A => KEY_KP9,
        0xFF9B => KEY_KP3,
        0xFF9C => KEY_KP1,
        0xFF9D => KEY_KP5,
        0xFF9E => KEY_KP0,
        0xFF9F or 0xFFAE => KEY_KPDOT,
        0xFFAA => KEY_KPASTERISK,
        0xFFAB => KEY_KPPLUS,
        0xFFAC => KEY_KPCOMMA,
        0xFFAD => KEY_KPMINUS,
        0xFFAF => KEY_KPSLASH,
        0xFFBD => KEY_KPEQUAL,
        >= KeypadDigits and <= KeypadDigits + 9 => KeypadDigit((int)(keysym - KeypadDigits)),
        >= FirstFunction and < FirstFunction + 10 => KEY_F1 + (ushort)(keysym - FirstFunction),
        FirstFunction + 10 => KEY_F11,
        FirstFunction + 11 => KEY_F12,
        0xFFE1 => KEY_LEFTSHIFT,
        0xFFE2 => KEY_RIGHTSHIFT,
        0xFFE3 => KEY_LEFTCTRL,
        0xFFE4 => KEY_RIGHTCTRL,
        0xFFE5 => KEY_CAPSLOCK,
        0xFFE7 or 0xFFE9 => KEY_LEFTALT,
        0xFFE8 or 0xFFEA or 0xFE03 or 0xFF7E => KEY_RIGHTALT,
        0xFFEB => KEY_LEFTMETA,
        0xFFEC => KEY_RIGHTMETA,
        0xFFFF => KEY_DELETE,
        0x1008FF11 => KEY_VOLUMEDOWN,
        0x1008FF12 => KEY_MUTE,
        0x1008FF13 => KEY_VOLUMEUP,
        _ => KEY_RESERVED,
    };

    private static KeyCode KeypadDigit(int digit)
    {
        ReadOnlySpan<KeyCode> keys = [KEY_KP0, KEY_KP1, KEY_KP2, KEY_KP3, KEY_KP4, KEY_KP5, KEY_KP6, KEY_KP7, KEY_KP8, KEY_KP9];
        return keys[digit];
    }
}
