using CsCheck;
using Desktop.Wayland;
using Desktop.Wayland.Wire;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Tests.Windows;

/// <summary>Messages and descriptors over a pair of sockets, and bytes that are no messages.</summary>
public unsafe class WireTests
{
    private static (int, int) Pair()
    {
        var fds = stackalloc int[2];
        Assert.Equal(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds));
        return (fds[0], fds[1]);
    }

    [Fact]
    public void What_was_written_is_read()
    {
        var message = Gen.Select(Gen.UInt, Gen.Int, Gen.String[Gen.Char['a', 'ÿ'], 0, 50], Gen.Byte.Array[0, 70], Gen.Int[0, 3]);
        message.List[1, 60].Sample(sent =>
        {
            var (a, b) = Pair();
            using var from = new WireConnection(a);
            using var to = new WireConnection(b);
            var got = new List<(uint, int, string, byte[], int)>();
            to.Add(7, (int opcode, ref WireReader r) =>
            {
                Assert.Equal(3, opcode);
                var (number, signed, text, bytes) = (r.UInt(), r.Int(), r.String(), r.Array().ToArray());
                var files = r.UInt();
                for (var i = 0; i < files; i++)
                {
                    var file = r.Descriptor();
                    var content = new byte[4];
                    Assert.Equal(4, Sys.PRead(file, content, 0));
                    Assert.Equal(got.Count * 10 + i, BitConverter.ToInt32(content)); // the right file of the right message
                    Sys.Close(file);
                }
                got.Add((number, signed, text, bytes, (int)files));
            });
            for (var m = 0; m < sent.Count; m++)
            {
                var (number, signed, text, bytes, files) = sent[m];
                var request = from.Begin(7, 3).UInt(number).Int(signed).String(text).Array(bytes).UInt((uint)files);
                for (var i = 0; i < files; i++)
                {
                    var file = Sys.MemoryFile("test");
                    Sys.PWrite(file, BitConverter.GetBytes(m * 10 + i), 0);
                    request.Descriptor(file);
                }
                request.End();
            }
            while (from.HasUnsent)
            {
                from.Flush();
                to.Receive();
            }
            to.Receive();
            Assert.Equal(sent.Count, got.Count);
            for (var m = 0; m < sent.Count; m++)
            {
                var ((number, signed, text, bytes, files), read) = (sent[m], got[m]);
                Assert.Equal((number, signed, text, files), (read.Item1, read.Item2, read.Item3, read.Item5));
                Assert.Equal(bytes, read.Item4);
            }
        }, iter: 100);
    }

    // Any bytes end the connection or are read; nothing else is thrown.
    [Fact]
    public void Bytes_that_are_no_messages_are_a_fault_and_nothing_worse() => Gen.Byte.Array[0, 400].Sample(bytes =>
    {
        var (a, b) = Pair();
        using var client = new WaylandClient(a);
        Sys.Write(b, bytes);
        Sys.Close(b);
        Assert.Throws<WireException>((Action)(() =>
        {
            while (true)
                client.Dispatch();
        }));
    }, iter: 2000);

    [Fact]
    public void A_text_without_an_end_an_array_that_is_too_long_and_a_missing_file_are_faults()
    {
        Assert.Throws<WireException>(() => new WireReader([2, 0, 0, 0, 65, 66, 0, 0], new()).String());
        Assert.Throws<WireException>(() => { _ = new WireReader([255, 255, 255, 255, 0, 0, 0, 0], new()).Array(); });
        Assert.Throws<WireException>(() => new WireReader([], new()).Descriptor());
        Assert.Throws<WireException>(() => new WireReader([1, 2], new()).UInt());
    }

    [Fact]
    public void An_end_that_does_not_read_is_a_fault_and_no_growing_queue()
    {
        var (a, b) = Pair();
        using var wire = new WireConnection(a);
        Assert.Throws<WireException>(() =>
        {
            for (var i = 0; i < 1_000_000; i++)
            {
                wire.Begin(1, 1).Array(new byte[1000]).End();
                wire.Flush();
            }
        });
        Sys.Close(b);
    }

    [Fact]
    public void A_turned_window_keeps_its_area_and_a_fixed_panel_fits_into_it() =>
        Gen.Select(Gen.Int[1, 2700], Gen.Int[1, 2700], Gen.Int[0, 2700], Gen.Int[0, 2700], Gen.Bool, Gen.Bool, Gen.Int[1, 3])
            .Sample((width, height, givenWidth, givenHeight, isFixed, isGiven, scale) =>
            {
                var size = new WaylandSize(width, height, isFixed, canScale: true) { Scale = scale };
                size.Configure(givenWidth, givenHeight, isGiven);
                size.Apply();
                if (isFixed)
                    Assert.Equal((width, height), size.Panel);
                else
                    Assert.Equal(((givenWidth > 0 ? givenWidth : width) * scale, (givenHeight > 0 ? givenHeight : height) * scale),
                        size.Panel);
                if (isFixed && givenWidth > 0 && givenHeight > 0)
                    Assert.True(size.Shown.Width <= givenWidth && size.Shown.Height <= givenHeight, $"{size.Shown}");
                var before = size.Panel;
                size.Turn();
                size.Apply();
                Assert.Equal((before.Height, before.Width), size.Panel);
            });
}
