namespace Mmm;

/// <summary>
/// A timer of a client, created by <see cref="MmmClient.Every"/>. Dispose it to stop it. Use it only on the client's thread.
/// </summary>
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

    /// <summary>Advances to the next tick in the future, and returns the number of ticks that were due.</summary>
    internal long Take(long nowNs)
    {
        var count = (nowNs - DueNs) / PeriodNs + 1;
        DueNs += count * PeriodNs;
        return count;
    }

    /// <summary>Stops the timer. Does nothing if the timer was already stopped or the client is disposed.</summary>
    public void Dispose() => _timers.Remove(this);
}
