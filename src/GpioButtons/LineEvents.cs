using System.Runtime.InteropServices;
using Tmds.Linux;
using static GpioButtons.LinuxGpio;
using static Tmds.Linux.LibC;

namespace GpioButtons;

/// <summary>
/// The descriptors of requested lines behind one epoll descriptor, and the <c>gpio_v2_line_event</c>s read from them. A line whose
/// descriptor ends or fails (its chip was unplugged) is taken out, so that it cannot keep the host's loop awake.
/// </summary>
internal sealed unsafe class LineEvents : IDisposable
{
    private const int EventsPerRead = 16; // what the kernel queues for a line unless asked for more

    private sealed class Line(int fd)
    {
        public int Fd => fd;

        // The kernel hands out whole events; should half of one come, it waits here for the rest.
        public byte[] Buffer { get; } = new byte[EventsPerRead * sizeof(gpio_v2_line_event)];

        public int Filled { get; set; }
    }

    private readonly Dictionary<int, Line> _lines = [];

    public LineEvents()
    {
        FileDescriptor = epoll_create1(EPOLL_CLOEXEC);
        if (FileDescriptor < 0)
            throw new GpioLineException($"GPIO: no epoll descriptor (errno {errno}); raise the limit of open files");
    }

    /// <summary>Readable while some line has events.</summary>
    public int FileDescriptor { get; private set; }

    /// <summary>Called with a line that was taken out.</summary>
    public Action<int>? Lost { get; set; }

    /// <summary>Watches a line. The descriptor stays the caller's.</summary>
    public void Add(int line, int fd)
    {
        // A blocking read after a wake-up whose events somebody else took would hang the host.
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
        var watched = new epoll_event { events = EPOLLIN };
        watched.data.u64 = (ulong)line;
        if (epoll_ctl(FileDescriptor, EPOLL_CTL_ADD, fd, &watched) < 0)
            throw new GpioLineException($"GPIO line {line}: cannot be watched (errno {errno})");
        _lines.Add(line, new Line(fd));
    }

    /// <summary>Stops watching a line; call it before its descriptor is closed. Nothing happens if it is not watched.</summary>
    public void Remove(int line)
    {
        if (!_lines.Remove(line, out Line? removed))
            return;
        epoll_event none = default;
        epoll_ctl(FileDescriptor, EPOLL_CTL_DEL, removed.Fd, &none);
    }

    /// <summary>Reads what is there, without waiting, and hands over every edge in order.</summary>
    /// <param name="edge">May add and remove lines.</param>
    /// <returns>Edges handed over.</returns>
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

    /// <summary>Reads one line's events as <see cref="Dispatch"/> does.</summary>
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
        // Copied out first: a handler may come back here through WaitForEvent.
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

    // Null for an event that is not this line's, or of a kind of some later kernel.
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
