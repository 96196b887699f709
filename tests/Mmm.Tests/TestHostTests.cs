using Mmm.Testing;

namespace Mmm.Tests;

/// <summary>The host for unit tests of apps behaves as a real one does.</summary>
public sealed class TestHostTests
{
    private static readonly TestHostOptions Patient = new() { Patience = TimeSpan.FromSeconds(60) };
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public void A_client_has_the_size_of_the_screen_and_its_frames_and_damage_are_seen()
    {
        using var host = new TestHost(Patient with { Width = 320, Height = 200 });
        using var client = host.Open("Seen");
        var seen = host.WaitForClient();
        Assert.Equal(("Seen", 320, 200), (seen.Title, client.Width, client.Height));
        using (var frame = client.BeginFrame(new Rect(1, 2, 30, 40)))
        {
            frame.Fill(PixelColor.White, new Rect(1, 2, 30, 40));
            frame.Present();
        }
        var picture = seen.WaitForFrame();
        Assert.Equal((320, 200, 1, new Rect(1, 2, 30, 40)), (picture.Width, picture.Height, picture.Number, picture.Damage));
        Assert.Equal(PixelColor.White, picture[30, 41]);
        Assert.Equal(PixelColor.Black, picture[31, 41]);
        Assert.Equal(30 * 40, picture.Count(PixelColor.White, new Rect(-5, -5, 999, 999)));
    }

    [Fact]
    public void Events_come_as_they_were_asked_for()
    {
        using var host = new TestHost(Patient);
        using var client = host.Open("Events");
        var seen = host.WaitForClient();
        Assert.False(seen.Scroll(1, 2, 0, 1));
        Assert.False(seen.Press(1, 2, finger: 3));
        Assert.True(seen.Tap(5, 6));
        Assert.True(seen.Key("control-å"));
        Assert.True(seen.Message("hello"));
        Assert.Equal(
            [new PointerPressed(5, 6), new PointerReleased(5, 6), new KeyPressed("control-å"), new MessageReceived("hello")],
            Read(client, 4));
        client.Ask(EventKinds.All);
        Assert.True(seen.Scroll(1, 2, 0, 1));
        Assert.True(seen.Drag(1, 2, finger: 3));
        Assert.True(seen.Key("a"));
        Assert.Equal(
            [
                new PointerScrolled(1, 2, 0, 1), new PointerDragged(1, 2, 3) { Type = PointerType.Finger },
                new KeyPressed("a"), new KeyReleased("a"),
            ],
            Read(client, 4));
        seen.Resize(100, 50);
        Assert.Equal([new ClientResized(100, 50)], Read(client, 1));
    }

    private static MmmEvent[] Read(MmmClient client, int count) => [.. Enumerable.Range(0, count).Select(_ => client.WaitEvent(Soon)!)];

    [Fact]
    public void Messages_values_and_sound_arrive()
    {
        using var host = new TestHost(Patient);
        using var client = host.Open("Sound");
        var seen = host.WaitForClient();
        client.SendMessage("one");
        client.SendMessage("two");
        client.SetValue("level", "7");
        Assert.Equal(("one", "two", "7"), (seen.WaitForMessage(), seen.WaitForMessage(), seen.GetValue("level")));
        client.Audio.Play(new short[] { 16384, -16384, 8192, -8192 });
        Assert.Equal([0.5f, -0.5f, 0.25f, -0.25f], seen.TakeSound(2));
        client.Audio.FillFloats += samples => samples.Fill(0.75f);
        Assert.Null(client.WaitEvent(TimeSpan.Zero));
        Assert.All(seen.TakeSound(100), s => Assert.Equal(0.75f, s, 4f / 32768));
    }

    [Fact]
    public void A_host_that_answers_late_is_reported_when_it_does()
    {
        using var host = new TestHost(Patient with { AnswerDelay = TimeSpan.FromSeconds(1.5) });
        using var client = host.Open("Late");
        Assert.False(client.IsHostConnected);
        Assert.Equal(new HostConnected(), client.WaitEvent(Soon));
        Assert.True(client.IsHostConnected);
    }

