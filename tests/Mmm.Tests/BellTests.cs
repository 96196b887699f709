using System.Diagnostics;
using System.Runtime.InteropServices;
using Mmm.Hosting;
using Mmm.Linux;
using Mmm.Protocol;

namespace Mmm.Tests;

/// <summary>A client and the bell of a host that this test plays itself, over a real socket.</summary>
public sealed class BellTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private readonly MmmDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_client_says_hello_with_its_file_name_when_the_file_is_valid()
    {
        var (pid, width, flip) = (0, 0, -1);
        using var host = new FakeHost(_directory, beforeAnswer: path =>
        {
            using var raw = new RawFile(path);
            (pid, width, flip) = (raw.Get<int>(0x18), raw.Get<int>(0x5b0), raw.Get<int>(0x5c0));
        });
        using var client = _directory.OpenClient();
        var hello = host.AwaitClient();
        Assert.Equal("mmm 1 " + Path.GetFileName(client.FilePath), hello);
        Assert.True(Bell.TryParseHello(System.Text.Encoding.UTF8.GetBytes(hello), out _, out _));
        Assert.Equal((Environment.ProcessId, 64, 0), (pid, width, flip));
        Assert.True(client.IsHostConnected);
    }

    [Fact]
    public void A_refused_client_says_why_in_one_line_and_leaves_no_file()
    {
        using var host = new FakeHost(_directory, "mmm 1 error too many\nclients");
        var e = Assert.Throws<MmmException>(() => _directory.OpenClient());
        Assert.Equal($"{_directory.Path}: the host refused this client: too many?clients", e.Message);
        Assert.Empty(Directory.GetFiles(_directory.Path, "fb.*"));
    }

    [Fact]
    public void A_client_without_size_takes_the_screens()
    {
        using var host = new FakeHost(_directory, beforeAnswer: path =>
        {
            using var file = MmmDirectory.OpenFile(path);
            Assert.True(file.SetValue("host-width", "320") && file.SetValue("host-height", "200"));
        });
        using var client = _directory.OpenClient("test", 0, 0);
        Assert.Equal((320, 200), (client.Width, client.Height));
    }

    [Fact]
    public void A_client_without_size_and_host_takes_400x300_after_75_ms()
    {
        var time = Stopwatch.StartNew();
        using var client = _directory.OpenClient("test", 0, 0);
        Assert.InRange(time.ElapsedMilliseconds, 70, 10_000);
        Assert.Equal((400, 300), (client.Width, client.Height));
    }

    [Fact]
    public void Everything_the_host_must_look_at_rings()
    {
        using var host = new FakeHost(_directory);
        using var client = _directory.OpenClient();
        host.AwaitClient();
        using var file = MmmDirectory.OpenFile(client.FilePath);
        Assert.True(host.TakeRings(), "no ring after the first size");
        Expect("frame", () => client.BeginFrame().Present());
        file.EndFlip();
        Expect("message", () => client.SendMessage("x"));
        Expect("value", () => client.SetValue("a", "b"));
        Expect("title", () => client.Title = "new");
        Expect("position", () => client.Position = (1, 2));
        Expect("sound into an empty ring", () => client.Audio.Play(new short[8000]));
        file.SetDesiredSize(100, 100);
        Expect("new size", () => Assert.True(client.TryReadEvent(out _)));

        client.Audio.Play(new short[200]);
        Assert.False(host.TakeRings(50), "a ring for sound while more than a chunk waits");

        void Expect(string what, Action action)
        {
            Assert.False(host.TakeRings(0), $"a ring before {what}");
            action();
            Assert.True(host.TakeRings(), $"no ring after {what}");
        }
    }

    [Fact]
    public void A_ring_wakes_a_sleeping_client()
    {
        using var host = new FakeHost(_directory);
        using var client = _directory.OpenClient();
        host.AwaitClient();
        using var file = MmmDirectory.OpenFile(client.FilePath);
        using var later = new Timer(_ =>
        {
            file.PushEvent("return"u8);
            host.Ring();
        }, null, 100, Timeout.Infinite);
        Assert.Equal(new KeyPressed("return"), client.WaitEvent(Soon));
    }

    [Fact]
    public void A_full_bell_never_blocks_the_client()
    {
        using var host = new FakeHost(_directory);
        using var client = _directory.OpenClient();
        host.AwaitClient();
        for (var i = 0; i < 10_000; i++)
            client.SetValue("n", $"{i}");
        Assert.True(host.TakeRings());
    }

    [Fact]
    public void A_host_that_hangs_up_and_comes_back_is_two_events_and_the_picture_stays()
    {
        var host = new FakeHost(_directory);
        using var client = _directory.OpenClient();
        host.AwaitClient();
        using (var frame = client.BeginFrame())
        {
            frame.Fill(PixelColor.White);
            frame.Present();
        }
        host.Dispose();
        Assert.Equal(new HostDisconnected(), client.WaitEvent(Soon));
        Assert.False(client.IsHostConnected);
        using (var file = MmmDirectory.OpenFile(client.FilePath))
        {
            var pixel = new uint[1];
            Assert.True(file.ReadPixels(file.State, new Rect(63, 47, 1, 1), pixel, 1));
            Assert.Equal((0xFFFFFFFF, FlipState.WaitFlip), (pixel[0], file.State.Flip));
            Assert.Equal(PushResult.Done, file.PushEvent("a"u8)); // without a bell: polled
            Assert.Equal(new KeyPressed("a"), client.WaitEvent(Soon));
        }
        using var next = new FakeHost(_directory);
        Assert.Equal(new HostConnected(), client.WaitEvent(Soon));
        Assert.Equal("mmm 1 " + Path.GetFileName(client.FilePath), next.AwaitClient());
        Assert.True(client.IsHostConnected);
    }

    // The host may have looked at the file before a frame, a message or sound that came before its answer, when there was no bell to ring.
    [Fact]
    public void A_client_rings_when_a_host_has_accepted_it()
    {
        using var client = _directory.OpenClient();
        client.BeginFrame().Present();
        using var host = new FakeHost(_directory);
        Assert.Equal(new HostConnected(), client.WaitEvent(Soon));
        host.AwaitClient();
        Assert.True(host.TakeRings(), "no ring after the answer");
    }

    [Fact]
    public void A_host_that_binds_before_it_listens_is_found()
    {
        using var client = _directory.OpenClient();
        using var host = new FakeHost(_directory, listen: false);
        Assert.Null(client.WaitEvent(TimeSpan.FromMilliseconds(60))); // has seen the name, and nobody listens
        host.Listen();
        Assert.Equal(new HostConnected(), client.WaitEvent(Soon));
    }

    [Fact]
    public void A_host_that_answers_late_is_an_event()
    {
        using var busy = new ManualResetEventSlim();
        using var host = new FakeHost(_directory, beforeAnswer: _ => busy.Wait());
        using var client = _directory.OpenClient();
        Assert.False(client.IsHostConnected);
        using var file = MmmDirectory.OpenFile(client.FilePath);
        file.PushEvent("a"u8);
        Assert.Equal(new KeyPressed("a"), client.WaitEvent(Soon)); // without a bell until then
        busy.Set();
        Assert.Equal(new HostConnected(), client.WaitEvent(Soon));
        Assert.True(client.IsHostConnected);
        host.AwaitClient();
        AssertSleeps(client, host);
    }

    [Fact]
    public void A_client_greets_again_while_the_socket_stays_until_the_host_answers()
    {
        using var host = new FakeHost(_directory) { HangsUp = true };
        using var client = _directory.OpenClient();
        Wait(client, () => host.HungUp >= 3);
        Assert.False(client.IsHostConnected);
        host.HangsUp = false;
        Assert.Equal(new HostConnected(), client.WaitEvent(Soon));
        host.AwaitClient();
        AssertSleeps(client, host);
    }

    [Fact]
    public void A_host_that_hangs_up_soon_after_its_answer_is_greeted_after_growing_pauses()
    {
        using var host = new FakeHost(_directory) { HangsUpAfterAnswer = true };
        using var client = _directory.OpenClient();
        var time = Stopwatch.StartNew();
        while (time.ElapsedMilliseconds < 1000)
            client.WaitEvent(TimeSpan.FromMilliseconds(10));
        Assert.InRange(host.HungUp, 2, 20);
        host.HangsUpAfterAnswer = false;
        while (!client.IsHostConnected && time.Elapsed < Soon)
            client.WaitEvent(TimeSpan.FromMilliseconds(10));
        host.AwaitClient();
        Assert.True(host.TakeRings());
    }

    [Fact]
    public void A_client_whose_bell_alone_was_closed_gets_another_one()
    {
        using var host = new FakeHost(_directory);
        using var client = _directory.OpenClient();
        host.AwaitClient();
        host.HangUp();
        Assert.Equal(new HostDisconnected(), client.WaitEvent(Soon));
        Assert.Equal(new HostConnected(), client.WaitEvent(Soon));
        Assert.Equal("mmm 1 " + Path.GetFileName(client.FilePath), host.AwaitClient());
        AssertSleeps(client, host);
    }

    [Fact]
    public void A_client_that_lost_its_bell_and_is_refused_greets_again_later()
    {
        using var host = new FakeHost(_directory);
        using var client = _directory.OpenClient();
        host.AwaitClient();
        host.Answer = "mmm 1 error it has a bell already";
        host.HangUp();
        Assert.Equal(new HostDisconnected(), client.WaitEvent(Soon));
        var refused = Task.Run(host.AwaitClient);
        Wait(client, () => refused.IsCompleted);
        Assert.False(client.IsHostConnected);
        host.Answer = "mmm 1 ok";
        Assert.Equal(new HostConnected(), client.WaitEvent(Soon));
    }

    private static void Wait(MmmClient client, Func<bool> until)
    {
        for (var start = Stopwatch.StartNew(); !until(); Assert.True(start.Elapsed < TimeSpan.FromSeconds(20), "it does not come to that"))
            Assert.Null(client.WaitEvent(TimeSpan.FromMilliseconds(10)));
    }

    [Fact]
    public void A_poll_handle_is_quiet_until_something_happens_and_quiet_again_after_it_was_read()
    {
        using var host = new FakeHost(_directory);
        using var client = _directory.OpenClient();
        host.AwaitClient();
        using var file = MmmDirectory.OpenFile(client.FilePath);
        while (client.TryReadEvent(out _))
        {
        }
        Assert.False(Sys.PollIn(client.PollHandle, 50));
        file.PushEvent("a"u8);
        file.PushEvent("b"u8);
        host.Ring();
        Assert.True(Sys.PollIn(client.PollHandle, 5000));
        Assert.True(client.TryReadEvent(out var a) && client.TryReadEvent(out _));
        Assert.Equal(new KeyPressed("a"), a);
        Assert.False(client.TryReadEvent(out _));
        Assert.False(Sys.PollIn(client.PollHandle, 50), "still readable with nothing to read: the app's loop would spin");

        host.Dispose();
        Assert.True(Sys.PollIn(client.PollHandle, 5000));
        Assert.True(client.TryReadEvent(out var gone));
        Assert.Equal(new HostDisconnected(), gone);
    }

    [Fact]
    public void Close_ends_every_wait_from_another_thread()
    {
        using var host = new FakeHost(_directory);
        using var client = _directory.OpenClient();
        host.AwaitClient();
        using var later = new Timer(_ => client.Close(), null, 100, Timeout.Infinite);
        var waits = Task.Run(() =>
        {
            Assert.Empty(client.Events());
            Assert.Empty(client.Events()); // an inner loop ended first: the outer one must end too
            Assert.Equal(new QuitRequested(), client.WaitEvent(Timeout.InfiniteTimeSpan));
            Assert.Empty(client.Frames());
        });
        Assert.True(waits.Wait(Soon), "a wait does not end");
    }

    [Fact]
    public async Task Async_events_end_at_Close_and_at_cancellation()
    {
        using var client = _directory.OpenClient();
        using var file = MmmDirectory.OpenFile(client.FilePath);
        file.PushEvent("a"u8);
        using var cancel = new CancellationTokenSource();
        var seen = new List<MmmEvent>();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var e in client.EventsAsync(cancel.Token))
            {
                seen.Add(e);
                cancel.CancelAfter(50);
            }
        });
        Assert.Equal([new KeyPressed("a")], seen);
        using var later = new Timer(_ => client.Close(), null, 50, Timeout.Infinite);
        await Rest().WaitAsync(Soon);
        await Rest().WaitAsync(Soon);

        async Task Rest()
        {
            await foreach (var e in client.EventsAsync())
                Assert.Fail($"{e}");
        }
    }

    [DllImport("libc", EntryPoint = "gettid")]
    private static extern int ThreadId();

    [Fact]
    public void A_client_with_a_bell_sleeps_without_waking_up()
    {
        using var host = new FakeHost(_directory);
        using var client = _directory.OpenClient();
        host.AwaitClient();
        AssertSleeps(client, host);
    }

    // The timer and the new host come in one wake-up, the host first: the timer must not be armed again behind the bell.
    [Fact]
    public void A_client_whose_host_came_back_sleeps_without_waking_up()
    {
        using var client = _directory.OpenClient();
        for (var i = 0; i < 3; i++)
        {
            while (client.WaitEvent(TimeSpan.FromMilliseconds(30)) is not null)
            {
            }
            client.Title = "restarts the timer";
            using var host = new FakeHost(_directory);
            Thread.Sleep(30);
            Assert.Equal(new HostConnected(), client.WaitEvent(Soon));
            host.AwaitClient();
            AssertSleeps(client, host);
            client.WaitEvent(TimeSpan.Zero);
        }
    }

    private static void AssertSleeps(MmmClient client, FakeHost host)
    {
        var thread = 0;
        MmmEvent? woken = null;
        var sleeper = new Thread(() =>
        {
            thread = ThreadId();
            woken = client.WaitEvent(Timeout.InfiniteTimeSpan);
        });
        sleeper.Start();
        Thread.Sleep(200);
        var before = Switches();
        Thread.Sleep(500);
        Assert.Equal(before, Switches());
        using (var file = MmmDirectory.OpenFile(client.FilePath))
            file.PushEvent("a"u8);
        host.Ring();
        Assert.True(sleeper.Join(5000));
        Assert.Equal(new KeyPressed("a"), woken);

        string Switches() => File.ReadLines($"/proc/self/task/{thread}/status")
            .Single(l => l.StartsWith("voluntary_ctxt_switches", StringComparison.Ordinal));
    }
}
