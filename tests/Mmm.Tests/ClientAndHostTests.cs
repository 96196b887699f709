using System.Text;
using CsCheck;
using Mmm.Hosting;
using Mmm.Protocol;

namespace Mmm.Tests;

/// <summary>A real client and the host's view of its file, with no host process between them.</summary>
public sealed class ClientAndHostTests : IDisposable
{
    private readonly MmmDirectory _directory = new();
    private readonly MmmClient _client;
    private readonly ClientFile _file;

    public ClientAndHostTests()
    {
        _client = _directory.OpenClient("the title");
        _file = MmmDirectory.OpenFile(_client.FilePath);
    }

    public void Dispose()
    {
        _file.Dispose();
        _client.Dispose();
        _directory.Dispose();
    }

    private string? NextText()
    {
        var to = new byte[128];
        var n = _client.TryReadEventText(to);
        return n < 0 ? null : Encoding.UTF8.GetString(to, 0, n);
    }

    [Fact]
    public void Events_come_in_order_for_many_rounds_of_the_ring()
    {
        var model = new Queue<string>();
        var next = 0;
        Gen.Int[-1500, 1500].Array[10].Sample(steps =>
        {
            foreach (var step in steps)
            {
                for (var i = 0; i < step; i++)
                {
                    var text = $"key{next++}";
                    var full = model.Count == 1023;
                    Assert.Equal(full ? PushResult.Full : PushResult.Done, _file.PushEvent(Encoding.UTF8.GetBytes(text)));
                    if (!full)
                        model.Enqueue(text);
                }
                Assert.Equal(model.Count, _file.QueuedEvents);
                for (var i = 0; i < -step; i++)
                    Assert.Equal(model.TryDequeue(out var text) ? text : null, NextText());
            }
        }, iter: 30, threads: 1);
    }

    [Fact]
    public void The_1024th_event_is_refused_and_the_1023_before_it_arrive()
    {
        for (var i = 0; i < 1023; i++)
            Assert.Equal(PushResult.Done, _file.PushEvent(Encoding.UTF8.GetBytes($"k{i}")));
        Assert.Equal(PushResult.Full, _file.PushEvent("lost"u8));
        for (var i = 0; i < 1023; i++)
        {
            Assert.True(_client.TryReadEvent(out var e));
            Assert.Equal(new KeyPressed($"k{i}"), e);
        }
        Assert.False(_client.TryReadEvent(out _));
        Assert.Equal(PushResult.Done, _file.PushEvent("again"u8));
        Assert.Equal("again", NextText());
    }

    [Fact]
    public void A_long_event_is_cut_between_characters()
    {
        Assert.Equal(PushResult.Done, _file.PushEvent(Encoding.UTF8.GetBytes("message " + new string('€', 60))));
        Assert.True(_client.TryReadEvent(out var e));
        Assert.Equal(new MessageReceived(new string('€', 39)), e);
    }

    [Fact]
    public void A_broken_event_ring_gives_no_events_and_no_endless_stream()
    {
        using var raw = new RawFile(_client.FilePath);
        foreach (var (read, write) in new (short, short)[] { (-5, 3), (2000, 3), (0, 32767), (0, -1) })
        {
            raw.Put(0x680, read).Put(0x682, write);
            Assert.Null(NextText());
            Assert.False(_client.TryReadEvent(out _));
        }
    }

