using System.Collections.Concurrent;
using System.Diagnostics;
using Mmm;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Loop;

/// <summary>
/// The event loop, whose thread owns all state except that of audio. It waits for descriptors by epoll, for times by one timerfd, and for
/// calls from other threads by one eventfd, and sleeps while none of them is ready. All members except <see cref="Post"/> may be used only
/// on the loop's thread.
/// </summary>
internal sealed unsafe class EventLoop : IDisposable
{
    private const int Batch = 64;
    private const long Expired = -1;
    private readonly int _epoll;
    private readonly int _timerFd;
    private readonly int _postFd;
    private readonly Dictionary<ulong, Watch> _watches = [];
    private readonly List<LoopTimer> _timers = [];
    private readonly ConcurrentQueue<Action> _posted = new();
    private ulong _lastId;
    private long _armedFor = long.MaxValue;
    private bool _stopping;

    public EventLoop()
    {
        _epoll = Must(epoll_create1(EPOLL_CLOEXEC));
        _timerFd = Must(Sys.TimerCreate());
        _postFd = Must(eventfd(0, O_NONBLOCK | O_CLOEXEC));
        Add(_timerFd, _ => _armedFor = Expired); // not read: it stays readable until it is set again, which happens before the loop sleeps
        Add(_postFd, _ => RunPosted());
    }

    /// <summary>CLOCK_MONOTONIC in ns.</summary>
    public static long Now => Stopwatch.GetTimestamp(); // the runtime's frequency is 1 GHz on Linux

    private static int Must(int fd) =>
        fd >= 0 ? fd : throw new MmmException($"no descriptor left for the event loop: {Sys.ErrorText(Sys.Check(fd))}");

    /// <summary>
    /// Calls the handler (with the EPOLL* flags) on the loop's thread whenever the descriptor is readable, until the result is disposed.
    /// The caller keeps the descriptor and must dispose the watch before closing it.
    /// </summary>
    public Watch Add(int fd, Action<int> handler)
    {
        var watch = new Watch(this, fd, ++_lastId, handler);
        _watches.Add(watch.Id, watch);
        Control(EPOLL_CTL_ADD, watch, EPOLLIN);
        return watch;
    }

    internal void Control(int operation, Watch watch, int events)
    {
        epoll_event e = default;
        e.events = events;
        e.data.u64 = watch.Id; // an id is never used twice, so an event of a closed descriptor is ignored
        if (epoll_ctl(_epoll, operation, watch.Fd, &e) != 0 && operation == EPOLL_CTL_ADD)
            throw new MmmException($"descriptor {watch.Fd} cannot be waited for: {Sys.ErrorText(errno)}");
    }

    internal void Remove(Watch watch)
    {
        if (_watches.Remove(watch.Id))
            Control(EPOLL_CTL_DEL, watch, 0);
    }

    /// <summary>Creates a timer, which is not running yet.</summary>
    public LoopTimer CreateTimer(Action callback)
    {
        var timer = new LoopTimer(callback);
        _timers.Add(timer);
        return timer;
    }

    /// <summary>Removes a timer.</summary>
    public void Remove(LoopTimer timer) => _timers.Remove(timer);

    /// <summary>Runs the action on the loop's thread. May be called on any thread.</summary>
    public void Post(Action action)
    {
        _posted.Enqueue(action);
        Wake();
    }

    private void Wake() => Sys.Write(_postFd, BitConverter.GetBytes(1L));

    /// <summary>
    /// Runs the actions that were posted so far, as <see cref="Run"/> does. For the start, which waits for another thread.
    /// </summary>
    public void RunPosted()
    {
        Drain(_postFd);
        for (var there = _posted.Count; there > 0 && _posted.TryDequeue(out var action); there--) // further ones run later
            action();
        if (!_posted.IsEmpty)
            Wake();
    }

    private static void Drain(int fd)
    {
        Span<byte> count = stackalloc byte[8];
        Sys.Read(fd, count);
    }

    /// <summary>Called each time before the loop sleeps.</summary>
    public Action? BeforeSleep { get; set; }

    /// <summary>Ends <see cref="Run"/> after the current round.</summary>
    public void Stop() => _stopping = true;

    /// <summary>Runs until <see cref="Stop"/>.</summary>
    public void Run()
    {
        var events = stackalloc epoll_event[Batch];
        while (!_stopping)
        {
            BeforeSleep?.Invoke();
            Arm();
            var n = epoll_wait(_epoll, events, Batch, -1);
            for (var i = 0; i < n; i++)
            {
                if (_watches.TryGetValue(events[i].data.u64, out var watch))
                    watch.Handler(events[i].events);
            }
            RunTimers();
        }
        _stopping = false;
    }

    private void Arm()
    {
        var next = long.MaxValue;
        foreach (var timer in _timers)
            next = Math.Min(next, timer.DueNs);
        if (next == _armedFor)
            return;
        _armedFor = next;
        Sys.TimerSet(_timerFd, next == long.MaxValue ? 0 : Math.Max(next, 1));
    }

    private void RunTimers()
    {
        var now = Now;
        for (var i = 0; i < _timers.Count; i++) // a callback may add or remove timers
        {
            var timer = _timers[i];
            if (timer.DueNs > now)
                continue;
            timer.DueNs = long.MaxValue;
            timer.Callback();
        }
    }

    public void Dispose()
    {
        Sys.Close(_epoll);
        Sys.Close(_timerFd);
        Sys.Close(_postFd);
    }
}

/// <summary>One descriptor that the loop waits for.</summary>
internal sealed class Watch(EventLoop loop, int fd, ulong id, Action<int> handler) : IDisposable
{
    private int _events = EPOLLIN;

    public int Fd => fd;
    public ulong Id => id;
    public Action<int> Handler => handler;

    /// <summary>Wakes the loop when the descriptor can be written, or again when it can be read. A hang-up always wakes it.</summary>
    public void WantWrite(bool want) => Want(want ? EPOLLOUT : EPOLLIN);

    /// <summary>True if only a hang-up wakes the loop.</summary>
    public bool IsMuted => _events == 0;

    /// <summary>Stops or resumes waking the loop for this descriptor. A hang-up still wakes it.</summary>
    public void Mute(bool mute) => Want(mute ? 0 : EPOLLIN);

    private void Want(int events)
    {
        if (events == _events)
            return;
        _events = events;
        loop.Control(EPOLL_CTL_MOD, this, events);
    }

    public void Dispose() => loop.Remove(this);
}

/// <summary>A timer of the loop, which elapses once each time that it is set.</summary>
internal sealed class LoopTimer(Action callback)
{
    public Action Callback => callback;

    /// <summary>When the timer elapses, in the time of <see cref="EventLoop.Now"/>; long.MaxValue for never.</summary>
    public long DueNs { get; internal set; } = long.MaxValue;

    public bool IsRunning => DueNs != long.MaxValue;

    /// <summary>Runs the callback once at that time, in place of any earlier setting.</summary>
    public void At(long ns) => DueNs = ns;

    /// <summary>Runs the callback once after that many ms, in place of any earlier setting.</summary>
    public void After(long milliseconds) => DueNs = EventLoop.Now + milliseconds * 1_000_000;

    /// <summary>Runs the callback once at that time, unless the timer is already set to an earlier time.</summary>
    public void NoLaterThan(long ns) => DueNs = Math.Min(DueNs, ns);

    public void Cancel() => DueNs = long.MaxValue;
}
