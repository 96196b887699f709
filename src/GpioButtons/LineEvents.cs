using System.Runtime.InteropServices;
using Tmds.Linux;
using static GpioButtons.LinuxGpio;
using static Tmds.Linux.LibC;

namespace GpioButtons;

/// <summary>
/// Collects the descriptors of requested lines in one epoll descriptor and reads their <c>gpio_v2_line_event</c>s. A line whose descriptor
/// ends or fails (its chip was unplugged) is removed, so that it does not wake the host's loop again and again.
/// </summary>
internal sealed unsafe class LineEvents : IDisposable
{
    private const int EventsPerRead = 16; // the number of events that the kernel queues for a line by default

    private sealed class Line(int fd)
    {
        public int Fd => fd;

        // The kernel delivers whole events. If a read ends inside an event, its first part is kept here for the next read.
        public byte[] Buffer { get; } = new byte[EventsPerRead * sizeof(gpio_v2_line_event)];

        public int Filled { get; set; }
    }

    private readonly Dictionary<int, Line> _lines = [];

    public LineEvents()
    {
        FileDescriptor = epoll_create1(EPOLL_CLOEXEC);
        if (FileDescriptor < 0)
            throw new GpioLineException($"GPIO: cannot create an epoll descriptor (errno {errno}); raise the limit of open files");
    }

    /// <summary>An epoll descriptor that is readable while a line has events.</summary>
    public int FileDescriptor { get; private set; }

    /// <summary>Called with the number of a line that was removed because it failed.</summary>
    public Action<int>? Lost { get; set; }

    /// <summary>Starts watching a line. The caller keeps ownership of the descriptor.</summary>
    public void Add(int line, int fd)
    {
        // Non-blocking, because the events of a wake-up may have been read already; a blocking read would then block the host.
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
        var watched = new epoll_event { events = EPOLLIN };
        watched.data.u64 = (ulong)line;
        if (epoll_ctl(FileDescriptor, EPOLL_CTL_ADD, fd, &watched) < 0)
            throw new GpioLineException($"GPIO line {line}: cannot be added to epoll (errno {errno}, see epoll_ctl(2))");
        _lines.Add(line, new Line(fd));
    }

    /// <summary>Stops watching a line. Call this before its descriptor is closed. Nothing happens if the line is not watched.</summary>
    public void Remove(int line)
    {
        if (!_lines.Remove(line, out Line? removed))
            return;
        epoll_event none = default;
        epoll_ctl(FileDescriptor, EPOLL_CTL_DEL, removed.Fd, &none);
    }

    /// <summary>Reads the pending events without waiting and calls the callback for every edge, in order.</summary>
    /// <param name="edge">The callback, which may add and remove lines.</param>
    /// <returns>The number of edges.</returns>
    public int Dispatch(Action<LineEventArgs> edge)
    {
        const int Max = 16;
        epoll_event* ready = stackalloc epoll_event[Max];
        var count = epoll_wait(FileDescriptor, ready, Max, 0);
        var edges = 0;
        for (var i = 0; i < count; i++)
            edges += Read((int)ready[i].data.u64, edge);
        return edges;
    }

    /// <summary>Reads the events of one line as <see cref="Dispatch"/> does.</summary>
    public int Read(int number, Action<LineEventArgs> edge)
    {
        if (!_lines.TryGetValue(number, out Line? line))
            return 0;
        long bytes;
        fixed (byte* to = line.Buffer)
            bytes = read(line.Fd, to + line.Filled, line.Buffer.Length - line.Filled);
        var error = bytes < 0 ? errno : 0;
        if (error == EAGAIN || error == EINTR)
            return 0;
        if (bytes <= 0)
        {
            Remove(number);
            Lost?.Invoke(number);
            return 0;
        }
        var filled = line.Filled + (int)bytes;
        var whole = filled / sizeof(gpio_v2_line_event);
        // The events are copied first, because a handler may call this method again through WaitForEvent.
        var events = MemoryMarshal.Cast<byte, gpio_v2_line_event>(line.Buffer)[..whole].ToArray();
        var used = whole * sizeof(gpio_v2_line_event);
        line.Buffer.AsSpan(used, filled - used).CopyTo(line.Buffer);
        line.Filled = filled - used;
        var edges = 0;
        foreach (ref readonly var read in events.AsSpan())
        {
            if (Decode(read, number) is not { } decoded)
                continue;
            edges++;
            edge(decoded);
        }
        return edges;
    }

    public void Dispose()
    {
        if (FileDescriptor >= 0)
            close(FileDescriptor);
        FileDescriptor = -1;
        _lines.Clear();
    }

    // Returns null for an event of another line, or of a kind that a later kernel may add.
    private static LineEventArgs? Decode(in gpio_v2_line_event read, int line)
    {
        if (read.offset != line)
            return null;
        return read.id switch
        {
            GPIO_V2_LINE_EVENT_RISING_EDGE => new LineEventArgs(System.Device.Gpio.PinEventTypes.Rising, line, (long)read.timestamp_ns),
            GPIO_V2_LINE_EVENT_FALLING_EDGE => new LineEventArgs(System.Device.Gpio.PinEventTypes.Falling, line, (long)read.timestamp_ns),
            _ => null,
        };
    }
}
