using System.Diagnostics;
using Mmm;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Displays;

/// <summary>
/// Everything that one display waits for, as one descriptor. It is readable while one of the added descriptors is readable or a timer has
/// expired. An instance belongs to the thread that calls <see cref="Dispatch"/>.
/// </summary>
internal sealed unsafe class WaitSet : IDisposable
{
    private readonly Dictionary<int, Action<int>> _handlers = [];

    public WaitSet()
    {
        FileDescriptor = epoll_create1(EPOLL_CLOEXEC);
        if (FileDescriptor < 0)
            throw new MmmException($"cannot create a descriptor for the display: {Sys.ErrorText(errno)}");
    }

    /// <summary>An epoll descriptor, which can itself be added to an epoll or poll set.</summary>
    public int FileDescriptor { get; }

    /// <summary>CLOCK_MONOTONIC in ns.</summary>
    public static long Now => Stopwatch.GetTimestamp(); // the runtime's frequency is 1 GHz on Linux

    /// <summary>
    /// Adds a descriptor: its handler is called with the EPOLL* flags while it is readable. The caller owns the descriptor and must remove
    /// it before closing it.
    /// </summary>
    public void Add(int fd, Action<int> handler)
    {
        epoll_event e = default;
        e.events = EPOLLIN;
        e.data.fd = fd;
        if (epoll_ctl(FileDescriptor, EPOLL_CTL_ADD, fd, &e) != 0)
            throw new MmmException($"descriptor {fd} cannot be waited for: {Sys.ErrorText(errno)}");
        _handlers.Add(fd, handler);
    }

    /// <summary>Removes a descriptor. Nothing happens if it was not added.</summary>
    public void Remove(int fd)
    {
        epoll_event unused;
        if (_handlers.Remove(fd))
            epoll_ctl(FileDescriptor, EPOLL_CTL_DEL, fd, &unused);
    }

    /// <summary>
    /// Calls one handler whose descriptor is readable. If others are readable, too, <see cref="FileDescriptor"/> stays so.
    /// </summary>
    public void Dispatch()
    {
        epoll_event e; // one event at a time, because a handler may remove, close and open any descriptor
        if (epoll_wait(FileDescriptor, &e, 1, 0) == 1 && _handlers.TryGetValue(e.data.fd, out var handler))
            handler(e.events);
    }

    public void Dispose() => Sys.Close(FileDescriptor);
}

/// <summary>A timer in a <see cref="WaitSet"/>.</summary>
internal sealed class WaitTimer : IDisposable
{
    private readonly WaitSet _waits;
    private readonly int _fd;

    public WaitTimer(WaitSet waits, Action callback)
    {
        _waits = waits;
        _fd = Sys.TimerCreate();
        if (_fd < 0)
            throw new MmmException($"cannot create a timer for the display: {Sys.ErrorText(_fd)}");
        waits.Add(_fd, _ =>
        {
            Cancel();
            callback();
        });
    }

    public bool IsRunning { get; private set; }

    /// <summary>Runs the callback once at the given time of <see cref="WaitSet.Now"/>. This replaces a time that was set before.</summary>
    public void At(long ns)
    {
        IsRunning = true;
        Sys.TimerSet(_fd, Math.Max(1, ns));
    }

    /// <summary>Runs the callback once after the given time in ms. This replaces a time that was set before.</summary>
    public void After(long milliseconds) => At(WaitSet.Now + milliseconds * 1_000_000);

    public void Cancel()
    {
        IsRunning = false;
        Sys.TimerSet(_fd, 0);
    }

    public void Dispose()
    {
        _waits.Remove(_fd);
        Sys.Close(_fd);
    }
}
