using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Mmm;

/// <summary>
/// The timers of a client. All of them use one timerfd, which is in the epoll set on which the client sleeps. A late tick does not delay
/// the following ticks, and missed ticks are merged into one.
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

    /// <summary>True if at least one timer is due.</summary>
    public bool IsDue => _timers.Count > 0 && _timers.Exists(t => t.DueNs <= Now);

    /// <summary>Calls the callback of each timer that is due and has one, at most once per timer.</summary>
    public void RunCallbacks()
    {
        if (_timers.Count == 0)
            return;
        var now = Now;
        for (var i = 0; i < _timers.Count; i++) // a callback may add and stop timers
        {
            if (_timers[i] is not { Elapsed: { } elapsed } timer || timer.DueNs > now)
                continue;
            timer.Take(now);
            Arm();
            elapsed();
        }
    }

    /// <summary>Returns the event of a timer that is due and has no callback, if there is one.</summary>
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
        if (next == _armedForNs && next > Now) // the timerfd of a time that is over may have been read already
            return;
        _armedForNs = next;
        link.WakeAt(next == long.MaxValue ? 0 : next);
    }
}
