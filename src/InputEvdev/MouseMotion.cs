using static InputEvdev.LinuxInput;

namespace InputEvdev;

/// <summary>
/// The relative motion of a device, a frame at a time, faster where it is fast: with v the speed since the last motion in counts
/// a millisecond (no longer than 100 ms back), motion is multiplied by 1 up to v = 1 (at 1000 dpi 25 mm a second, where one aims),
/// and by 1 + a * (v - 1) / 2 above, at most 1 + 2 a (from v = 5 on), a being the acceleration of the settings.
/// </summary>
internal sealed class MouseMotion(double acceleration, int number)
{
    private const double LongestMs = 100, Aiming = 1, Fastest = 5;

    private long _x, _y;
    private long _lastNs = long.MinValue;

    /// <summary>Takes a record of EV_REL.</summary>
    public void Take(int axis, int value)
    {
        if (axis == REL_X) _x += value;
        if (axis == REL_Y) _y += value;
    }

    /// <summary>Forgets the frame begun.</summary>
    public void Forget() => (_x, _y) = (0, 0);

    /// <summary>Says the frame's motion.</summary>
    public void Flush(long timeNs, InputHandler handler)
    {
        if (_x == 0 && _y == 0) return;
        var factor = FactorAt(timeNs);
        handler(new InputEvent
        {
            Kind = InputKind.PointerMove,
            TimeNs = timeNs,
            Device = number,
            IsRelative = true,
            X = _x * factor,
            Y = _y * factor,
        });
        _lastNs = timeNs;
        Forget();
    }

    private double FactorAt(long timeNs)
    {
        if (acceleration == 0) return 1;
        // Times of a stream are anything; without a time that makes sense a motion counts as slow.
        var ms = _lastNs != long.MinValue && timeNs > _lastNs ? Math.Clamp((timeNs - (double)_lastNs) / 1e6, 1, LongestMs) : LongestMs;
        var speed = Math.Min(double.Hypot(_x, _y) / ms, Fastest);
        return 1 + acceleration * Math.Max(0, speed - Aiming) / 2;
    }
}
