using static InputEvdev.LinuxInput;

namespace InputEvdev;

/// <summary>
/// Collects the relative motion of a device frame by frame and accelerates fast motion. Let v be the speed in counts per millisecond since
/// the last motion (at most 100 ms ago), and a the acceleration of the settings. Up to v = 1 (25 mm a second at 1000 dpi, the speed of
/// aiming) the motion is unchanged. Above that it is multiplied by 1 + a * (v - 1) / 2, at most by 1 + 2 a (from v = 5 on).
/// </summary>
internal sealed class MouseMotion(double acceleration, int number)
{
    private const double LongestMs = 100, Aiming = 1, Fastest = 5;

    private long _x, _y;
    private long _lastNs = long.MinValue;

    /// <summary>Processes an EV_REL record.</summary>
    public void Take(int axis, int value)
    {
        if (axis == REL_X) _x += value;
        if (axis == REL_Y) _y += value;
    }

    /// <summary>Discards the motion of the current frame.</summary>
    public void Forget() => (_x, _y) = (0, 0);

    /// <summary>Sends the frame's motion as an event.</summary>
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
        // The times of a stream can have any value. If the time is not later than the last one, the motion counts as slow.
        var ms = _lastNs != long.MinValue && timeNs > _lastNs ? Math.Clamp((timeNs - (double)_lastNs) / 1e6, 1, LongestMs) : LongestMs;
        var speed = Math.Min(double.Hypot(_x, _y) / ms, Fastest);
        return 1 + acceleration * Math.Max(0, speed - Aiming) / 2;
    }
}