    [Fact]
    public void A_host_that_never_answers_serves_nobody()
    {
        using var host = new TestHost(new TestHostOptions { Answers = false, Patience = TimeSpan.FromMilliseconds(50) });
        using var client = host.Open("Never");
        Assert.Throws<TimeoutException>(() => host.WaitForClient());
        Assert.Empty(host.Clients);
    }

    [Fact]
    public void A_refusal_is_an_exception_with_its_reason()
    {
        using var host = new TestHost(Patient with { Refusal = "no room" });
        var e = Assert.Throws<MmmException>(() => host.Open("Refused"));
        Assert.Equal(MmmError.Refused, e.Reason);
        Assert.EndsWith("no room", e.Message);
    }

    [Fact]
    public void Frames_are_taken_at_the_pace_and_while_they_are_taken()
    {
        using var host = new TestHost(Patient with { FrameTime = TimeSpan.FromMilliseconds(20), TakesFrames = false });
        using var client = host.Open("Pace");
        var seen = host.WaitForClient();
        Present();
        Assert.False(client.CanBeginFrame);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        seen.TakesFrames = true;
        seen.WaitForFrame();
        for (var i = 0; i < 5; i++)
        {
            Present();
            seen.WaitForFrame();
        }
        Assert.True(clock.ElapsedMilliseconds >= 95, $"{clock.ElapsedMilliseconds} ms");

        void Present()
        {
            using var frame = client.BeginFrame();
            frame.Present();
        }
    }

    [Fact]
    public void A_host_that_hangs_up_or_ends_is_reported()
    {
        var host = new TestHost(Patient);
        using var client = host.Open("Gone");
        host.WaitForClient().Disconnect();
        Assert.Equal([new HostDisconnected(), new HostConnected()], Read(client, 2));
        Assert.False(host.WaitForClient().HasEnded);
        host.Dispose();
        Assert.Equal(new HostDisconnected(), client.WaitEvent(Soon));
        Assert.False(Directory.Exists(host.Directory));
    }

    [Fact]
    public void A_wait_for_a_client_that_ends_says_so()
    {
        using var host = new TestHost(Patient);
        var client = host.Open("Ends");
        var seen = host.WaitForClient();
        client.Dispose();
        Assert.Contains("Ends has ended", Assert.Throws<InvalidOperationException>(() => seen.WaitForFrame()).Message);
    }

    [Fact]
    public void Wrong_arguments_are_argument_exceptions()
    {
        using var host = new TestHost(Patient);
        using var client = host.Open("Wrong");
        Assert.Throws<ArgumentException>(() => client.SetValue("sixteen-letters!", "x"));
        Assert.Throws<ArgumentNullException>(() => client.Post(null!));
        Assert.Throws<ArgumentNullException>(() => MmmClient.Open((MmmClientOptions)null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => MmmClient.Open(new MmmClientOptions { Title = "x", Width = 20000, Height = 1 }));
        Assert.Equal(MmmError.NoDirectory,
            Assert.Throws<MmmException>(() => MmmClient.Open(new MmmClientOptions { Title = "x", Directory = "/nowhere" })).Reason);
    }

    [Fact]
    public void Close_from_a_signal_ends_the_events_only_where_signals_are_handled()
    {
        using var host = new TestHost(Patient);
        using var plain = host.Open("plain");
        using var handles = MmmClient.Open(new MmmClientOptions
        {
            Title = "handles", Directory = host.Directory, Signals = [System.Runtime.InteropServices.PosixSignal.SIGWINCH],
        });
        Assert.Equal(0, Mmm.Linux.Sys.Kill(Environment.ProcessId, 28 /* SIGWINCH */));
        Assert.Equal(new QuitRequested(), handles.WaitEvent(Soon));
        Assert.Null(plain.WaitEvent(TimeSpan.Zero));
    }
}
