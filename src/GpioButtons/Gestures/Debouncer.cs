namespace GpioButtons.Gestures;

/// <summary>
/// Ignores pulses of one line that are shorter than a period, by the time stamps of the edges. A level counts when the line has had it for
/// the whole period, as for the kernel's own debounce; the time of the change is the end of the period.
/// </summary>
/// <remarks>
/// The kernel debounces by the chip, or by a timer if the chip cannot (debounce_setup() in drivers/gpio/gpiolib-cdev.c: only -ENOTSUPP of
/// the chip leads to the timer). A chip that refuses the period in another way, or whose line has no interrupt of both edges, makes the
/// whole request fail. This class is for those, and for drivers of System.Device.Gpio, which have no debounce.
/// </remarks>
/// <param name="periodNs">The period in nanoseconds.</param>
/// <param name="report">Receives the level, high or low, and the time of each change.</param>
public sealed class Debouncer(long periodNs, Action<bool, long> report)
{
    private readonly MonotonicTime _time = new();
    private bool? _level; // null before the first change
    private bool _raw;
    private long _sinceNs;
    private bool _isPending;

    /// <summary>When <see cref="Elapse"/> must be called; <see cref="long.MaxValue"/> if it need not be called.</summary>
    public long DueNs => _isPending ? _sinceNs + periodNs : long.MaxValue;

    /// <summary>Handles an edge.</summary>
    /// <param name="high">True for a rising edge.</param>
    /// <param name="timestampNs">The time of the edge.</param>
    public void Feed(bool high, long timestampNs)
    {
        Elapse(timestampNs);
        (_raw, _sinceNs) = (high, _time.NowNs);
        _isPending = _level != high;
    }

    /// <summary>Reports the level if it has not changed for the period.</summary>
    public void Elapse(long nowNs)
    {
        var now = _time.Advance(nowNs);
        _sinceNs += _time.Shift;
        if (!_isPending || now - _sinceNs < periodNs)
            return;
        (_isPending, _level) = (false, _raw);
        report(_raw, _sinceNs + periodNs);
    }
}
