using System.Diagnostics;
using Mmm;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Displays;

/// <summary>
/// Everything that one display waits for, behind one descriptor: readable while any of its descriptors is or a time has come. Belongs to
/// the thread that calls <see cref="Dispatch"/>.
/// </summary>
internal sealed unsafe class WaitSet : IDisposable
{
    private readonly Dictionary<int, Action<int>> _handlers = [];

    public WaitSet()
    {
        FileDescriptor = epoll_create1(EPOLL_CLOEXEC);
        if (FileDescriptor < 0)
            throw new MmmException($"no descriptor left for the display: {Sys.ErrorText(errno)}");
    }

    /// <summary>An epoll descriptor, which can be waited for like any other.</summary>
    public int FileDescriptor { get; }

    /// <summary>CLOCK_MONOTONIC in ns.</summary>
    public static long Now => Stopwatch.GetTimestamp(); // the runtime's frequency is 1 GHz on Linux

    /// <summary>
    /// Calls the handler with the EPOLL* flags while the descriptor is readable. It stays the caller's: remove it before closing it.
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

    /// <summary>Waits for a descriptor no longer; nothing happens when it was not waited for.</summary>
    public void Remove(int fd)
    {
        epoll_event unused;
        if (_handlers.Remove(fd))
            epoll_ctl(FileDescriptor, EPOLL_CTL_DEL, fd, &unused);
    }

    /// <summary>Calls one handler that has something to do. When others have, too, <see cref="FileDescriptor"/> stays readable.</summary>
    public void Dispatch()
    {
        epoll_event e; // one at a time: a handler may remove, close and open any descriptor
        if (epoll_wait(FileDescriptor, &e, 1, 0) == 1 && _handlers.TryGetValue(e.data.fd, out var handler))
            handler(e.events);
    }

    public void Dispose() => Sys.Close(FileDescriptor);
}

/// <summary>One point in time in a <see cref="WaitSet"/>.</summary>
internal sealed class WaitTimer : IDisposable
{
    private readonly WaitSet _waits;
    private readonly int _fd;

    public WaitTimer(WaitSet waits, Action callback)
    {
        _waits = waits;
        _fd = Sys.TimerCreate();
        if (_fd < 0)
            throw new MmmException($"no descriptor left for the display's timer: {Sys.ErrorText(_fd)}");
        waits.Add(_fd, _ =>
        {
            Cancel();
            callback();
        });
    }

    public bool IsRunning { get; private set; }

    /// <summary>Runs the callback once at that time of <see cref="WaitSet.Now"/>, in place of any time before.</summary>
    public void At(long ns)
    {
        IsRunning = true;
        Sys.TimerSet(_fd, Math.Max(1, ns));
    }

    /// <summary>Runs the callback once after that many ms, in place of any time before.</summary>
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
