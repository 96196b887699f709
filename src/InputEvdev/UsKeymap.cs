using System.Text;

namespace InputEvdev;

/// <summary>The US keyboard: what a key types with given modifiers.</summary>
public static class UsKeymap
{
    // One byte for each key code from 0 on; 0 if the key types nothing.
    private static ReadOnlySpan<byte> Plain =>
        "\0\01234567890-=\0\0qwertyuiop[]\0\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 \0\0\0\0\0\0\0\0\0\0\0\0\0789-456+1230.\0\0<"u8;

    private static ReadOnlySpan<byte> Shifted =>
        "\0\0!@#$%^&*()_+\0\0QWERTYUIOP{}\0\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 \0\0\0\0\0\0\0\0\0\0\0\0\0789-456+1230.\0\0>"u8;

    /// <summary>
    /// Returns the text that a key types. Shift selects the upper character of a key. Caps lock does so for letters only, and Shift
    /// together with caps lock selects the small letter again. Control and Alt have no effect. The keypad always types digits, which is
    /// right for a keypad on a panel without a NumLock LED.
    /// </summary>
    /// <param name="key">Any key; the text is empty for keys that type nothing and for unknown keys.</param>
    /// <param name="modifiers">The modifiers that are active.</param>
    public static KeyText TextOf(KeyCode key, Modifiers modifiers)
    {
        var code = (int)key;
        if (code >= Plain.Length) return KeyText.Of(new Rune(FarKeypad(key)));

        var shift = (modifiers & Modifiers.Shift) != 0;
        if (char.IsAsciiLetterLower((char)Plain[code]) && (modifiers & Modifiers.CapsLock) != 0) shift = !shift;
        return KeyText.Of(new Rune((char)(shift ? Shifted[code] : Plain[code])));
    }

    // The keys of the keypad whose codes are far from the other codes.
    private static char FarKeypad(KeyCode key) => key switch
    {
        KeyCode.KEY_KPSLASH => '/',
        KeyCode.KEY_KPEQUAL => '=',
        KeyCode.KEY_KPCOMMA => ',',
        KeyCode.KEY_KPLEFTPAREN => '(',
        KeyCode.KEY_KPRIGHTPAREN => ')',
        _ => '\0',
    };
}
