using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Mmm;

/// <summary>
/// What a client sleeps on: one epoll descriptor over the bell, the directory (for a host that comes back), a wake-up of its own
/// and, only while there is no bell, a timer. Source: protocol.md section 9.
/// </summary>
internal sealed unsafe class HostLink : IDisposable
{
    private const int ShortPollMs = 4, LongPollMs = 20, ShortPolls = 250;
    private readonly string _directory;
    private readonly string _fileName;
    private readonly int _epoll;
    private readonly int _wake;
    private readonly int _timer;
    private int _watch = -1;
    private int _bell = -1;
    private int _polls;
    private int _retries; // the socket's name is there, but nobody listened yet
    private volatile bool _disposed;

    public HostLink(string directory, string fileName)
    {
        (_directory, _fileName) = (directory, fileName);
        _epoll = Must(epoll_create1(EPOLL_CLOEXEC));
        _wake = Must(eventfd(0, O_NONBLOCK | O_CLOEXEC));
        _timer = Must(Sys.TimerCreate());
        Add(_wake);
        Add(_timer);
    }

    private static int Must(int fd) => fd >= 0 ? fd : throw new MmmException($"no descriptor left: {Sys.ErrorText(Sys.Check(fd))}");

    private void Add(int fd)
    {
        epoll_event e = default;
        e.events = EPOLLIN;
        e.data.fd = fd;
        epoll_ctl(_epoll, EPOLL_CTL_ADD, fd, &e);
    }

    /// <summary>Readable when there may be something to do.</summary>
    public int Descriptor => _epoll;

    /// <summary>True while the bell is connected.</summary>
    public bool HasBell => _bell >= 0;

    /// <summary>The reason, when a host is there and refused this client; else null.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Connects the bell. False: there is no host with a bell now; a watch sees it come.</summary>
    public bool Connect()
    {
        Refusal = null;
        _retries = File.Exists(Path.Combine(_directory, Rendezvous.BellName)) ? ShortPolls : 0;
        if (TryConnect())
            return true;
        if (_watch < 0 && (_watch = Sys.WatchDirectory(_directory, Sys.IN_CREATE | Sys.IN_MOVED_TO)) >= 0)
        {
            Add(_watch);
            if (Refusal == null && TryConnect()) // it may have come between the first try and the watch
                return true;
        }
        Repoll(active: true);
        return false;
    }

    private bool TryConnect()
    {
        var fd = Sys.UnixSocket(SOCK_SEQPACKET);
        if (fd < 0 || Sys.UnixAddress(fd, _directory, Rendezvous.BellName, bindIt: false) != 0)
        {
            Sys.Close(fd);
            return false;
        }
        _retries = 0;
        if (!Greet(fd))
        {
            Sys.Close(fd);
            return false;
        }
        _bell = fd;
        Add(fd);
        Sys.Close(_watch);
        _watch = -1;
        Sys.TimerSet(_timer, 0);
        return true;
    }

    private bool Greet(int fd)
    {
        if (Sys.Send(fd, Bell.Hello(_fileName)) < 0 || !Sys.PollIn(fd, 1000))
            return false;
        Span<byte> answer = stackalloc byte[Bell.MaxPacket];
        var n = Sys.Receive(fd, answer);
        if (n <= 0)
            return false;
        if (answer[..(int)n].SequenceEqual(Bell.Ok))
            return true;
        var reason = answer[..(int)n];
        Refusal = TextRing.Printable(reason.StartsWith("mmm 1 error "u8) ? reason[12..] : reason);
        return false;
    }

    /// <summary>Tells the host to look. Never blocks: a full socket means that a ring is waiting already.</summary>
    public void Ring()
    {
        if (_bell >= 0)
            Sys.Send(_bell, [0]);
        else
            Repoll(active: true);
    }

    /// <summary>Wakes a sleeping <see cref="Sleep"/>, from any thread or signal.</summary>
    public void Wake()
    {
        if (!_disposed)
            Sys.Write(_wake, BitConverter.GetBytes(1L));
    }

    // Without a bell the shared memory is looked at by a timer: often after use, seldom when nothing happens.
    private void Repoll(bool active)
    {
        if (HasBell) // it connected in this very wake-up
            return;
        _polls = active ? 0 : Math.Min(_polls + 1, ShortPolls);
        var ms = _polls < ShortPolls ? ShortPollMs : LongPollMs;
        Sys.TimerSet(_timer, System.Diagnostics.Stopwatch.GetTimestamp() + ms * 1_000_000L);
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
        var events = stackalloc epoll_event[4];
        var n = epoll_wait(_epoll, events, 4, milliseconds);
        var change = Change.None;
        Span<byte> drained = stackalloc byte[4096];
        for (var i = 0; i < n; i++)
        {
            var fd = events[i].data.fd;
            if (fd == _bell)
            {
                if (!DrainBell(drained))
                    change = Change.Gone;
                continue;
            }
            var got = Sys.Read(fd, drained);
            if (fd == _timer)
            {
                Repoll(active: false);
                if (_retries > 0 && --_retries >= 0 && TryConnect())
                    change = Change.Back;
            }
            if (fd == _watch && got > 0 && HostAppeared(drained[..(int)got]) && Connect())
                change = Change.Back;
        }
        return change;
    }

    // Rings are one byte and mean the same however many there are. False: the host hung up.
    private bool DrainBell(Span<byte> to)
    {
        long got;
        do
        {
            got = Sys.Receive(_bell, to);
        }
        while (got > 0);
        if (got == -EAGAIN || got == -EINTR)
            return true;
        Sys.Close(_bell); // also leaves the epoll set
        _bell = -1;
        Connect(); // most likely fails and starts the watch; a host that restarted already is taken at once
        return _bell >= 0;
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
        _disposed = true;
        Sys.Close(_bell);
        Sys.Close(_watch);
        Sys.Close(_timer);
        Sys.Close(_wake);
        Sys.Close(_epoll);
    }
}
