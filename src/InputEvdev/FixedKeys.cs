using System.Text;
using static InputEvdev.KeyCode;

namespace InputEvdev;

/// <summary>
/// What keys are on every layout: modifiers, those that print one character on remotes and phones, those that may repeat.
/// </summary>
internal static class FixedKeys
{
    /// <summary>True for keys that only change what others do: they have no name and no text.</summary>
    public static bool IsModifier(KeyCode key) => key is KEY_RESERVED or KEY_LEFTCTRL or KEY_RIGHTCTRL or KEY_LEFTALT or KEY_RIGHTALT
        or KEY_LEFTSHIFT or KEY_RIGHTSHIFT or KEY_LEFTMETA or KEY_RIGHTMETA or KEY_CAPSLOCK or KEY_NUMLOCK or KEY_FN or KEY_FN_RIGHT_SHIFT
        or KEY_UNKNOWN;

    /// <summary>The text of a key that no layout speaks of: digits of a numeric remote, currency signs.</summary>
    public static KeyText TextOf(KeyCode key) => key switch
    {
        >= KEY_NUMERIC_0 and <= KEY_NUMERIC_9 => Char('0' + (key - KEY_NUMERIC_0)),
        KEY_NUMERIC_STAR => Char('*'),
        KEY_NUMERIC_POUND => Char('#'),
        >= KEY_NUMERIC_A and <= KEY_NUMERIC_D => Char('A' + (key - KEY_NUMERIC_A)),
        KEY_QUESTION => Char('?'),
        KEY_DOLLAR => Char('$'),
        KEY_EURO => Char('€'),
        KEY_YEN => Char('¥'),
        KEY_KPPLUSMINUS => Char('±'),
        KEY_KPJPCOMMA => Char(','),
        _ => default,
    };

    /// <summary>
    /// True for keys that go on doing what they do while they are held. Power, toggles, and whatever starts something do it once.
    /// </summary>
    public static bool MayRepeat(KeyCode key) => key switch
    {
        KEY_SYSRQ or KEY_SCROLLLOCK => false,
        <= KEY_DELETE => !IsModifier(key), // The block of a keyboard.
        KEY_VOLUMEDOWN or KEY_VOLUMEUP or KEY_BRIGHTNESSDOWN or KEY_BRIGHTNESSUP or KEY_KBDILLUMDOWN or KEY_KBDILLUMUP => true,
        KEY_KPEQUAL or KEY_KPPLUSMINUS or KEY_KPCOMMA or KEY_KPLEFTPAREN or KEY_KPRIGHTPAREN or KEY_KPJPCOMMA or KEY_YEN => true,
        KEY_SCROLLUP or KEY_SCROLLDOWN or KEY_CHANNELUP or KEY_CHANNELDOWN or KEY_ZOOMIN or KEY_ZOOMOUT => true,
        KEY_FRAMEBACK or KEY_FRAMEFORWARD or KEY_NEXT_ELEMENT or KEY_PREVIOUS_ELEMENT => true,
        >= KEY_F13 and <= KEY_F24 => true,
        >= KEY_CAMERA_ZOOMIN and <= KEY_CAMERA_RIGHT => true,
        >= KEY_RIGHT_UP and <= KEY_LEFT_DOWN => true,
        _ => false,
    };

    private static KeyText Char(int character) => KeyText.Of(new Rune(character));
}
