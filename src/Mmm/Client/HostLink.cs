using System.Diagnostics;
using Mmm.Linux;
using Mmm.Protocol;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Mmm;

/// <summary>
/// The connection to the host, and the epoll descriptor on which a client sleeps. The epoll set contains the bell, a watch of the
/// directory (to notice a host that starts), an eventfd for <see cref="Wake"/>, the timerfd of the app's timers and a second timerfd that
/// runs only while there is no bell. The host's answer to the greeting is handled as an event, however late it arrives. If no host
/// listens, or the host hangs up or refuses, the greeting is repeated: first after 4 ms, then at growing intervals up to one second.
/// Not thread-safe, except <see cref="Wake"/> and <see cref="Dispose"/>. Source: protocol.md section 9.
/// </summary>
internal sealed unsafe class HostLink : IDisposable
{
    private const int ShortPollMs = 4, LongPollMs = 20, ShortPolls = 250;
    private const int FirstRetryMs = 4, LastRetryMs = 1000;
    private const int ShortLifeMs = 100; // a host that hangs up earlier after its answer may do so again
    private readonly ClientMemory _memory;
    private readonly string _directory;
    private readonly string _fileName;
    private readonly Lock _lock = new();
    private readonly int _epoll = -1;
    private readonly int _wake = -1;
    private readonly int _timer = -1;
    private int _users = 1; // threads that use the descriptors; the last one closes them
    private bool _disposed;
    private int _appTimer = -1; // created with the first timer of the app
    private int _watch = -1;
    private int _bell = -1;
    private bool _answered;
    private int _polls;
    private int _retryMs;
    private long _retryAt, _answeredAt; // in ms, as Environment.TickCount64

    public HostLink(ClientMemory memory)
    {
        (_memory, _directory, _fileName) = (memory, Path.GetDirectoryName(memory.Path)!, Path.GetFileName(memory.Path));
        try
        {
            _epoll = Must(epoll_create1(EPOLL_CLOEXEC));
            _wake = Must(eventfd(0, O_NONBLOCK | O_CLOEXEC));
            _timer = Must(Sys.TimerCreate());
        }
        catch
        {
            Leave();
            throw;
        }
        Add(_wake);
        Add(_timer);
    }

    private static int Must(int fd) => fd >= 0 ? fd
        : throw new MmmException($"no file descriptor left: {Sys.ErrorText(Sys.Check(fd))}", MmmError.NoSpace);

    private void Add(int fd)
    {
        epoll_event e = default;
        e.events = EPOLLIN;
        e.data.fd = fd;
        epoll_ctl(_epoll, EPOLL_CTL_ADD, fd, &e);
    }

    /// <summary>The epoll descriptor. It is readable when there may be something to do.</summary>
    public int Descriptor => _epoll;

    /// <summary>True while the host has accepted this client and has not hung up.</summary>
    public bool HasBell => _bell >= 0 && _answered;

    /// <summary>True from the greeting until the host has answered.</summary>
    public bool IsGreeting => _bell >= 0 && !_answered;

    /// <summary>The reason that the host gave if it refused this client; otherwise null.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Greets the host if there is one. <see cref="Sleep"/> receives the answer.</summary>
    public void Connect()
    {
        if (!TryGreet())
            WatchAndRetry();
        Repoll(active: true);
    }

    private bool TryGreet()
    {
        var fd = Sys.UnixSocket(SOCK_SEQPACKET);
        if (fd < 0)
            return false;
        if (Sys.UnixAddress(fd, _directory, Rendezvous.BellName, bindIt: false) == 0)
        {
            _memory.LetHostIn(); // before the host opens the file
            if (Sys.Send(fd, Bell.Hello(_fileName)) > 0)
            {
                (_bell, _answered) = (fd, false);
                Add(fd);
                return true;
            }
        }
        Sys.Close(fd);
        return false;
    }

    // The watch reports a host that starts. A host that exists but does not listen, or that hangs up, is greeted again after a delay.
    private void WatchAndRetry()
    {
        if (_watch < 0 && (_watch = Sys.WatchDirectory(_directory, Sys.IN_CREATE | Sys.IN_MOVED_TO)) >= 0)
        {
            Add(_watch);
            if (Refusal == null && _retryMs == 0 && TryGreet()) // the host may have started after the first attempt and before the watch
                return;
        }
        _retryMs = Refusal != null ? LastRetryMs : Math.Clamp(_retryMs * 2, FirstRetryMs, LastRetryMs);
        _retryAt = Environment.TickCount64 + _retryMs;
    }

    /// <summary>Rings the bell: wakes the host. Never blocks: if the socket is full, the host already has unread rings.</summary>
    public void Ring()
    {
        if (HasBell)
            Sys.Send(_bell, [0]);
        else if (_polls >= ShortPolls)
            Repoll(active: true);
        else
            _polls = 0; // the timer expires soon: set again at each ring, it would never do so
    }

    /// <summary>Makes <see cref="Sleep"/> return. May be called from any thread. Does nothing after <see cref="Dispose"/>.</summary>
    public void Wake()
    {
        if (!TryEnter())
            return;
        Sys.Write(_wake, BitConverter.GetBytes(1L));
        Leave();
    }

