using System.Diagnostics;

namespace FbHost.Tests.Events;

/// <summary>Real hosts and clients that read late.</summary>
public class LateReaderTests
{
    private const int EV_KEY = 1, KEY_A = 30, KEY_Q = 16;

    // More than the ring holds: what waits beside it must come without any other event.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Keys_beside_a_full_ring_come_when_the_client_has_read(bool bell)
    {
        using var host = new MmmHost(input: true);
        using var client = new HandMade(host, "late");
        host.WaitForClient("late");
        if (bell)
            Assert.Equal("mmm 1 ok", client.Connect());
        for (var i = 0; i < 550; i++)
            host.Input((EV_KEY, KEY_A, 1), (EV_KEY, KEY_A, 0), (EV_KEY, KEY_Q, 1), (EV_KEY, KEY_Q, 0));
        host.WaitForClient("late", c => c.EventsQueued == 1023 && c.EventsHeld == 77);
        var events = client.TakeEvents();
        Wait.Until(() =>
        {
            events.AddRange(client.TakeEvents());
            return events.Count == 1100;
        }, "the rest", () => $"{events.Count}");
        Assert.Equal(Enumerable.Range(0, 1100).Select(i => i % 2 == 0 ? "a" : "q"), events);
        Assert.True(host.Client("late") is { EventsHeld: 0, EventsDropped: 0 });
    }

    [Fact]
    public void A_client_that_never_reads_holds_up_nobody()
    {
        using var host = new MmmHost(input: true);
        using var good = host.Raw("--title Good --size 320x200 color 00ff00");
        host.WaitForClient("Good");
        using var deaf = new HandMade(host, "deaf");
        host.WaitForClient("deaf"); // in front: it has the focus
        for (var i = 0; i < 2000; i++)
            host.Input((EV_KEY, KEY_A, 1), (EV_KEY, KEY_A, 0));
        host.WaitForClient("deaf", c => c.EventsDropped == 2000 - 1023 - 256);
        host.WaitForLog("does not read its events");
        Assert.Equal(1, host.CountLog("does not read its events"));
        deaf.Dispose();
        host.WaitForNoClient("deaf");
        host.Input((EV_KEY, KEY_Q, 1), (EV_KEY, KEY_Q, 0));
        good.WaitForEvents("q");
    }

    // Two that draw all the time, by the same code.
    [Fact]
    public void A_client_with_a_bell_that_never_reads_keeps_the_frame_rate_of_one_that_does()
    {
        using var host = new MmmHost(input: true);
        using var reader = new HandMade(host, "reader");
        Assert.Equal("mmm 1 ok", reader.Connect());
        host.WaitForClient("reader");
        using var deaf = new HandMade(host, "deaf");
        Assert.Equal("mmm 1 ok", deaf.Connect());
        host.WaitForClient("deaf"); // in front: it has the focus
        for (var i = 0; i < 1400; i++) // more than the ring and what waits beside it
            Type();
        host.WaitForClient("deaf", c => c is { EventsQueued: 1023, EventsDropped: > 0 });
        using var drawing = new Busy(() =>
        {
            var (readers, deafs) = (Draw(reader), Draw(deaf));
            reader.TakeEvents();
            if (!readers && !deafs)
                Thread.Sleep(1);
        });

        var looks = new List<string>();
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < Wait.Patience)
        {
            var (readers, deafs) = (host.Client("reader")!.Frames, host.Client("deaf")!.Frames);
            Wait.Until(() =>
            {
                Type();
                host.Ask("event", "reader", "a");
                return host.Client("reader")!.Frames >= readers + 40;
            }, "40 frames of the one that reads");
            (readers, deafs) = (host.Client("reader")!.Frames - readers, host.Client("deaf")!.Frames - deafs);
            if (deafs >= 0.8 * readers)
                return;
            looks.Add($"{deafs} of {readers}");
        }
        Assert.Fail($"the one that does not read has made so many frames of those of the other: {string.Join(", ", looks)}");

        void Type() => host.Input((EV_KEY, KEY_A, 1), (EV_KEY, KEY_A, 0));
    }

    // The next frame, when the last one is shown.
    private static bool Draw(HandMade client)
    {
        if (client.Peek(HandMade.Flip) != HandMade.Neutral)
            return false;
        client.Present();
        client.Ring();
        return true;
    }
}
