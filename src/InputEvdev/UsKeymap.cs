using System.Text;

namespace InputEvdev;

/// <summary>The US keyboard: what a key types with the modifiers held.</summary>
public static class UsKeymap
{
    // One byte a key code from 0 on, 0 where the key types nothing.
    private static ReadOnlySpan<byte> Plain =>
        "\0\01234567890-=\0\0qwertyuiop[]\0\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 \0\0\0\0\0\0\0\0\0\0\0\0\0789-456+1230.\0\0<"u8;

    private static ReadOnlySpan<byte> Shifted =>
        "\0\0!@#$%^&*()_+\0\0QWERTYUIOP{}\0\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 \0\0\0\0\0\0\0\0\0\0\0\0\0789-456+1230.\0\0>"u8;

    /// <summary>
    /// The text that a key types. Shift shifts, caps lock shifts letters only (and Shift with it unshifts them), Control and
    /// Alt change nothing. The keypad always types its digits, as a keypad on a panel without a NumLock lamp should.
    /// </summary>
    /// <param name="key">Any key; those that type nothing, and unknown ones, give empty text.</param>
    /// <param name="modifiers">What is held.</param>
    public static KeyText TextOf(KeyCode key, Modifiers modifiers)
    {
        var code = (int)key;
        if (code >= Plain.Length) return KeyText.Of(new Rune(FarKeypad(key)));

        var shift = (modifiers & Modifiers.Shift) != 0;
        if (char.IsAsciiLetterLower((char)Plain[code]) && (modifiers & Modifiers.CapsLock) != 0) shift = !shift;
        return KeyText.Of(new Rune((char)(shift ? Shifted[code] : Plain[code])));
    }

    // The keypad's keys that have codes far from the others.
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
