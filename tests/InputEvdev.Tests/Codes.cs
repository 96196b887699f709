using System.Globalization;

namespace InputEvdev.Tests;

/// <summary>Names of linux/input-event-codes.h as recordings use them; a number, decimal or 0x, stands for itself.</summary>
internal static class Codes
{
    public const int EV_SYN = 0, EV_KEY = 1, EV_REL = 2, EV_ABS = 3;

    private static readonly Dictionary<string, int> Named = new()
    {
        ["SYN_REPORT"] = 0, ["SYN_MT_REPORT"] = 2, ["SYN_DROPPED"] = 3,
        ["REL_X"] = 0, ["REL_Y"] = 1, ["REL_HWHEEL"] = 6, ["REL_DIAL"] = 7, ["REL_WHEEL"] = 8, ["REL_MISC"] = 9,
        ["REL_WHEEL_HI_RES"] = 0xb, ["REL_HWHEEL_HI_RES"] = 0xc,
        ["ABS_X"] = 0, ["ABS_Y"] = 1, ["ABS_Z"] = 2, ["ABS_RX"] = 3, ["ABS_RY"] = 4, ["ABS_RZ"] = 5,
        ["ABS_VOLUME"] = 0x20, ["ABS_MISC"] = 0x28,
        ["ABS_PRESSURE"] = 0x18, ["ABS_DISTANCE"] = 0x19, ["ABS_TILT_X"] = 0x1a, ["ABS_TILT_Y"] = 0x1b, ["ABS_TOOL_WIDTH"] = 0x1c,
        ["ABS_MT_SLOT"] = 0x2f, ["ABS_MT_TOUCH_MAJOR"] = 0x30, ["ABS_MT_TOUCH_MINOR"] = 0x31, ["ABS_MT_WIDTH_MAJOR"] = 0x32,
        ["ABS_MT_ORIENTATION"] = 0x34, ["ABS_MT_POSITION_X"] = 0x35, ["ABS_MT_POSITION_Y"] = 0x36, ["ABS_MT_TOOL_TYPE"] = 0x37,
        ["ABS_MT_TRACKING_ID"] = 0x39, ["ABS_MT_PRESSURE"] = 0x3a, ["ABS_MT_DISTANCE"] = 0x3b,
        ["BTN_LEFT"] = 0x110, ["BTN_RIGHT"] = 0x111, ["BTN_MIDDLE"] = 0x112, ["BTN_SIDE"] = 0x113, ["BTN_EXTRA"] = 0x114,
        ["BTN_FORWARD"] = 0x115, ["BTN_BACK"] = 0x116, ["BTN_TASK"] = 0x117,
        ["BTN_TRIGGER"] = 0x120, ["BTN_SOUTH"] = 0x130, ["BTN_EAST"] = 0x131,
        ["BTN_TOOL_PEN"] = 0x140, ["BTN_TOOL_RUBBER"] = 0x141, ["BTN_TOOL_FINGER"] = 0x145, ["BTN_TOUCH"] = 0x14a, ["BTN_STYLUS"] = 0x14b,
        ["BTN_STYLUS2"] = 0x14c, ["BTN_TOOL_DOUBLETAP"] = 0x14d, ["BTN_TOOL_TRIPLETAP"] = 0x14e,
        ["BTN_GEAR_DOWN"] = 0x150, ["BTN_GEAR_UP"] = 0x151,
        ["INPUT_PROP_POINTER"] = 0, ["INPUT_PROP_DIRECT"] = 1, ["INPUT_PROP_BUTTONPAD"] = 2, ["INPUT_PROP_ACCELEROMETER"] = 6,
    };

    public static int Of(string name)
    {
        if (Named.TryGetValue(name, out var code)) return code;
        if (name.StartsWith("KEY_", StringComparison.Ordinal) && Enum.TryParse<KeyCode>(name, out var key)) return (int)key;
        if (name.StartsWith("0x", StringComparison.Ordinal))
            return int.Parse(name.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return int.TryParse(name, NumberStyles.Integer, CultureInfo.InvariantCulture, out code)
            ? code
            : throw new FormatException($"{name} is no known code");
    }

    /// <summary>The event type by a code's name; a number is "TYPE/CODE".</summary>
    public static (int Type, int Code) Event(string name) => name.Split('/') is [var type, var code]
        ? (Of(type), Of(code))
        : (name[..4] switch { "SYN_" => EV_SYN, "REL_" => EV_REL, "ABS_" => EV_ABS, _ => EV_KEY }, Of(name));
}
