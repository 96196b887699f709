using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Mmm.Protocol;

namespace FbHost.Tests;

/// <summary>Programs that flood, hang, pretend and hang up: a client that behaves keeps its rate.</summary>
public class HostileBehaviourTests(BusyHost busy) : IClassFixture<BusyHost>
{
    private readonly MmmHost _host = busy.Host;

    [Fact]
    public void A_client_killed_while_it_draws_disappears()
    {
        using var client = _host.Raw("--title Killed hang");
        client.WaitForOutput("hangs");
        _host.WaitForClient("Killed");
        client.Signal(Child.SIGKILL);
        _host.WaitForNoClient("Killed");
        _host.WaitForPixel(1, 1, 0);
        _host.AssertKeepsShowing("Good");
    }

    [Fact]
    public void A_client_that_hangs_while_it_draws_is_still_moved_and_uncovered()
    {
        using var client = _host.Raw("--title Hung --size 50x50 hang");
        client.WaitForOutput("hangs");
        _host.WaitForPixel(5, 5, 0x336699);
        using (var cover = new HandMade(_host, "cover"))
            _host.WaitForPixel(5, 5, 0xffffff);
        _host.WaitForPixel(5, 5, 0x336699);
        _host.AssertKeepsShowing("Good");
    }

    [Fact]
    public void A_stopped_client_keeps_its_picture_and_stops_nobody()
    {
        using var client = _host.Raw("--title Stopped --size 50x50 animate");
        _host.WaitForClient("Stopped");
        client.Signal(Child.SIGSTOP);
        _host.AssertKeepsShowing("Good");
        var frames = _host.Client("Stopped")!.Frames;
        _host.AssertKeepsShowing("Good");
        Assert.Equal(frames, _host.Client("Stopped")!.Frames);
        client.Signal(Child.SIGCONT);
        _host.WaitForClient("Stopped", c => c.Frames > frames + 5);
    }

    [Fact]
    public void A_flood_of_messages_does_not_slow_the_others()
    {
        using var client = _host.Raw("--title Flood flood-messages");
        _host.WaitForClient("Flood");
        _host.AssertKeepsShowing("Good");
    }

    [Fact]
    public void A_flood_of_frames_is_shown_at_the_screens_pace()
    {
        using var client = _host.Raw("--title FrameFlood flood-frames");
        var from = _host.WaitForClient("FrameFlood").Frames;
        var good = _host.Client("Good")!.Frames;
        _host.AssertKeepsShowing("Good");
        Assert.InRange(_host.Client("FrameFlood")!.Frames - from, 1, 4 * (_host.Client("Good")!.Frames - good) + 10);
    }

    // Each raise that is done gives it the focus, which it is told: so they are counted.
    [Fact]
    public void Two_clients_that_raise_themselves_all_the_time_are_raised_at_the_screens_pace()
    {
        using var host = new MmmHost(width: 160, height: 120, config: """{ "messages": [ "raise", "move" ] }""");
        host.Raw("--title Good --size 64x48 --at 90,60 animate");
        host.WaitForClient("Good");
        using var first = new HandMade(host, "first", c => c.SetValue("events", "focus"));
        using var second = new HandMade(host, "second", c => c.SetValue("events", "focus"));
        Assert.Equal(("mmm 1 ok", "mmm 1 ok"), (first.Connect(), second.Connect()));
        host.WaitForClient("first");
        host.WaitForClient("second");
        int raised = 0, sent = 0;
        var start = Stopwatch.GetTimestamp();
        using (new Busy(() =>
        {
            foreach (var client in new[] { first, second })
            {
                raised += client.TakeEvents().Count(e => e == "focus-in");
                if ((short)client.Peek(HandMade.MessagesRead) != (short)client.Peek(HandMade.MessagesWrite))
                    continue; // the host has not taken them yet
                for (var i = 0; i < 64; i++)
                    client.Say("raise");
                client.Ring();
                sent++;
            }
        }))
        {
            host.AssertKeepsShowing("Good");
            Wait.Until(() => Volatile.Read(ref sent) > 200 && Volatile.Read(ref raised) > 10, "messages",
                () => $"{sent} times 64, raised {raised} times");
        }
        var frames = Stopwatch.GetElapsedTime(start).TotalSeconds * 60; // of the display, at most
        Assert.InRange(raised, 1, 2 * (frames + 2));
    }