    [Fact]
    public void Messages_come_in_order_and_the_1024th_is_refused()
    {
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 1023; i++)
                Assert.True(_client.SendMessage($"m{i}"));
            Assert.False(_client.SendMessage("lost"));
            for (var i = 0; i < 1023; i++)
            {
                Assert.True(_file.TryTakeMessage(out var message, out _));
                Assert.Equal($"m{i}", message);
            }
            Assert.False(_file.TryTakeMessage(out _, out var fault));
            Assert.Null(fault);
        }
    }

    [Fact]
    public void A_message_is_printable_and_cut_between_characters()
    {
        Assert.True(_client.SendMessage("a\nb"));
        Assert.True(_client.SendMessage(new string('é', 100)));
        Assert.True(_file.TryTakeMessage(out var first, out _));
        Assert.True(_file.TryTakeMessage(out var second, out _));
        Assert.Equal(("a?b", new string('é', 63)), (first, second));
    }

    [Fact]
    public void Values_go_both_ways_and_14_names_are_the_most()
    {
        for (var i = 0; i < 7; i++)
        {
            _client.SetValue($"client{i}", $"c{i}");
            Assert.True(_file.SetValue($"host{i}", $"h{i}"));
        }
        Assert.False(_file.SetValue("one more", ""));
        Assert.Throws<MmmException>(() => _client.SetValue("one more", ""));
        Assert.True(_file.SetValue("client3", "by the host"));
        _client.SetValue("host3", "by the client");
        Assert.Equal(("c0", "h6", "by the host", "by the client", null), (_client.GetValue("client0"), _client.GetValue("host6"),
            _client.GetValue("client3"), _client.GetValue("host3"), _client.GetValue("one more")));
        Assert.True(_file.RefreshValues());
        Assert.False(_file.RefreshValues());
        Assert.Equal((14, "by the host", "by the client"), (_file.Values.Count, _file.Values["client3"], _file.Values["host3"]));
    }

    [Fact]
    public void Long_values_are_cut_between_characters_and_long_names_are_refused()
    {
        _client.SetValue("fifteen letters", new string('€', 30));
        Assert.True(_file.RefreshValues());
        Assert.Equal(new string('€', 21), _file.Values["fifteen letters"]);
        Assert.Throws<ArgumentException>(() => _client.SetValue("sixteen letters!", ""));
        Assert.True(_file.SetValue("ééééééééé", new string('é', 40)));
        Assert.Equal(new string('é', 31), _client.GetValue("ééééééé"));
    }

    [Fact]
    public void The_value_named_title_is_the_title()
    {
        _client.SetValue("title", "another");
        Assert.True(_file.Refresh());
        Assert.Equal(("another", "another"), (_file.Title, _client.Title));
        Assert.True(_file.SetValue("title", "by the host"));
        Assert.Equal(("by the host", "by the host"), (_client.Title, _client.GetValue("title")));
        Assert.False(_file.RefreshValues());
    }

    [Fact]
    public void A_title_is_at_most_255_bytes_of_whole_characters_and_printable()
    {
        Assert.Equal("the title", _file.Title);
        _client.Title = new string('€', 200);
        Assert.True(_file.Refresh());
        Assert.Equal(new string('€', 85), _file.Title);
        _client.Title = "x\ty";
        Assert.True(_file.Refresh());
        Assert.Equal("x?y", _file.Title);
    }

    [Fact]
    public void A_frame_goes_through_the_flip_states_with_its_damage_and_pixels()
    {
        Assert.Equal(FlipState.Neutral, _file.State.Flip);
        using (var frame = _client.BeginFrame(new Rect(2, 3, 4, 5)))
        {
            Assert.True(_file.Refresh());
            Assert.Equal(FlipState.Drawing, _file.State.Flip);
            frame.Fill(PixelColor.FromRgb(0x112233), new Rect(2, 3, 4, 5));
            frame.Damage(new Rect(10, 10, 1000, 1));
            frame.Present();
        }
        Assert.True(_file.Refresh());
        Assert.Equal((FlipState.WaitFlip, new Rect(2, 3, 62, 8)), (_file.State.Flip, _file.State.Damage));
        Assert.False(_client.CanBeginFrame);
        Assert.True(_file.BeginFlip());
        var pixels = new uint[4 * 5];
        Assert.True(_file.ReadPixels(_file.State, new Rect(2, 3, 4, 5), pixels, 4));
        Assert.All(pixels, p => Assert.Equal(0xFF112233, p));
        Assert.True(_file.EndFlip() && _file.Refresh());
        Assert.Equal((FlipState.Neutral, default(Rect)), (_file.State.Flip, _file.State.Damage));
        Assert.True(_client.CanBeginFrame);
    }

    [Fact]
    public void A_frame_that_the_host_did_not_take_keeps_its_damage()
    {
        _client.BeginFrame(new Rect(0, 0, 2, 2)).Present();
        var start = Environment.TickCount64;
        var second = _client.BeginFrame(new Rect(10, 10, 2, 2));
        Assert.InRange(Environment.TickCount64 - start, 140, 10_000); // the original's 150 ms
        second.Present();
        Assert.True(_file.Refresh());
        Assert.Equal((FlipState.WaitFlip, new Rect(0, 0, 12, 12)), (_file.State.Flip, _file.State.Damage));
        _client.BeginFrame(default(Rect)).Present();
        Assert.True(_file.Refresh());
        Assert.Equal((FlipState.WaitFlip, new Rect(0, 0, 12, 12)), (_file.State.Flip, _file.State.Damage));
    }

    [Fact]
    public void A_frame_without_damage_returns_to_neutral()
    {
        _client.BeginFrame(new Rect(100, 100, 5, 5)).Present();
        Assert.True(_file.Refresh());
        Assert.Equal((FlipState.Neutral, default(Rect)), (_file.State.Flip, _file.State.Damage));
        Assert.Throws<InvalidOperationException>(() =>
        {
            using var one = _client.BeginFrame();
            using var two = _client.BeginFrame();
        });
    }

    [Fact]
    public void A_frame_that_ends_by_an_exception_is_not_shown_and_its_part_comes_with_the_next()
    {
        Assert.Throws<NotSupportedException>((Action)DrawHalf);
        Assert.True(_file.Refresh());
        Assert.Equal((FlipState.Neutral, default(Rect)), (_file.State.Flip, _file.State.Damage));
        _client.BeginFrame(new Rect(8, 8, 4, 4)).Present();
        Assert.True(_file.Refresh());
        Assert.Equal((FlipState.WaitFlip, new Rect(0, 0, 12, 12)), (_file.State.Flip, _file.State.Damage));
        Assert.True(_file.BeginFlip() && _file.EndFlip());
        _client.BeginFrame(new Rect(8, 8, 4, 4)).Present();
        Assert.True(_file.Refresh());
        Assert.Equal(new Rect(8, 8, 4, 4), _file.State.Damage);

        void DrawHalf()
        {
            using var frame = _client.BeginFrame(new Rect(0, 0, 4, 4));
            frame.Fill(PixelColor.White);
            throw new NotSupportedException();
        }
    }

    [Fact]
    public void A_dropped_frame_over_one_that_was_not_taken_is_not_shown_either()
    {
        _client.BeginFrame(new Rect(0, 0, 2, 2)).Present();
        _client.BeginFrame(new Rect(4, 4, 2, 2)).Dispose();
        Assert.True(_file.Refresh());
        Assert.Equal(FlipState.Neutral, _file.State.Flip);
        _client.BeginFrame(default(Rect)).Present();
        Assert.True(_file.Refresh());
        Assert.Equal((FlipState.WaitFlip, new Rect(0, 0, 6, 6)), (_file.State.Flip, _file.State.Damage));
    }

    [Fact]
    public void A_frame_that_is_over_cannot_be_used_and_all_copies_are_one_frame()
    {
        var frame = _client.BeginFrame(default(Rect));
        Mark(frame);
        frame.Present();
        Assert.True(_file.Refresh());
        Assert.Equal(new Rect(1, 2, 3, 4), _file.State.Damage);
        frame.Dispose(); // nothing
        Assert.True(_file.Refresh());
        Assert.Equal(FlipState.WaitFlip, _file.State.Flip);
        Assert.True(_file.BeginFlip() && _file.EndFlip());
        var next = _client.BeginFrame();
        frame.Dispose(); // not this one's
        try
        {
            frame.Fill(PixelColor.White);
            Assert.Fail("a frame that is over was drawn");
        }
        catch (InvalidOperationException)
        {
            next.Fill(PixelColor.White);
        }

        static void Mark(ClientFrame frame) => frame.Damage(new Rect(1, 2, 3, 4));
    }

    [Fact]
    public void Frames_that_are_not_drawn_cost_at_most_60_turns_a_second()
    {
        var turns = 0;
        var time = System.Diagnostics.Stopwatch.StartNew();
        foreach (var _ in _client.Frames())
        {
            if (++turns == 10)
                break;
        }
        Assert.True(time.ElapsedMilliseconds >= 9 * 15, $"10 turns in {time.ElapsedMilliseconds} ms");
    }

    [Fact]
    public void Frames_that_are_drawn_come_as_soon_as_the_last_one_was_taken()
    {
        var waited = false;
        foreach (var _ in _client.Frames())
        {
            Assert.True(_client.CanBeginFrame);
            if (waited)
                break;
            waited = true;
            _client.BeginFrame().Present();
            Assert.False(_client.CanBeginFrame);
            Assert.True(_file.BeginFlip() && _file.EndFlip());
        }
    }

    [Fact]
    public void The_client_follows_the_desired_size()
    {
        using (var frame = _client.BeginFrame())
        {
            frame.Fill(PixelColor.White);
            frame.Present();
        }
        Assert.True(_file.SetDesiredSize(200, 100));
        Assert.False(_client.TryReadEvent(out _)); // the host has not taken the frame: its pixels must stay
        Assert.Equal((64, 48), (_client.Width, _client.Height));
        Assert.True(_file.BeginFlip() && _file.EndFlip());
        Assert.True(_client.TryReadEvent(out var e));
        Assert.Equal(new ClientResized(200, 100), e);
        Assert.False(_client.TryReadEvent(out _));
        Assert.True(_file.Refresh());
        Assert.Equal((200, 100, 800, FlipState.Neutral), (_file.State.Width, _file.State.Height, _file.State.Stride, _file.State.Flip));
        Assert.Null(_file.State.Fault(_file.Length));
        using (var frame = _client.BeginFrame())
        {
            Assert.Equal((200, 100, 200 * 100), (frame.Width, frame.Height, frame.Pixels.Length));
            frame.Fill(PixelColor.FromRgb(1, 2, 3));
            frame.Present();
        }
        Assert.True(_file.BeginFlip());
        var last = new uint[1];
        Assert.True(_file.ReadPixels(_file.State, new Rect(199, 99, 1, 1), last, 1));
        Assert.Equal(0xFF010203, last[0]);
        Assert.True(_file.EndFlip());

        var length = _file.Length;
        Assert.True(_file.SetDesiredSize(10, 10));
        Assert.True(_client.TryReadEvent(out e));
        Assert.Equal((new ClientResized(10, 10), length), ((ClientResized)e, _file.Length)); // never shrunk
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(-1, -1)]
    [InlineData(100_000, 100_000)]
    [InlineData(int.MaxValue, 1)]
    public void A_desired_size_that_cannot_be_is_ignored(int width, int height)
    {
        Assert.True(_file.SetDesiredSize(width, height));
        Assert.False(_client.TryReadEvent(out _));
        Assert.True(_file.Refresh());
        Assert.Equal((64, 48, FlipState.Neutral), (_file.State.Width, _file.State.Height, _file.State.Flip));
    }

    [Fact]
    public void Position_and_order_are_shared()
    {
        _client.Position = (10, -20.5);
        Assert.True(_file.Refresh());
        Assert.Equal((10, -20), _file.State.Position);
        Assert.True(_file.SetPosition(1, 2) && _file.SetZ(3));
        Assert.Equal(((1.0, 2.0), 3.0), (_client.Position, _client.Z));
    }

    [Fact]
    public void An_ended_client_leaves_no_file_no_descriptor_and_may_be_ended_twice()
    {
        using (var warm = _directory.OpenClient())
        {
        }
        var before = Count();
        for (var i = 0; i < 20; i++)
        {
            var client = _directory.OpenClient();
            var path = client.FilePath;
            var file = MmmDirectory.OpenFile(path);
            var pcm = file.OpenPcm()!;
            client.Dispose();
            Assert.False(File.Exists(path));
            pcm.Dispose();
            file.Dispose();
            // These take the descriptors that have become free: whoever closes its own once more, closes one of them.
            var innocent = Enumerable.Range(0, 16).Select(_ => File.OpenHandle("/dev/null")).ToArray();
            client.Dispose();
            client.Close();
            pcm.Dispose();
            file.Dispose();
            Assert.All(innocent, handle => Assert.Equal(0, RandomAccess.Read(handle, new byte[1], 0)));
            Array.ForEach(innocent, handle => handle.Dispose());
        }
        // They go in the background.
        Assert.True(SpinWait.SpinUntil(() => Count() <= before, 15_000), $"{Count()} descriptors, {before} before");

        // Only what this class opens: other tests run at the same time.
        int Count() => Directory.GetFiles("/proc/self/fd").Count(fd =>
            new FileInfo(fd).LinkTarget?.StartsWith(_directory.Path, StringComparison.Ordinal) == true);
    }
}
