using System.Globalization;
using static InputEvdev.LinuxInput;

namespace InputEvdev;

/// <summary>The names of keys, buttons and axes in rules for single devices.</summary>
public static class DeviceCodes
{
    private static readonly string[] Buttons = ["left", "right", "middle", "side", "extra", "forward", "back", "task"]; // From BTN_LEFT on.
    private static readonly string[] Relative = ["x", "y", "z", "rx", "ry", "rz", "hwheel", "dial", "wheel", "misc"]; // From REL_X on.
    private static readonly string[] Absolute =
        ["x", "y", "z", "rx", "ry", "rz", "throttle", "rudder", "wheel", "gas", "brake"]; // From ABS_X on.

    /// <summary>
    /// Returns the key of a name of docs/keys.md, of a character that the US keyboard types without Shift, of a button (btn-0 to btn-9,
    /// btn-left, btn-right, …) or of a number (code-330). Null if there is none.
    /// </summary>
    public static KeyCode? KeyOf(string name)
    {
        if (KeyNameTable.CodeOf(name) is { } named) return named;
        if (name.StartsWith("btn-", StringComparison.Ordinal))
        {
            var button = Array.IndexOf(Buttons, name[4..]);
            return button >= 0 ? (KeyCode)(BTN_LEFT + button)
                : name.Length == 5 && char.IsAsciiDigit(name[4]) ? (KeyCode)(BTN_MISC + name[4] - '0')
                : null;
        }
        if (name.StartsWith("code-", StringComparison.Ordinal))
        {
            return int.TryParse(name[5..], NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code is > 0 and < KEY_CNT
                ? (KeyCode)code
                : null;
        }
        for (var code = 1; code < BTN_MISC; code++)
            if (UsKeymap.TextOf((KeyCode)code, Modifiers.None) is { IsEmpty: false } text && text.ToString() == name) return (KeyCode)code;
        return null;
    }

    /// <summary>Returns the axis of a name such as rel-y, rel-dial or abs-x; null if there is none.</summary>
    public static (bool IsAbsolute, ushort Axis)? AxisOf(string name)
    {
        var isAbsolute = name.StartsWith("abs-", StringComparison.Ordinal);
        if (!isAbsolute && !name.StartsWith("rel-", StringComparison.Ordinal)) return null;
        var axis = Array.IndexOf(isAbsolute ? Absolute : Relative, name[4..]);
        return axis < 0 ? null : (isAbsolute, (ushort)axis);
    }
}