    [Fact]
    public void A_client_that_only_moves_as_fast_as_it_can_does_not_slow_the_others_and_is_shown_where_it_comes_to_rest()
    {
        using var client = new HandMade(_host, "moves");
        Assert.Equal("mmm 1 ok", client.Connect());
        _host.WaitForClient("moves");
        var x = 0;
        using (new Busy(() =>
        {
            client.Poke(HandMade.X, (double)(x = (x + 1) % 40));
            client.Ring();
        }))
            _host.AssertKeepsShowing("Good");
        client.Poke(HandMade.X, 45.0);
        client.Ring();
        _host.WaitForClient("moves", c => c.X == 45);
        int[] edges = [0, 0xffffff, 0xffffff, 0];
        Wait.Until(() => new[] { 44, 45, 84, 85 }.Select(at => _host.Pixel(at, 1)).SequenceEqual(edges),
            "the client where it is, and no wider");
    }

    [Fact]
    public void A_flood_of_rings_does_not_slow_the_others()
    {
        using var client = new HandMade(_host, "rings");
        Assert.Equal("mmm 1 ok", client.Connect());
        var done = false;
        var flood = new Thread(() =>
        {
            while (!Volatile.Read(ref done))
                client.Ring();
        });
        flood.Start();
        _host.AssertKeepsShowing("Good");
        var frames = _host.Client("rings")!.Frames;
        client.Present();
        _host.WaitForClient("rings", c => c.Frames > frames);
        Volatile.Write(ref done, true);
        flood.Join();
    }

    [Fact]
    public void A_bell_client_that_does_not_read_its_rings_is_served_on()
    {
        using var client = new HandMade(_host, "deaf-bell");
        Assert.Equal("mmm 1 ok", client.Connect());
        for (var i = 0; i < 600; i++)
            Assert.True(_host.Ask("event", "deaf-bell", "a").GetProperty("ok").GetBoolean());
        client.Present();
        client.Ring();
        _host.WaitForClient("deaf-bell", c => c.Frames > 0 && c.EventsQueued == 600);
        _host.AssertKeepsShowing("Good");
    }

    [Fact]
    public void Bells_that_say_nothing_do_not_keep_others_out()
    {
        var silent = Enumerable.Range(0, 200).Select(_ => HandMade.Connect(_host)).ToList();
        _host.AssertKeepsShowing("Good");
        using var client = new HandMade(_host, "after-silent");
        Assert.Equal("mmm 1 ok", client.Connect());
        silent.ForEach(s => s.Dispose());
        _host.AssertKeepsShowing("Good");
    }

    [Theory]
    [InlineData("mmm 1 ..", "not a file name")]
    [InlineData("mmm 1 .control", "not a file name")]
    [InlineData("mmm 1 /etc/passwd", "not a file name")]
    [InlineData("mmm 1 ../framebuffer", "not a file name")]
    [InlineData("mmm 1 ", "not a file name")]
    [InlineData("mmm 1 fb.\0x", "not a file name")]
    [InlineData("mmm 1 fb.nothere", "fb.nothere is not a client file that this host serves")]
    [InlineData("mmm 2 fb.x", "not an mmm 1 client")]
    [InlineData("\0", "not an mmm 1 client")]
    public void A_hello_that_cannot_be_is_refused_with_the_reason(string hello, string why)
    {
        using var bell = HandMade.Connect(_host);
        Assert.Equal("mmm 1 error " + why, HandMade.Hello(bell, Encoding.UTF8.GetBytes(hello)));
        Assert.Equal(0, bell.Receive(new byte[10]));
        _host.AssertKeepsShowing("Good");
    }

