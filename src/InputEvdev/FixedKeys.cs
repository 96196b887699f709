using System.Text;
using static InputEvdev.KeyCode;

namespace InputEvdev;

/// <summary>
/// The properties of keys that are the same on every layout: which keys are modifiers, which keys of remotes and phones type one
/// character, and which keys may repeat.
/// </summary>
internal static class FixedKeys
{
    /// <summary>True for keys that only change the effect of other keys; they have no name and no text.</summary>
    public static bool IsModifier(KeyCode key) => key is KEY_RESERVED or KEY_LEFTCTRL or KEY_RIGHTCTRL or KEY_LEFTALT or KEY_RIGHTALT
        or KEY_LEFTSHIFT or KEY_RIGHTSHIFT or KEY_LEFTMETA or KEY_RIGHTMETA or KEY_CAPSLOCK or KEY_NUMLOCK or KEY_FN or KEY_FN_RIGHT_SHIFT
        or KEY_UNKNOWN;

    /// <summary>Returns the text of a key that layouts do not define: digits of a numeric remote, currency signs.</summary>
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
    /// True for keys that repeat while they are held. Power keys, toggles and keys that start something act once.
    /// </summary>
    public static bool MayRepeat(KeyCode key) => key switch
    {
        KEY_SYSRQ or KEY_SCROLLLOCK => false,
        <= KEY_DELETE => !IsModifier(key), // The keys of a standard keyboard.
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