    /// <summary>Sets the time at which <see cref="Sleep"/> wakes up. Replaces the time that was set before.</summary>
    /// <param name="ns">CLOCK_MONOTONIC in ns; 0 for never.</param>
    public void WakeAt(long ns)
    {
        if (_appTimer < 0 && ns != 0)
            Add(_appTimer = Must(Sys.TimerCreate()));
        if (_appTimer >= 0)
            Sys.TimerSet(_appTimer, ns);
    }

    // Other threads may call Wake or Sleep during Dispose. The descriptors must not be closed (and their numbers reused) while in use.
    private bool TryEnter()
    {
        lock (_lock)
        {
            if (_disposed)
                return false;
            _users++;
            return true;
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            if (--_users > 0)
                return;
        }
        Sys.Close(_bell);
        Sys.Close(_watch);
        Sys.Close(_appTimer);
        Sys.Close(_timer);
        Sys.Close(_wake);
        Sys.Close(_epoll);
    }

    // Without a bell, a timer makes the client check the shared memory: every 4 ms after activity, every 20 ms when idle.
    private void Repoll(bool active)
    {
        if (HasBell) // the connection was made in this wake-up
            return;
        _polls = active ? 0 : Math.Min(_polls + 1, ShortPolls);
        var ms = _polls < ShortPolls ? ShortPollMs : LongPollMs;
        Sys.TimerSet(_timer, Stopwatch.GetTimestamp() + ms * 1_000_000L);
    }

    /// <summary>How the connection to the host changed during <see cref="Sleep"/>.</summary>
    public enum Change
    {
        None,
        Gone,
        Back,
    }

    /// <summary>Sleeps until there may be something to do.</summary>
    /// <param name="milliseconds">The longest time to sleep; -1 for no limit.</param>
    public Change Sleep(int milliseconds)
    {
        ObjectDisposedException.ThrowIf(!TryEnter(), typeof(MmmClient));
        try
        {
            var events = stackalloc epoll_event[4];
            var n = epoll_wait(_epoll, events, 4, milliseconds);
            var change = Change.None;
            for (var i = 0; i < n; i++)
            {
                if (Take(events[i].data.fd) is var seen and not Change.None)
                    change = seen;
            }
            return change;
        }
        finally
        {
            Leave();
        }
    }

    private Change Take(int fd)
    {
        Span<byte> read = stackalloc byte[4096];
        if (fd == _bell)
            return _answered ? TakeRings(read) : TakeAnswer(read[..Bell.MaxPacket]);
        if (fd != _timer && fd != _wake && fd != _watch && fd != _appTimer)
            return Change.None; // closed in this wake-up
        var got = Sys.Read(fd, read);
        if (fd == _timer)
        {
            Repoll(active: false);
            if (_bell < 0 && Environment.TickCount64 >= _retryAt && !TryGreet())
                WatchAndRetry();
        }
        if (fd == _watch && got > 0 && _bell < 0 && HostAppeared(read[..(int)got]))
        {
            (_retryMs, Refusal) = (0, null);
            Connect();
        }
        return Change.None;
    }

    private Change TakeAnswer(Span<byte> answer)
    {
        var n = Sys.Receive(_bell, answer);
        if (n == -EAGAIN || n == -EINTR)
            return Change.None;
        answer = answer[..(int)Math.Max(0, n)];
        if (answer.SequenceEqual(Bell.Ok))
        {
            (_answered, _answeredAt, Refusal) = (true, Environment.TickCount64, null);
            Sys.Close(_watch);
            _watch = -1;
            Sys.TimerSet(_timer, 0);
            Ring(); // for what was drawn, sent or queued between the host's look and its answer
            return Change.Back;
        }
        HangUp();
        if (n > 0)
            Refusal = TextRing.Printable(answer.StartsWith("mmm 1 error "u8) ? answer[12..] : answer);
        WatchAndRetry();
        return Change.None;
    }

    // Each ring is one byte. Any number of rings has the same meaning as one.
    private Change TakeRings(Span<byte> to)
    {
        long got;
        do
        {
            got = Sys.Receive(_bell, to);
        }
        while (got > 0);
        if (got == -EAGAIN || got == -EINTR)
            return Change.None;
        HangUp();
        if (Environment.TickCount64 - _answeredAt < ShortLifeMs)
        {
            _retryMs = Math.Max(_retryMs, FirstRetryMs / 2);
            WatchAndRetry();
            Repoll(active: true);
        }
        else
        {
            _retryMs = 0;
            Connect(); // finds a host at once if it has already restarted
        }
        return Change.Gone;
    }

    private void HangUp()
    {
        Sys.Close(_bell); // this also removes it from the epoll set
        (_bell, _answered) = (-1, false);
    }

    private static bool HostAppeared(ReadOnlySpan<byte> records)
    {
        var events = new InotifyEvents(records);
        while (events.Next())
        {
            if (events.Name == Rendezvous.BellName)
                return true;
        }
        return false;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
        }
        Sys.Write(_wake, BitConverter.GetBytes(1L)); // a thread in Sleep wakes up and then closes the descriptors
        Leave();
    }
}
