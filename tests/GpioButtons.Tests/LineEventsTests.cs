using System.Device.Gpio;
using System.Runtime.InteropServices;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace GpioButtons.Tests;

/// <summary>A stream socket pair stands in for a line's descriptor: what is written at one end is what the kernel would hand out.</summary>
public sealed unsafe class LineEventsTests : IDisposable
{
    private const int Line = 5;

    private readonly LineEvents _events = new();
    private readonly List<(PinEventTypes Edge, int Line, long TimestampNs)> _edges = [];
    private readonly int _kernel;
    private readonly int _line;

    public LineEventsTests()
    {
        (_kernel, _line) = Pair();
        _events.Add(Line, _line);
    }

    public void Dispose()
    {
        _events.Dispose();
        close(_kernel);
        close(_line);
    }

    private static (int Kernel, int Line) Pair()
    {
        int* pair = stackalloc int[2];
        Assert.Equal(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
        return (pair[0], pair[1]);
    }

    private static byte[] Event(uint id, uint offset = Line, ulong timestamp = 0)
    {
        gpio_v2_line_event e = new() { id = id, offset = offset, timestamp_ns = timestamp };
        return MemoryMarshal.AsBytes(new ReadOnlySpan<gpio_v2_line_event>(in e)).ToArray();
    }

    private static void Write(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* from = bytes)
            Assert.Equal(bytes.Length, (long)write(fd, from, bytes.Length));
    }

    private int Dispatch() => _events.Dispatch(e => _edges.Add((e.ChangeType, e.PinNumber, e.TimestampNs)));

    private static bool Readable(int fd)
    {
        pollfd polled = new() { fd = fd, events = POLLIN };
        return poll(&polled, 1, 0) == 1;
    }

    [Fact]
    public void Edges_come_in_order_with_line_and_timestamp()
    {
        Assert.False(Readable(_events.FileDescriptor));
        Write(_kernel, [.. Event(1, timestamp: 1000), .. Event(2, timestamp: ulong.MaxValue / 2)]);
        Assert.True(Readable(_events.FileDescriptor));
        Assert.Equal(2, Dispatch());
        Assert.Equal([(PinEventTypes.Rising, Line, 1000), (PinEventTypes.Falling, Line, long.MaxValue)], _edges);
        Assert.False(Readable(_events.FileDescriptor));
    }

    [Fact]
    public void Nothing_to_read_does_not_block() => Assert.Equal(0, Dispatch());

    [Fact]
    public void An_event_in_pieces_waits_for_its_rest()
    {
        byte[] three = [.. Event(1, timestamp: 1), .. Event(2, timestamp: 2), .. Event(1, timestamp: 3)];
        foreach (byte[] piece in three.Chunk(31))
        {
            Write(_kernel, piece);
            Dispatch();
        }
        Assert.Equal([1, 2, 3], _edges.Select(e => e.TimestampNs));
    }

    [Fact]
    public void More_events_than_one_read_takes_all_come()
    {
        for (uint i = 0; i < 100; i++)
            Write(_kernel, Event(1 + (i & 1), timestamp: i));
        while (Readable(_events.FileDescriptor))
            Dispatch();
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), _edges.Select(e => e.TimestampNs));
    }

    [Fact]
    public void Unknown_ids_and_other_lines_are_passed_over()
    {
        byte[] garbage = new byte[480];
        new Random(1).NextBytes(garbage);
        Write(_kernel, [.. Event(0), .. Event(3), .. Event(1, offset: 6), .. garbage, .. Event(2, timestamp: 7)]);
        Assert.Equal(1, Dispatch());
        Assert.Equal((PinEventTypes.Falling, Line, 7), Assert.Single(_edges));
    }

    [Fact]
    public void A_line_whose_chip_is_gone_is_told_once_and_wakes_the_loop_no_more()
    {
        List<int> lost = [];
        _events.Lost = lost.Add;
        shutdown(_kernel, SHUT_RDWR);
        Assert.True(Readable(_events.FileDescriptor));
        Dispatch();
        Dispatch();
        Assert.Equal(Line, Assert.Single(lost));
        Assert.False(Readable(_events.FileDescriptor));
    }

    [Fact]
    public void A_handler_may_take_out_lines()
    {
        (int kernel, int line) = Pair();
        _events.Add(6, line);
        Write(_kernel, Event(1));
        Write(kernel, Event(1, offset: 6));
        int edges = _events.Dispatch(_ =>
        {
            _events.Remove(5);
            _events.Remove(6);
        });
        Assert.Equal(1, edges);
        Assert.False(Readable(_events.FileDescriptor));
        close(kernel);
        close(line);
    }
}
