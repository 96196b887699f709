using System.Diagnostics;

namespace AlsaSink;

/// <summary>Time, for pacing outputs that have no crystal of their own.</summary>
public interface IAudioClock
{
    /// <summary>Nanoseconds since some fixed moment; never goes back.</summary>
    long NowNs { get; }

    /// <summary>Blocks until <see cref="NowNs"/> is at least <paramref name="dueNs"/>.</summary>
    /// <param name="dueNs">The moment in nanoseconds; returns at once if it has passed.</param>
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

/// <summary>Lets frames pass at a rate: deadlines follow each other exactly, so that late wake-ups do not add up.</summary>
internal sealed class PeriodClock(IAudioClock clock, int rate)
{
    // A thread that comes later than this does not catch up: it starts anew.
    private const long MaxLateNs = 50_000_000;

    private long _startNs = long.MinValue / 2;
    private long _frames;

    /// <summary>Returns when <paramref name="frames"/> more frames have been played.</summary>
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
