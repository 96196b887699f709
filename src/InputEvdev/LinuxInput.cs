using System.Runtime.InteropServices;

namespace InputEvdev;

/// <summary>
/// The parts of linux/input.h and linux/input-event-codes.h that this library needs, with the same names; the key codes are in
/// <see cref="KeyCode"/>. For 64-bit kernels only: the 32-bit struct input_event is smaller. A test compares every value with
/// the headers.
/// </summary>
internal static class LinuxInput
{
    // Event types.
    public const ushort EV_SYN = 0x00, EV_KEY = 0x01, EV_REL = 0x02, EV_ABS = 0x03, EV_LED = 0x11;

    /// <summary>The major number of input devices, from linux/major.h.</summary>
    public const ulong INPUT_MAJOR = 13;

    // Codes of EV_SYN, EV_REL and EV_ABS.
    public const ushort SYN_REPORT = 0, SYN_MT_REPORT = 2, SYN_DROPPED = 3;
    public const ushort REL_X = 0x00, REL_Y = 0x01, REL_HWHEEL = 0x06, REL_WHEEL = 0x08, REL_WHEEL_HI_RES = 0x0b,
        REL_HWHEEL_HI_RES = 0x0c, REL_CNT = 0x10;
    public const ushort ABS_X = 0x00, ABS_Y = 0x01, ABS_PRESSURE = 0x18, ABS_DISTANCE = 0x19, ABS_CNT = 0x40;
    public const ushort ABS_MT_SLOT = 0x2f, ABS_MT_TOUCH_MAJOR = 0x30, ABS_MT_POSITION_X = 0x35, ABS_MT_POSITION_Y = 0x36,
        ABS_MT_TOOL_TYPE = 0x37, ABS_MT_TRACKING_ID = 0x39, ABS_MT_PRESSURE = 0x3a, ABS_MT_DISTANCE = 0x3b;

    /// <summary>The value of ABS_MT_TOOL_TYPE for a palm.</summary>
    public const int MT_TOOL_PALM = 2;

    // Codes of EV_LED.
    public const ushort LED_NUML = 0x00, LED_CAPSL = 0x01, LED_SCROLLL = 0x02, LED_CNT = 0x10;

    // Codes of EV_KEY that are buttons. Keys are the codes below BTN_MISC and from KEY_OK on, except for two ranges of buttons.
    public const ushort BTN_MISC = 0x100;
    public const ushort BTN_LEFT = 0x110, BTN_RIGHT = 0x111, BTN_MIDDLE = 0x112, BTN_SIDE = 0x113, BTN_EXTRA = 0x114,
        BTN_FORWARD = 0x115, BTN_BACK = 0x116, BTN_TASK = 0x117;
    public const ushort BTN_JOYSTICK = 0x120, BTN_SOUTH = 0x130, BTN_THUMBR = 0x13e;
    public const ushort BTN_TOOL_PEN = 0x140, BTN_TOOL_FINGER = 0x145, BTN_TOUCH = 0x14a;
    public const ushort KEY_OK = 0x160;
    public const ushort BTN_DPAD_UP = 0x220, BTN_DPAD_RIGHT = 0x223;
    public const ushort BTN_TRIGGER_HAPPY1 = 0x2c0, BTN_TRIGGER_HAPPY40 = 0x2e7;
    public const ushort KEY_CNT = 0x300;

    // Device properties.
    public const ushort INPUT_PROP_POINTER = 0x00, INPUT_PROP_DIRECT = 0x01, INPUT_PROP_ACCELEROMETER = 0x06, INPUT_PROP_CNT = 0x20;

    /// <summary>From linux/time.h.</summary>
    public const int CLOCK_MONOTONIC = 1;

    public const int EVIOCSCLOCKID = 0x400445a0;

    /// <summary>
    /// Grabs the device (1), so that no other program receives its events, or ends the grab (0). Fails with EBUSY if
    /// another program has grabbed it.
    /// </summary>
    public const int EVIOCGRAB = 0x40044590;

    /// <summary>Reads bus, vendor, product and version: a struct <see cref="input_id"/>.</summary>
    public static int EVIOCGID => Read | 8 << 16 | 0x02;

    private const int Read = unchecked((int)0x80004500);

    /// <summary>Reads the device's name, at most <paramref name="length"/> bytes including the NUL.</summary>
    public static int EVIOCGNAME(int length) => Read | length << 16 | 0x06;

    /// <summary>Reads the device's properties (INPUT_PROP_*) as bits.</summary>
    public static int EVIOCGPROP(int length) => Read | length << 16 | 0x09;

    /// <summary>
    /// Reads one value of every slot. The argument begins with a 32-bit ABS_MT_* code, which the kernel reads; it writes one 32-bit value
    /// for each slot behind it.
    /// </summary>
    public static int EVIOCGMTSLOTS(int length) => Read | length << 16 | 0x0a;

    /// <summary>Reads the keys and buttons that are held, as bits.</summary>
    public static int EVIOCGKEY(int length) => Read | length << 16 | 0x18;

    /// <summary>Reads the codes of event type <paramref name="type"/> that the device can send, as bits.</summary>
    public static int EVIOCGBIT(int type, int length) => Read | length << 16 | 0x20 + type;

    /// <summary>Reads value and range of an absolute axis: a struct <see cref="input_absinfo"/>.</summary>
    public static int EVIOCGABS(int axis) => Read | 24 << 16 | 0x40 + axis;

    /// <summary>True for the codes of EV_KEY that are keys; false for buttons and for codes that no kernel sends.</summary>
    public static bool IsKey(int code) => code is > 0 and < BTN_MISC
        or >= KEY_OK and < BTN_DPAD_UP or > BTN_DPAD_RIGHT and < BTN_TRIGGER_HAPPY1 or > BTN_TRIGGER_HAPPY40 and < KEY_CNT;

    /// <summary>One record of an evdev stream: 24 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct input_event
    {
        public long tv_sec;
        public long tv_usec;
        public ushort type;
        public ushort code;
        public int value;
    }

    /// <summary>An absolute axis: its value now and its range.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct input_absinfo
    {
        public int value;
        public int minimum;
        public int maximum;
        public int fuzz;
        public int flat;
        public int resolution;
    }

    /// <summary>The bus, vendor, product and version of a device.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct input_id
    {
        public ushort bustype;
        public ushort vendor;
        public ushort product;
        public ushort version;
    }
}
