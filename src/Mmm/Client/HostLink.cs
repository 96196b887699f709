using System.Diagnostics;
using Mmm.Linux;
using Mmm.Protocol;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Mmm;

/// <summary>
/// What a client sleeps on: one epoll descriptor over the bell, the directory (for a host that comes back), a wake-up of its own
/// and, only while there is no bell, a timer. The host's answer to the greeting is one more event, however late it comes; where nobody
/// listens, or the host hangs up or refuses, the greeting is tried again, at first after 4 ms and in the end every second.
/// Not thread-safe, except <see cref="Wake"/> and <see cref="Dispose"/>. Source: protocol.md section 9.
/// </summary>
internal sealed unsafe class HostLink : IDisposable
{
    private const int ShortPollMs = 4, LongPollMs = 20, ShortPolls = 250;
    private const int FirstRetryMs = 4, LastRetryMs = 1000;
    private readonly ClientMemory _memory;
    private readonly string _directory;
    private readonly string _fileName;
    private readonly Lock _lock = new();
    private readonly int _epoll = -1;
    private readonly int _wake = -1;
    private readonly int _timer = -1;
    private int _users = 1; // of the descriptors: the last one closes them
    private bool _disposed;
    private int _appTimer = -1; // made for the first timer of the app
    private int _watch = -1;
    private int _bell = -1;
    private bool _answered;
    private int _polls;
    private int _retryMs;
    private long _retryAt; // in ms, as Environment.TickCount64

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
        : throw new MmmException($"no descriptor left: {Sys.ErrorText(Sys.Check(fd))}", MmmError.NoSpace);

    private void Add(int fd)
    {
        epoll_event e = default;
        e.events = EPOLLIN;
        e.data.fd = fd;
        epoll_ctl(_epoll, EPOLL_CTL_ADD, fd, &e);
    }

    /// <summary>Readable when there may be something to do.</summary>
    public int Descriptor => _epoll;

    /// <summary>True while the host has accepted this client and has not hung up.</summary>
    public bool HasBell => _bell >= 0 && _answered;

    /// <summary>True while the host's answer is awaited.</summary>
    public bool IsGreeting => _bell >= 0 && !_answered;

    /// <summary>The reason, when the last host that answered refused this client; else null.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Greets the host, if there is one. Its answer comes while asleep.</summary>
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
            _memory.LetHostIn(); // before it looks
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

    // The watch sees a host that comes; one that is there but does not listen, or hangs up, is greeted again by and by.
    private void WatchAndRetry()
    {
        if (_watch < 0 && (_watch = Sys.WatchDirectory(_directory, Sys.IN_CREATE | Sys.IN_MOVED_TO)) >= 0)
        {
            Add(_watch);
            if (Refusal == null && TryGreet()) // the host may have come between the first try and the watch
                return;
        }
        _retryMs = Refusal != null ? LastRetryMs : Math.Clamp(_retryMs * 2, FirstRetryMs, LastRetryMs);
        _retryAt = Environment.TickCount64 + _retryMs;
    }

    /// <summary>Tells the host to look. Never blocks: a full socket means that a ring is waiting already.</summary>
    public void Ring()
    {
        if (HasBell)
            Sys.Send(_bell, [0]);
        else
            Repoll(active: true);
    }

    /// <summary>Wakes a sleeping <see cref="Sleep"/>, from any thread or signal; nothing when it is disposed.</summary>
    public void Wake()
    {
        if (!TryEnter())
            return;
        Sys.Write(_wake, BitConverter.GetBytes(1L));
        Leave();
    }

    /// <summary>Wakes <see cref="Sleep"/> at that time, CLOCK_MONOTONIC in ns, in place of any time before; 0: never.</summary>
    public void WakeAt(long ns)
    {
        if (_appTimer < 0 && ns != 0)
            Add(_appTimer = Must(Sys.TimerCreate()));
        if (_appTimer >= 0)
            Sys.TimerSet(_appTimer, ns);
    }

    // Other threads may wake or sleep while this is disposed: the descriptors must not become somebody else's under them.
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

    // Without a bell the shared memory is looked at by a timer: often after use, seldom when nothing happens.
    private void Repoll(bool active)
    {
        if (HasBell) // it connected in this very wake-up
            return;
        _polls = active ? 0 : Math.Min(_polls + 1, ShortPolls);
        var ms = _polls < ShortPolls ? ShortPollMs : LongPollMs;
        Sys.TimerSet(_timer, Stopwatch.GetTimestamp() + ms * 1_000_000L);
    }

    /// <summary>What happened to the host while asleep.</summary>
    public enum Change
    {
        None,
        Gone,
        Back,
    }

    /// <summary>Sleeps until there may be something to do, at most that long; -1 is for ever.</summary>
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
            return Change.None; // closed in this very wake-up
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
            (_answered, _retryMs, Refusal) = (true, 0, null);
            Sys.Close(_watch);
            _watch = -1;
            Sys.TimerSet(_timer, 0);
            return Change.Back;
        }
        HangUp();
        if (n > 0)
            Refusal = TextRing.Printable(answer.StartsWith("mmm 1 error "u8) ? answer[12..] : answer);
        WatchAndRetry();
        return Change.None;
    }

    // Rings are one byte and mean the same however many there are.
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
        Connect(); // a host that has started again already is found at once
        return Change.Gone;
    }

    private void HangUp()
    {
        Sys.Close(_bell); // also leaves the epoll set
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
        Sys.Write(_wake, BitConverter.GetBytes(1L)); // whoever sleeps on another thread is the last one
        Leave();
    }
}
