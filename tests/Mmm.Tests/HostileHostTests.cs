using System.Diagnostics;
using Mmm.Linux;

namespace Mmm.Tests;

/// <summary>Whatever another process writes into a client's file, the client stays inside its own memory.</summary>
public sealed class HostileHostTests : IDisposable
{
    private readonly MmmDirectory _directory = new();
    private readonly MmmClient _client;
    private readonly RawFile _raw;

    public HostileHostTests()
    {
        _client = _directory.OpenClient();
        _raw = new RawFile(_client.FilePath);
    }

    public void Dispose()
    {
        _raw.Dispose();
        _client.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(0x5b0, 16384)]
    [InlineData(0x5b0, -1)]
    [InlineData(0x5b4, 16384)]
    [InlineData(0x5b4, int.MinValue)]
    [InlineData(0x5b8, 0x40000000)]
    [InlineData(0x5b8, -4)]
    [InlineData(0x5bc, 0x7ffffff0)]
    [InlineData(0x5bc, -4096)]
    [InlineData(0x5bc, 0)]
    public void Where_the_picture_lies_is_the_clients_own_whatever_the_file_says(int offset, int value)
    {
        _raw.Put(offset, value);
        using var frame = _client.BeginFrame();
        _raw.Put(offset, value);
        Assert.Equal((64, 48, 64, 256, 64 * 48), (frame.Width, frame.Height, frame.Stride, frame.StrideBytes, frame.Pixels.Length));
        frame.Fill(PixelColor.FromRgb(0x102030));
        Assert.Equal(0xFF102030, frame.Row(47)[63]);
        frame.Present();
        Assert.Equal((64, 48), (_client.Width, _client.Height));
        Assert.Equal(0xFF102030, _raw.Get<uint>(0x48c70));
        Assert.Equal(0xFF102030, _raw.Get<uint>(0x48c70 + 64 * 48 * 4 - 4));
    }

    [Fact]
    public void A_row_that_is_not_in_the_picture_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _client.BeginFrame().Row(48));
        _client.Dispose();
    }

    [Fact]
    public void Every_number_of_the_rings_and_values_may_be_a_lie()
    {
        int[] bad = [int.MinValue, -5, -1, 16, 1023, 1024, 8192, 0x7fff, 0x8000, int.MaxValue];
        var to = new byte[128];
        foreach (var a in bad)
        {
            foreach (var b in bad)
            {
                foreach (var at in new[] { 0x680, 0x206b8 }) // events, messages
                    _raw.Put(at, (short)a).Put(at + 2, (short)b);
                _raw.Put(0x406f0, a).Put(0x406f4, b).Put(0x40700, a).Put(0x40704, b).Put(0x48c58, a).Put(0x5c0, b).Put(0x5e0, (a, b, a, b));
                _client.TryReadEventText(to);
                _client.SendMessage("x");
                _client.GetValue("none");
                Assert.InRange(_client.Audio.QueuedFrames, 0, 8192);
                _client.Audio.Queue(new byte[64]);
                Assert.Equal(48000, _client.Audio.SampleRate);
                _ = _client.CanBeginFrame;
                _raw.Put(0x5c0, 1);
                _client.BeginFrame().Present();
                var damage = _raw.Get<Rect>(0x5e0);
                Assert.Equal(damage, damage.Intersect(new Rect(0, 0, 64, 48)));
            }
        }
        for (var i = 0; i < 16; i++)
            _raw.Put(0x48758 + i * 16, new byte[16].Select(_ => (byte)'x').ToArray());
        _raw.Put(0x48c58, 16).Put(0xb0, Enumerable.Repeat((byte)'t', 256).ToArray());
        Assert.Equal(new string('t', 255), _client.Title);
        Assert.Null(_client.GetValue(new string('x', 16)));
        Assert.NotNull(_client.GetValue(new string('x', 15)));
    }

    [Fact]
    public void Text_that_is_written_while_it_is_read_is_some_text()
    {
        var done = false;
        var writer = new Thread(() =>
        {
            var texts = new[] { Enumerable.Repeat((byte)'t', 256).ToArray(), Enumerable.Repeat((byte)0xC3, 256).ToArray(), new byte[256] };
            for (var i = 0; !Volatile.Read(ref done); i++)
                _raw.Put(0xb0, texts[i % 3]).Put(0x48858, texts[i % 3][..64]).Put(0x48758, "a").Put(0x48c58, 1);
        });
        writer.Start();
        try
        {
            for (var i = 0; i < 20_000; i++)
                Assert.InRange(_client.Title.Length + (_client.GetValue("a") ?? "").Length, 0, 255 + 63);
        }
        finally
        {
            Volatile.Write(ref done, true);
            writer.Join();
        }
    }

    [Theory]
    [InlineData("truncated-to-nothing")]
    [InlineData("truncated-to-no-pixels")]
    [InlineData("truncated-and-grown")]
    public void A_file_that_is_cut_short_ends_the_app_by_an_exception(string how)
    {
        using var child = Child.Start(how, ("MMM_PATH", _directory.Path));
        var path = child.ReadLine()!["open ".Length..];
        Assert.Equal("drawn", child.ReadLine());
        if (how != "truncated-and-grown")
        {
            Assert.Equal($"refused {path}: another process has truncated this client's file; restart this app", child.ReadLine());
            Assert.Equal(3, child.WaitExit());
        }
        else
        {
            Assert.Equal("presented", child.ReadLine()); // the pixels are lost, and nothing else
            Assert.Equal(0, child.WaitExit());
        }
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Every_call_after_the_file_was_cut_short_says_so()
    {
        _raw.SetLength(100);
        Action[] calls =
        [
            () => _client.BeginFrame(), () => _client.TryReadEvent(out _), () => _client.WaitEvent(TimeSpan.Zero),
            () => _client.TryReadEventText(new byte[128]),
            () => _client.SendMessage("x"), () => _client.SetValue("a", "b"), () => _client.GetValue("a"),
            () => _client.Title = "x", () => _ = _client.Title,
            () => _client.Position = (1, 1), () => _ = _client.CanBeginFrame,
            () => _ = _client.Audio.QueuedFrames, () => _client.Audio.Play(new short[2]),
            () => _client.Audio.SampleRate = 44100, () => _client.Events().First(), () => _client.Frames().First(),
        ];
        Assert.All(calls, call => Assert.Contains("truncated this client's file", Assert.Throws<MmmException>(call).Message));
    }

    [Fact]
    public void A_fault_that_is_none_of_the_clients_ends_the_process_as_without_one()
    {
        using var child = Child.Start("sh", ["-c", $"ulimit -c 0; exec '{Child.Command}' --child foreign-fault 2>&1"],
            ("MMM_PATH", _directory.Path));
        Assert.StartsWith("open ", child.ReadLine());
        Assert.Contains("Fatal error", child.ReadLine());
        Assert.Contains("AccessViolationException", child.ReadLine());
        while (child.ReadLine() is { } line)
            Assert.NotEqual("not reached", line);
        Assert.NotEqual(0, child.WaitExit());
    }

    // The guard's handler must stay out of the way of what the runtime makes of its own faults.
    [Fact]
    public void A_null_reference_is_an_exception_still() => Assert.Throws<NullReferenceException>(() => ((string?)null)!.Length);

    [Fact]
    public void A_client_whose_file_was_replaced_removes_no_other_file()
    {
        var path = _client.FilePath;
        File.Delete(path);
        File.WriteAllText(path, "somebody else's");
        _client.Dispose();
        Assert.True(File.Exists(path));
    }
}
