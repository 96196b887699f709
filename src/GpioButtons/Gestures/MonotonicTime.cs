namespace GpioButtons.Gestures;

/// <summary>
/// The time by which gestures are measured. It never goes backwards. Edges of several lines are read one line after the other, so a time
/// stamp may be a little earlier than the last one; it then counts as the last one. If a time is more than a second earlier, the clock was
/// set back: times that are kept must be moved by <see cref="Shift"/>, so that what is left of each remains the same.
/// </summary>
internal sealed class MonotonicTime
{
    private const long JumpNs = 1_000_000_000;
    private const long LatestNs = long.MaxValue / 4; // so that a time and a few durations can be added

    private bool _isSet;

    /// <summary>The last time.</summary>
    public long NowNs { get; private set; }

    /// <summary>By how much kept times must be moved after the last call of <see cref="Advance"/>; 0 or negative.</summary>
    public long Shift { get; private set; }

    /// <summary>Takes a time stamp. Returns the time that counts.</summary>
    public long Advance(long ns)
    {
        ns = Math.Clamp(ns, 0, LatestNs);
        var isJump = _isSet && ns < NowNs - JumpNs;
        Shift = isJump ? ns - NowNs : 0;
        NowNs = isJump || !_isSet ? ns : Math.Max(NowNs, ns);
        _isSet = true;
        return NowNs;
    }
}
