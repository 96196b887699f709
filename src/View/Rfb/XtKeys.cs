using InputEvdev;
using static InputEvdev.KeyCode;

namespace View.Rfb;

/// <summary>The key codes of QEMU's extended key events: a PC keyboard's first scan codes, with bit 7 for the prefix E0.</summary>
internal static class XtKeys
{
    private const int LastSame = 0x58; // up to there the kernel's codes are the same
    private const int WithPrefix = 0x80;

    /// <summary>Returns the kernel's code of a key; KEY_RESERVED for an unknown one.</summary>
    public static KeyCode KeyOf(uint code)
    {
        if ((code & 0xFF00) == 0xE000)
            code = code & 0x7F | WithPrefix;
        return code switch
        {
            <= LastSame => (KeyCode)code,
            0x59 => KEY_KPEQUAL,
            0x5B => KEY_LEFTMETA,
            0x70 => KEY_KATAKANAHIRAGANA,
            0x73 => KEY_RO,
            0x79 => KEY_HENKAN,
            0x7B => KEY_MUHENKAN,
            0x7D => KEY_YEN,
            0x7E => KEY_KPCOMMA,
            0x90 => KEY_PREVIOUSSONG,
            0x99 => KEY_NEXTSONG,
            0x9C => KEY_KPENTER,
            0x9D => KEY_RIGHTCTRL,
            0xA0 => KEY_MUTE,
            0xA2 => KEY_PLAYPAUSE,
            0xA4 => KEY_STOPCD,
            0xAE => KEY_VOLUMEDOWN,
            0xB0 => KEY_VOLUMEUP,
            0xB5 => KEY_KPSLASH,
            0xB7 or 0x54 => KEY_SYSRQ,
            0xB8 => KEY_RIGHTALT,
            0xC6 => KEY_PAUSE,
            0xC7 => KEY_HOME,
            0xC8 => KEY_UP,
            0xC9 => KEY_PAGEUP,
            0xCB => KEY_LEFT,
            0xCD => KEY_RIGHT,
            0xCF => KEY_END,
            0xD0 => KEY_DOWN,
            0xD1 => KEY_PAGEDOWN,
            0xD2 => KEY_INSERT,
            0xD3 => KEY_DELETE,
            0xDB => KEY_LEFTMETA,
            0xDC => KEY_RIGHTMETA,
            0xDD => KEY_COMPOSE,
            0xDE => KEY_POWER,
            0xDF => KEY_SLEEP,
            0xE3 => KEY_WAKEUP,
            _ => KEY_RESERVED,
        };
    }
}