    [Fact]
    public void A_hello_of_ten_kilobytes_is_refused()
    {
        using var bell = HandMade.Connect(_host);
        Assert.StartsWith("mmm 1 error ", HandMade.Hello(bell, Encoding.UTF8.GetBytes("mmm 1 " + new string('x', 10_000))));
        _host.AssertKeepsShowing("Good");
    }

    [Fact]
    public void A_second_bell_for_a_client_is_refused_and_the_first_goes_on()
    {
        using var client = new HandMade(_host, "two-bells");
        Assert.Equal("mmm 1 ok", client.Connect());
        using var second = HandMade.Connect(_host);
        Assert.Equal("mmm 1 error two-bells has a bell already", HandMade.Hello(second, "mmm 1 two-bells"u8.ToArray()));
        var frames = _host.Client("two-bells")!.Frames;
        client.Present();
        client.Ring();
        _host.WaitForClient("two-bells", c => c.Frames > frames && c.Bell);
    }

    [Fact]
    public void A_bell_for_another_users_file_is_refused()
    {
        Programs.NeedRoot();
        File.SetUnixFileMode(_host.Temp.Path, (UnixFileMode)0x1ED);
        using var client = new HandMade(_host, "not-yours");
        _host.WaitForClient("not-yours");
        using var other = new Child("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups",
            Programs.RawClient, "bell", _host[".host"], "mmm 1 not-yours"]);
        other.WaitForEnd();
        Assert.Equal(["mmm 1 error not-yours belongs to another user"], other.Output);
    }

    [Fact]
    public void A_client_that_hangs_up_and_lives_is_polled_and_may_come_back()
    {
        using var client = new HandMade(_host, "hung-up");
        Assert.Equal("mmm 1 ok", client.Connect());
        _host.WaitForPixel(1, 1, 0xffffff);
        client.HangUp();
        _host.WaitForClient("hung-up", c => !c.Bell);
        _host.WaitForPixel(1, 1, 0xffffff);
        Assert.Equal("mmm 1 ok", client.Connect());
        _host.WaitForClient("hung-up", c => c.Bell);
        Assert.True(File.Exists(client.Path));
    }

    [Fact]
    public void A_framebuffer_file_truncated_by_somebody_is_written_again()
    {
        using (var file = new FileStream(_host.FramebufferFile, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.SetLength(0);
        _host.AssertKeepsShowing("Good");
        using var client = new HandMade(_host, "after-truncation");
        _host.WaitForClient("after-truncation");
        using (var file = new FileStream(_host.FramebufferFile, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.SetLength(160 * 120 * 4);
        _host.WaitForPixel(1, 1, 0xffffff);
    }

    [Fact]
    public void A_flood_of_connections_and_hang_ups_leaks_no_descriptor()
    {
        int Descriptors() => Directory.GetFileSystemEntries($"/proc/{_host.Process.Pid}/fd").Length;
        void Churn(int times)
        {
            for (var i = 0; i < times; i++)
            {
                using var client = new HandMade(_host, $"churn-{i}", c => c.Poke(HandMade.PcmWrite, 500));
                if (i % 2 == 0)
                    client.Connect();
                using var refused = HandMade.Connect(_host);
                HandMade.Hello(refused, "mmm 1 .."u8.ToArray());
                using var control = new ControlClient(_host.Path);
                control.Ask("clients");
            }
            Wait.Until(() => _host.Clients.Length == 1, "the end of the clients",
                () => string.Join(" ", _host.Clients.Select(c => c.Name)));
        }
        Churn(20);
        Wait.Until(() => _host.Clients.Length == 1, "quiet");
        var before = Descriptors();
        Churn(60);
        Wait.Until(() => Descriptors() <= before + 1, "no more descriptors than before", () => $"{before} then {Descriptors()}");
    }
}
