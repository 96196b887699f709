using static InputEvdev.KeyCode;

namespace InputEvdev;

/// <summary>
/// The names of keys that type nothing, as clients receive them; docs/keys.md lists them. The protocol defines the first ones
/// (protocol.md section 5). The others are this project's: the kernel's name in lower case, with hyphens and without abbreviations.
/// </summary>
/// <remarks>
/// Keys of the same purpose have the same name, because drivers use different codes for one purpose. "next" is KEY_NEXTSONG on a keyboard
/// and KEY_NEXT on a remote control. "menu" is KEY_COMPOSE, the application key of a keyboard, and KEY_MENU on a remote control. KEY_PAUSE
/// is the pause key of most remote controls and the Pause key of keyboards.
/// </remarks>
public static class KeyNameTable
{
    private static readonly string?[] Names = Fill(
        (KEY_ESC, "escape"), (KEY_BACKSPACE, "backspace"), (KEY_TAB, "tab"), (KEY_ENTER, "return"), (KEY_SPACE, "space"), (KEY_F1, "F1"),
        (KEY_F2, "F2"), (KEY_F3, "F3"), (KEY_F4, "F4"), (KEY_F5, "F5"), (KEY_F6, "F6"), (KEY_F7, "F7"), (KEY_F8, "F8"), (KEY_F9, "F9"),
        (KEY_F10, "F10"), (KEY_SCROLLLOCK, "scroll-lock"), (KEY_ZENKAKUHANKAKU, "zenkaku-hankaku"), (KEY_F11, "F11"), (KEY_F12, "F12"),
        (KEY_RO, "ro"), (KEY_KATAKANA, "katakana"), (KEY_HIRAGANA, "hiragana"), (KEY_HENKAN, "henkan"),
        (KEY_KATAKANAHIRAGANA, "katakana-hiragana"), (KEY_MUHENKAN, "muhenkan"), (KEY_KPENTER, "return"), (KEY_SYSRQ, "print-screen"),
        (KEY_LINEFEED, "line-feed"), (KEY_HOME, "home"), (KEY_UP, "up"), (KEY_PAGEUP, "page-up"), (KEY_LEFT, "left"), (KEY_RIGHT, "right"),
        (KEY_END, "end"), (KEY_DOWN, "down"), (KEY_PAGEDOWN, "page-down"), (KEY_INSERT, "insert"), (KEY_DELETE, "delete"),
        (KEY_MACRO, "macro"), (KEY_MUTE, "mute"), (KEY_VOLUMEDOWN, "volume-down"), (KEY_VOLUMEUP, "volume-up"), (KEY_POWER, "power"),
        (KEY_PAUSE, "pause"), (KEY_SCALE, "scale"), (KEY_HANGEUL, "hangeul"), (KEY_HANJA, "hanja"), (KEY_COMPOSE, "menu"),
        (KEY_STOP, "stop"), (KEY_AGAIN, "again"), (KEY_PROPS, "props"), (KEY_UNDO, "undo"), (KEY_FRONT, "front"), (KEY_COPY, "copy"),
        (KEY_OPEN, "open"), (KEY_PASTE, "paste"), (KEY_FIND, "find"), (KEY_CUT, "cut"), (KEY_HELP, "help"), (KEY_MENU, "menu"),
        (KEY_CALC, "calculator"), (KEY_SETUP, "setup"), (KEY_SLEEP, "sleep"), (KEY_WAKEUP, "wake-up"), (KEY_FILE, "file"),
        (KEY_SENDFILE, "send-file"), (KEY_DELETEFILE, "delete-file"), (KEY_XFER, "xfer"), (KEY_PROG1, "program-1"),
        (KEY_PROG2, "program-2"), (KEY_WWW, "www"), (KEY_MSDOS, "msdos"), (KEY_COFFEE, "screen-lock"),
        (KEY_ROTATE_DISPLAY, "rotate-display"), (KEY_CYCLEWINDOWS, "cycle-windows"), (KEY_MAIL, "mail"), (KEY_BOOKMARKS, "bookmarks"),
        (KEY_COMPUTER, "computer"), (KEY_BACK, "back"), (KEY_FORWARD, "forward"), (KEY_CLOSECD, "close-tray"), (KEY_EJECTCD, "eject"),
        (KEY_EJECTCLOSECD, "eject-close"), (KEY_NEXTSONG, "next"), (KEY_PLAYPAUSE, "play-pause"), (KEY_PREVIOUSSONG, "previous"),
        (KEY_STOPCD, "stop"), (KEY_RECORD, "record"), (KEY_REWIND, "rewind"), (KEY_PHONE, "phone"), (KEY_ISO, "iso"),
        (KEY_CONFIG, "config"), (KEY_HOMEPAGE, "home-page"), (KEY_REFRESH, "refresh"), (KEY_EXIT, "exit"), (KEY_MOVE, "move"),
        (KEY_EDIT, "edit"), (KEY_SCROLLUP, "scroll-up"), (KEY_SCROLLDOWN, "scroll-down"), (KEY_NEW, "new"), (KEY_REDO, "redo"),
        (KEY_F13, "F13"), (KEY_F14, "F14"), (KEY_F15, "F15"), (KEY_F16, "F16"), (KEY_F17, "F17"), (KEY_F18, "F18"), (KEY_F19, "F19"),
        (KEY_F20, "F20"), (KEY_F21, "F21"), (KEY_F22, "F22"), (KEY_F23, "F23"), (KEY_F24, "F24"), (KEY_PLAYCD, "play"),
        (KEY_PAUSECD, "pause"), (KEY_PROG3, "program-3"), (KEY_PROG4, "program-4"), (KEY_ALL_APPLICATIONS, "all-applications"),
        (KEY_SUSPEND, "suspend"), (KEY_CLOSE, "close"), (KEY_PLAY, "play"), (KEY_FASTFORWARD, "fast-forward"),
        (KEY_BASSBOOST, "bass-boost"), (KEY_PRINT, "print"), (KEY_HP, "hp"), (KEY_CAMERA, "camera"), (KEY_SOUND, "sound"),
        (KEY_EMAIL, "email"), (KEY_CHAT, "chat"), (KEY_SEARCH, "search"), (KEY_CONNECT, "connect"), (KEY_FINANCE, "finance"),
        (KEY_SPORT, "sport"), (KEY_SHOP, "shop"), (KEY_ALTERASE, "alt-erase"), (KEY_CANCEL, "cancel"),
        (KEY_BRIGHTNESSDOWN, "brightness-down"), (KEY_BRIGHTNESSUP, "brightness-up"), (KEY_MEDIA, "media"),
        (KEY_SWITCHVIDEOMODE, "switch-video-mode"), (KEY_KBDILLUMTOGGLE, "keyboard-light-toggle"),
        (KEY_KBDILLUMDOWN, "keyboard-light-down"), (KEY_KBDILLUMUP, "keyboard-light-up"), (KEY_SEND, "send"), (KEY_REPLY, "reply"),
        (KEY_FORWARDMAIL, "forward-mail"), (KEY_SAVE, "save"), (KEY_DOCUMENTS, "documents"), (KEY_BATTERY, "battery"),
        (KEY_BLUETOOTH, "bluetooth"), (KEY_WLAN, "wlan"), (KEY_UWB, "uwb"), (KEY_VIDEO_NEXT, "video-next"),
        (KEY_VIDEO_PREV, "video-previous"), (KEY_BRIGHTNESS_CYCLE, "brightness-cycle"), (KEY_BRIGHTNESS_AUTO, "brightness-auto"),
        (KEY_DISPLAY_OFF, "display-off"), (KEY_WWAN, "wwan"), (KEY_RFKILL, "rfkill"), (KEY_MICMUTE, "microphone-mute"), (KEY_OK, "ok"),
        (KEY_SELECT, "select"), (KEY_GOTO, "goto"), (KEY_CLEAR, "clear"), (KEY_POWER2, "power-2"), (KEY_OPTION, "option"),
        (KEY_INFO, "info"), (KEY_TIME, "time"), (KEY_VENDOR, "vendor"), (KEY_ARCHIVE, "archive"), (KEY_PROGRAM, "program"),
        (KEY_CHANNEL, "channel"), (KEY_FAVORITES, "favorites"), (KEY_EPG, "guide"), (KEY_PVR, "pvr"), (KEY_MHP, "mhp"),
        (KEY_LANGUAGE, "language"), (KEY_TITLE, "title"), (KEY_SUBTITLE, "subtitle"), (KEY_ANGLE, "angle"),
        (KEY_FULL_SCREEN, "full-screen"), (KEY_MODE, "mode"), (KEY_KEYBOARD, "keyboard"), (KEY_ASPECT_RATIO, "aspect-ratio"),
        (KEY_PC, "pc"), (KEY_TV, "tv"), (KEY_TV2, "tv-2"), (KEY_VCR, "vcr"), (KEY_VCR2, "vcr-2"), (KEY_SAT, "sat"), (KEY_SAT2, "sat-2"),
        (KEY_CD, "cd"), (KEY_TAPE, "tape"), (KEY_RADIO, "radio"), (KEY_TUNER, "tuner"), (KEY_PLAYER, "player"), (KEY_TEXT, "text"),
        (KEY_DVD, "dvd"), (KEY_AUX, "aux"), (KEY_MP3, "mp3"), (KEY_AUDIO, "audio"), (KEY_VIDEO, "video"), (KEY_DIRECTORY, "directory"),
        (KEY_LIST, "list"), (KEY_MEMO, "memo"), (KEY_CALENDAR, "calendar"), (KEY_RED, "red"), (KEY_GREEN, "green"), (KEY_YELLOW, "yellow"),
        (KEY_BLUE, "blue"), (KEY_CHANNELUP, "channel-up"), (KEY_CHANNELDOWN, "channel-down"), (KEY_FIRST, "first"), (KEY_LAST, "last"),
        (KEY_AB, "ab"), (KEY_NEXT, "next"), (KEY_RESTART, "restart"), (KEY_SLOW, "slow"), (KEY_SHUFFLE, "shuffle"), (KEY_BREAK, "break"),
        (KEY_PREVIOUS, "previous"), (KEY_DIGITS, "digits"), (KEY_TEEN, "teen"), (KEY_TWEN, "twen"), (KEY_VIDEOPHONE, "video-phone"),
        (KEY_GAMES, "games"), (KEY_ZOOMIN, "zoom-in"), (KEY_ZOOMOUT, "zoom-out"), (KEY_ZOOMRESET, "zoom-reset"),
        (KEY_WORDPROCESSOR, "word-processor"), (KEY_EDITOR, "editor"), (KEY_SPREADSHEET, "spreadsheet"),
        (KEY_GRAPHICSEDITOR, "graphics-editor"), (KEY_PRESENTATION, "presentation"), (KEY_DATABASE, "database"), (KEY_NEWS, "news"),
        (KEY_VOICEMAIL, "voice-mail"), (KEY_ADDRESSBOOK, "address-book"), (KEY_MESSENGER, "messenger"),
        (KEY_DISPLAYTOGGLE, "display-toggle"), (KEY_SPELLCHECK, "spell-check"), (KEY_LOGOFF, "logoff"), (KEY_FRAMEBACK, "frame-back"),
        (KEY_FRAMEFORWARD, "frame-forward"), (KEY_CONTEXT_MENU, "context-menu"), (KEY_MEDIA_REPEAT, "media-repeat"),
        (KEY_10CHANNELSUP, "10-channels-up"), (KEY_10CHANNELSDOWN, "10-channels-down"), (KEY_IMAGES, "images"),
        (KEY_NOTIFICATION_CENTER, "notification-center"), (KEY_PICKUP_PHONE, "phone-pick-up"), (KEY_HANGUP_PHONE, "phone-hang-up"),
        (KEY_LINK_PHONE, "phone-link"), (KEY_DEL_EOL, "delete-to-line-end"), (KEY_DEL_EOS, "delete-to-screen-end"),
        (KEY_INS_LINE, "insert-line"), (KEY_DEL_LINE, "delete-line"), (KEY_FN_ESC, "fn-esc"), (KEY_FN_F1, "fn-F1"), (KEY_FN_F2, "fn-F2"),
        (KEY_FN_F3, "fn-F3"), (KEY_FN_F4, "fn-F4"), (KEY_FN_F5, "fn-F5"), (KEY_FN_F6, "fn-F6"), (KEY_FN_F7, "fn-F7"), (KEY_FN_F8, "fn-F8"),
        (KEY_FN_F9, "fn-F9"), (KEY_FN_F10, "fn-F10"), (KEY_FN_F11, "fn-F11"), (KEY_FN_F12, "fn-F12"), (KEY_FN_1, "fn-1"),
        (KEY_FN_2, "fn-2"), (KEY_FN_D, "fn-d"), (KEY_FN_E, "fn-e"), (KEY_FN_F, "fn-f"), (KEY_FN_S, "fn-s"), (KEY_FN_B, "fn-b"),
        (KEY_BRL_DOT1, "braille-dot-1"), (KEY_BRL_DOT2, "braille-dot-2"), (KEY_BRL_DOT3, "braille-dot-3"), (KEY_BRL_DOT4, "braille-dot-4"),
        (KEY_BRL_DOT5, "braille-dot-5"), (KEY_BRL_DOT6, "braille-dot-6"), (KEY_BRL_DOT7, "braille-dot-7"), (KEY_BRL_DOT8, "braille-dot-8"),
        (KEY_BRL_DOT9, "braille-dot-9"), (KEY_BRL_DOT10, "braille-dot-10"), (KEY_CAMERA_FOCUS, "camera-focus"),
        (KEY_WPS_BUTTON, "wps-button"), (KEY_TOUCHPAD_TOGGLE, "touchpad-toggle"), (KEY_TOUCHPAD_ON, "touchpad-on"),
        (KEY_TOUCHPAD_OFF, "touchpad-off"), (KEY_CAMERA_ZOOMIN, "camera-zoom-in"), (KEY_CAMERA_ZOOMOUT, "camera-zoom-out"),
        (KEY_CAMERA_UP, "camera-up"), (KEY_CAMERA_DOWN, "camera-down"), (KEY_CAMERA_LEFT, "camera-left"),
        (KEY_CAMERA_RIGHT, "camera-right"), (KEY_ATTENDANT_ON, "attendant-on"), (KEY_ATTENDANT_OFF, "attendant-off"),
        (KEY_ATTENDANT_TOGGLE, "attendant-toggle"), (KEY_LIGHTS_TOGGLE, "lights-toggle"), (KEY_ALS_TOGGLE, "ambient-light-toggle"),
        (KEY_ROTATE_LOCK_TOGGLE, "rotate-lock-toggle"), (KEY_REFRESH_RATE_TOGGLE, "refresh-rate-toggle"),
        (KEY_BUTTONCONFIG, "button-config"), (KEY_TASKMANAGER, "task-manager"), (KEY_JOURNAL, "journal"),
        (KEY_CONTROLPANEL, "control-panel"), (KEY_APPSELECT, "app-select"), (KEY_SCREENSAVER, "screen-saver"),
        (KEY_VOICECOMMAND, "voice-command"), (KEY_ASSISTANT, "assistant"), (KEY_KBD_LAYOUT_NEXT, "keyboard-layout-next"),
        (KEY_EMOJI_PICKER, "emoji-picker"), (KEY_DICTATE, "dictate"), (KEY_BRIGHTNESS_MIN, "brightness-min"),
        (KEY_BRIGHTNESS_MAX, "brightness-max"), (KEY_KBDINPUTASSIST_PREV, "input-assist-previous"),
        (KEY_KBDINPUTASSIST_NEXT, "input-assist-next"), (KEY_KBDINPUTASSIST_PREVGROUP, "input-assist-previous-group"),
        (KEY_KBDINPUTASSIST_NEXTGROUP, "input-assist-next-group"), (KEY_KBDINPUTASSIST_ACCEPT, "input-assist-accept"),
        (KEY_KBDINPUTASSIST_CANCEL, "input-assist-cancel"), (KEY_RIGHT_UP, "right-up"), (KEY_RIGHT_DOWN, "right-down"),
        (KEY_LEFT_UP, "left-up"), (KEY_LEFT_DOWN, "left-down"), (KEY_ROOT_MENU, "root-menu"), (KEY_MEDIA_TOP_MENU, "media-top-menu"),
        (KEY_NUMERIC_11, "numeric-11"), (KEY_NUMERIC_12, "numeric-12"), (KEY_AUDIO_DESC, "audio-description"), (KEY_3D_MODE, "3d-mode"),
        (KEY_NEXT_FAVORITE, "next-favorite"), (KEY_STOP_RECORD, "stop-record"), (KEY_PAUSE_RECORD, "pause-record"), (KEY_VOD, "vod"),
        (KEY_UNMUTE, "unmute"), (KEY_FASTREVERSE, "fast-reverse"), (KEY_SLOWREVERSE, "slow-reverse"), (KEY_DATA, "data"),
        (KEY_ONSCREEN_KEYBOARD, "on-screen-keyboard"), (KEY_PRIVACY_SCREEN_TOGGLE, "privacy-screen-toggle"),
        (KEY_SELECTIVE_SCREENSHOT, "selective-screenshot"), (KEY_NEXT_ELEMENT, "next-element"), (KEY_PREVIOUS_ELEMENT, "previous-element"),
        (KEY_AUTOPILOT_ENGAGE_TOGGLE, "autopilot-engage-toggle"), (KEY_MARK_WAYPOINT, "mark-waypoint"), (KEY_SOS, "sos"),
        (KEY_NAV_CHART, "nav-chart"), (KEY_FISHING_CHART, "fishing-chart"), (KEY_SINGLE_RANGE_RADAR, "single-range-radar"),
        (KEY_DUAL_RANGE_RADAR, "dual-range-radar"), (KEY_RADAR_OVERLAY, "radar-overlay"), (KEY_TRADITIONAL_SONAR, "traditional-sonar"),
        (KEY_CLEARVU_SONAR, "clearvu-sonar"), (KEY_SIDEVU_SONAR, "sidevu-sonar"), (KEY_NAV_INFO, "nav-info"),
        (KEY_BRIGHTNESS_MENU, "brightness-menu"), (KEY_MACRO1, "macro-1"), (KEY_MACRO2, "macro-2"), (KEY_MACRO3, "macro-3"),
        (KEY_MACRO4, "macro-4"), (KEY_MACRO5, "macro-5"), (KEY_MACRO6, "macro-6"), (KEY_MACRO7, "macro-7"), (KEY_MACRO8, "macro-8"),
        (KEY_MACRO9, "macro-9"), (KEY_MACRO10, "macro-10"), (KEY_MACRO11, "macro-11"), (KEY_MACRO12, "macro-12"), (KEY_MACRO13, "macro-13"),
        (KEY_MACRO14, "macro-14"), (KEY_MACRO15, "macro-15"), (KEY_MACRO16, "macro-16"), (KEY_MACRO17, "macro-17"),
        (KEY_MACRO18, "macro-18"), (KEY_MACRO19, "macro-19"), (KEY_MACRO20, "macro-20"), (KEY_MACRO21, "macro-21"),
        (KEY_MACRO22, "macro-22"), (KEY_MACRO23, "macro-23"), (KEY_MACRO24, "macro-24"), (KEY_MACRO25, "macro-25"),
        (KEY_MACRO26, "macro-26"), (KEY_MACRO27, "macro-27"), (KEY_MACRO28, "macro-28"), (KEY_MACRO29, "macro-29"),
        (KEY_MACRO30, "macro-30"), (KEY_MACRO_RECORD_START, "macro-record-start"), (KEY_MACRO_RECORD_STOP, "macro-record-stop"),
        (KEY_MACRO_PRESET_CYCLE, "macro-preset-cycle"), (KEY_MACRO_PRESET1, "macro-preset-1"), (KEY_MACRO_PRESET2, "macro-preset-2"),
        (KEY_MACRO_PRESET3, "macro-preset-3"), (KEY_KBD_LCD_MENU1, "keyboard-menu-1"), (KEY_KBD_LCD_MENU2, "keyboard-menu-2"),
        (KEY_KBD_LCD_MENU3, "keyboard-menu-3"), (KEY_KBD_LCD_MENU4, "keyboard-menu-4"), (KEY_KBD_LCD_MENU5, "keyboard-menu-5"));

    /// <summary>Returns the key's name; null for a key that types text, for a modifier, and for a code without a KEY_ constant.</summary>
    public static string? Of(KeyCode key) => (int)key < Names.Length ? Names[(int)key] : null;

    /// <summary>Returns the first key of a name; null if the table does not contain it.</summary>
    public static KeyCode? CodeOf(string name) => Array.IndexOf(Names, name) is >= 0 and var code ? (KeyCode)code : null;

    /// <summary>All names; some occur more than once.</summary>
    public static IEnumerable<string> All => Names.OfType<string>();

    /// <summary>Whether the first key of a name repeats while it is held; null if the table does not contain the name.</summary>
    public static bool? MayRepeat(string name) => CodeOf(name) is { } key ? FixedKeys.MayRepeat(key) : null;

    /// <summary>Whether the table contains the name.</summary>
    public static bool Has(string name) => Array.IndexOf(Names, name) >= 0;

    private static string?[] Fill(params ReadOnlySpan<(KeyCode Key, string Name)> rows)
    {
        var names = new string?[(int)KEY_KBD_LCD_MENU5 + 1];
        foreach (var (key, name) in rows)
            names[(int)key] = name;
        return names;
    }
}
