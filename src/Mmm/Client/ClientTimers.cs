using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Mmm;

/// <summary>
/// The timers of a client, on one timerfd in the descriptor that the client sleeps on. A tick that is late does not move the next ones, and
/// ticks that were missed are merged into one.
/// </summary>
internal sealed class ClientTimers(HostLink link)
{
    private readonly List<MmmTimer> _timers = [];
    private long _armedForNs = long.MaxValue;

    private static long Now => Stopwatch.GetTimestamp(); // CLOCK_MONOTONIC in ns on Linux

    public MmmTimer Add(TimeSpan period, Action? elapsed)
    {
        var timer = new MmmTimer(this, period, elapsed, Now);
        _timers.Add(timer);
        Arm();
        return timer;
    }

    public void Remove(MmmTimer timer)
    {
        if (_timers.Remove(timer))
            Arm();
    }

    public void Clear()
    {
        _timers.Clear();
        _armedForNs = long.MaxValue;
    }

    /// <summary>True if a timer is due.</summary>
    public bool IsDue => _timers.Count > 0 && _timers.Exists(t => t.DueNs <= Now);

    /// <summary>Calls the callbacks of the timers that are due and have one, each at most once.</summary>
    public void RunCallbacks()
    {
        if (_timers.Count == 0)
            return;
        var now = Now;
        for (var i = 0; i < _timers.Count; i++) // a callback may add timers and stop them
        {
            if (_timers[i] is not { Elapsed: { } elapsed } timer || timer.DueNs > now)
                continue;
            timer.Take(now);
            Arm();
            elapsed();
        }
    }

    /// <summary>The tick of a timer without a callback, if one is due.</summary>
    public bool TryTake([NotNullWhen(true)] out MmmEvent? e)
    {
        e = null;
        if (_timers.Count == 0)
            return false;
        var now = Now;
        var due = _timers.Find(t => t.Elapsed is null && t.DueNs <= now);
        if (due is null)
            return false;
        e = new TimerElapsed(due, due.Take(now));
        Arm();
        return true;
    }

    private void Arm()
    {
        var next = long.MaxValue;
        foreach (var timer in _timers)
            next = Math.Min(next, timer.DueNs);
        if (next == _armedForNs)
            return;
        _armedForNs = next;
        link.WakeAt(next == long.MaxValue ? 0 : next);
    }
}
