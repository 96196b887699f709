using static InputEvdev.KeyCode;

namespace InputEvdev;

/// <summary>X keysyms, as in xkbcommon/xkbcommon-keysyms.h.</summary>
internal static unsafe class Keysym
{
    private const uint XKB_KEY_Multi_key = 0xff20, XKB_KEY_dead_grave = 0xfe50, XKB_KEY_dead_longsolidusoverlay = 0xfe93;
    private const uint XKB_KEY_ISO_Lock = 0xfe01, XKB_KEY_ISO_Level5_Lock = 0xfe13;
    private const uint XKB_KEY_Shift_L = 0xffe1, XKB_KEY_Hyper_R = 0xffee, XKB_KEY_Mode_switch = 0xff7e, XKB_KEY_Num_Lock = 0xff7f;
    private const uint XKB_KEY_F1 = 0xffbe, XKB_KEY_F12 = 0xffc9, XKB_KEY_VoidSymbol = 0xffffff;

    /// <summary>Whether the symbol begins a sequence: dead keys and Compose.</summary>
    public static bool BeginsSequence(uint symbol) =>
        symbol is XKB_KEY_Multi_key or >= XKB_KEY_dead_grave and <= XKB_KEY_dead_longsolidusoverlay;

    /// <summary>Returns the UTF-8 text of a symbol; empty for Return, Tab and similar symbols.</summary>
    public static KeyText Text(LibXkbCommon lib, uint symbol)
    {
        var buffer = stackalloc byte[16];
        var length = lib.xkb_keysym_to_utf8(symbol, buffer, 16) - 1; // The result includes the NUL.
        return length > 0 && buffer[0] >= ' ' && buffer[0] != 0x7f ? KeyText.Of(new ReadOnlySpan<byte>(buffer, length)) : default;
    }

    /// <summary>
    /// Returns the key whose purpose the symbol has, so that a layout can put Escape on the CapsLock key, or arrows on the keypad. A symbol
    /// that is not listed has the purpose of the key itself.
    /// </summary>
    public static KeyCode Meaning(uint symbol, KeyCode key) => symbol switch
    {
        0 => FixedKeys.IsModifier(key) ? KEY_RESERVED : key,
        0xff08 => KEY_BACKSPACE,
        0xff09 or 0xfe20 or 0xff89 => KEY_TAB, // Tab, ISO_Left_Tab, KP_Tab
        0xff0d => KEY_ENTER,
        0xff8d => KEY_KPENTER,
        0xff13 => KEY_PAUSE,
        0xff14 => KEY_SCROLLLOCK,
        0xff1b => KEY_ESC,
        0xff61 => KEY_SYSRQ, // Print
        0xff67 => KEY_COMPOSE, // Menu; the kernel's name of that key is KEY_COMPOSE.
        0xff50 or 0xff95 => KEY_HOME,
        0xff51 or 0xff96 => KEY_LEFT,
        0xff52 or 0xff97 => KEY_UP,
        0xff53 or 0xff98 => KEY_RIGHT,
        0xff54 or 0xff99 => KEY_DOWN,
        0xff55 or 0xff9a => KEY_PAGEUP,
        0xff56 or 0xff9b => KEY_PAGEDOWN,
        0xff57 or 0xff9c => KEY_END,
        0xff63 or 0xff9e => KEY_INSERT,
        0xffff or 0xff9f => KEY_DELETE,
        0x20 or 0xff80 => KEY_SPACE,
        >= XKB_KEY_F1 and < XKB_KEY_F1 + 10 => (KeyCode)((uint)KEY_F1 + symbol - XKB_KEY_F1),
        XKB_KEY_F12 - 1 => KEY_F11,
        XKB_KEY_F12 => KEY_F12,
        0xff58 or 0xff9d or XKB_KEY_VoidSymbol or XKB_KEY_Mode_switch or XKB_KEY_Num_Lock => KEY_RESERVED, // Begin, KP_Begin
        >= XKB_KEY_ISO_Lock and <= XKB_KEY_ISO_Level5_Lock => KEY_RESERVED,
        >= XKB_KEY_Shift_L and <= XKB_KEY_Hyper_R => KEY_RESERVED,
        _ => BeginsSequence(symbol) ? KEY_RESERVED : key,
    };
}
