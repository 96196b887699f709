namespace InputEvdev;

/// <summary>What a step of a mapped axis does: presses a key, or turns a wheel.</summary>
/// <param name="Key">The key; KEY_RESERVED for a wheel.</param>
/// <param name="ScrollX">Clicks of the wheel to the right.</param>
/// <param name="ScrollY">Clicks of the wheel down.</param>
public readonly record struct AxisStep(KeyCode Key, int ScrollX = 0, int ScrollY = 0)
{
    /// <summary>Reads the name of a key (docs/keys.md), a character, or scroll-up, scroll-down, scroll-left or scroll-right.</summary>
    public static AxisStep? Parse(string text) => text switch
    {
        "scroll-up" => new AxisStep(KeyCode.KEY_RESERVED, ScrollY: -1),
        "scroll-down" => new AxisStep(KeyCode.KEY_RESERVED, ScrollY: 1),
        "scroll-left" => new AxisStep(KeyCode.KEY_RESERVED, ScrollX: -1),
        "scroll-right" => new AxisStep(KeyCode.KEY_RESERVED, ScrollX: 1),
        _ => DeviceCodes.KeyOf(text) is { } key ? new AxisStep(key) : null,
    };
}

/// <summary>An axis of a knob that counts as a wheel or as two keys.</summary>
/// <param name="IsAbsolute">True for ABS_*, false for REL_*.</param>
/// <param name="Axis">The code of the axis.</param>
/// <param name="Less">What each step to smaller values does.</param>
/// <param name="More">What each step to larger values does.</param>
public sealed record AxisMapping(bool IsAbsolute, ushort Axis, AxisStep Less, AxisStep More);

/// <summary>A mapped axis of a device, with the position that an absolute one had last.</summary>
internal sealed class MappedAxis(AxisMapping mapping, int minimum, int maximum, int number)
{
    private const int MostSteps = 64; // In one record.
    private int? _last;

    public bool Is(bool isAbsolute, ushort axis) => mapping.IsAbsolute == isAbsolute && mapping.Axis == axis;

    /// <summary>Sends the events for a record of the axis.</summary>
    public void Take(int value, long timeNs, InputHandler handler)
    {
        var steps = mapping.IsAbsolute ? Turned(value) : value;
        var step = steps < 0 ? mapping.Less : mapping.More;
        var count = Math.Min(Math.Abs((long)steps), MostSteps);
        if (step.Key == KeyCode.KEY_RESERVED)
        {
            if (count > 0)
            {
                handler(new InputEvent
                {
                    Kind = InputKind.Scroll, TimeNs = timeNs, Device = number, IsRelative = true,
                    ScrollX = step.ScrollX * count, ScrollY = step.ScrollY * count,
                });
            }
            return;
        }
        for (; count > 0; count--)
        {
            handler(new InputEvent { Kind = InputKind.KeyPress, TimeNs = timeNs, Device = number, Key = step.Key });
            handler(new InputEvent { Kind = InputKind.KeyRelease, TimeNs = timeNs, Device = number, Key = step.Key });
        }
    }

    // An absolute knob that turns without an end goes on at the other end of its range.
    private int Turned(int value)
    {
        var steps = value - (long)(_last ?? value);
        _last = value;
        var range = maximum - (long)minimum + 1;
        if (range > 2 && Math.Abs(steps) > range / 2)
            steps -= Math.Sign(steps) * range;
        return (int)Math.Clamp(steps, -MostSteps, MostSteps);
    }
}
