namespace Mmm;

/// <summary>A timer of a client, made by <see cref="MmmClient.Every"/>. Disposing it stops it. For the client's thread.</summary>
public sealed class MmmTimer : IDisposable
{
    private readonly ClientTimers _timers;

    internal MmmTimer(ClientTimers timers, TimeSpan period, Action? elapsed, long nowNs)
    {
        (_timers, Period, Elapsed) = (timers, period, elapsed);
        DueNs = nowNs + PeriodNs;
    }

    /// <summary>The time from one tick to the next.</summary>
    public TimeSpan Period { get; }

    internal Action? Elapsed { get; }

    internal long DueNs { get; private set; }

    private long PeriodNs => Period.Ticks * 100;

    /// <summary>Moves on to the next tick that is not over, and returns how many were due.</summary>
    internal long Take(long nowNs)
    {
        var count = (nowNs - DueNs) / PeriodNs + 1;
        DueNs += count * PeriodNs;
        return count;
    }

    /// <summary>Stops the timer. Nothing happens if it was stopped before, or the client is disposed.</summary>
    public void Dispose() => _timers.Remove(this);
}
