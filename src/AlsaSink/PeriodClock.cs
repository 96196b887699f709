using System.Diagnostics;

namespace AlsaSink;

/// <summary>A clock that sets the pace of outputs without a clock of their own.</summary>
public interface IAudioClock
{
    /// <summary>Nanoseconds since a fixed moment; the value never decreases.</summary>
    long NowNs { get; }

    /// <summary>Blocks until <see cref="NowNs"/> is at least <paramref name="dueNs"/>.</summary>
    /// <param name="dueNs">The moment in nanoseconds. If it has passed, the method returns at once.</param>
    void SleepUntil(long dueNs);
}

/// <summary>The kernel's CLOCK_MONOTONIC.</summary>
public sealed class MonotonicClock : IAudioClock
{
    /// <inheritdoc/>
    public long NowNs => Stopwatch.GetElapsedTime(0).Ticks * 100;

    /// <inheritdoc/>
    public void SleepUntil(long dueNs)
    {
        long left = dueNs - NowNs;
        if (left > 0)
            Thread.Sleep((int)Math.Min(int.MaxValue, (left + 999_999) / 1_000_000));
    }
}

/// <summary>
/// Paces frames at a rate. Deadlines are computed from the start and not from each wake-up, so late wake-ups do not add up.
/// </summary>
internal sealed class PeriodClock(IAudioClock clock, int rate)
{
    // If a thread is later than this, it does not catch up: the pace starts again from the current time.
    private const long MaxLateNs = 50_000_000;

    private long _startNs = long.MinValue / 2;
    private long _frames;

    /// <summary>Waits until <paramref name="frames"/> more frames would have been played.</summary>
    public void Pace(int frames)
    {
        long now = clock.NowNs;
        if (now - DueNs > MaxLateNs)
        {
            _startNs = now;
            _frames = 0;
        }
        _frames += frames;
        clock.SleepUntil(DueNs);
    }

    private long DueNs => _startNs + (long)(_frames * (1e9 / rate));
}
