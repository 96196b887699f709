using FbHost.Clients;

namespace FbHost.Tests;

/// <summary>A client without a bell that draws at a rate of its own, and the polls that it costs, on a clock of the test's.</summary>
public class PollRhythmTests
{
    private const long Ms = 1_000_000, DisplayNs = 16_666_667;

    /// <summary>Draws with the given times between two frames; returns polls, and the longest time that a frame waited, in ms.</summary>
    private static (int Polls, double LatestMs, long EndNs) Run(ref PollRhythm rhythm, long now, int frames, Func<int, double> intervalMs)
    {
        var (polls, latest) = (0, 0L);
        var (drawn, free) = (now + (long)(intervalMs(0) * Ms), now);
        for (var frame = 0; frame < frames;)
        {
            now = rhythm.Next(now, free);
            polls++;
            if (now < drawn || now < free)
                continue;
            if (frame > 10)
                latest = Math.Max(latest, now - Math.Max(drawn, free));
            rhythm.Frame(now);
            (free, drawn) = (now + DisplayNs, now + (long)(intervalMs(++frame) * Ms));
        }
        return (polls, latest / (double)Ms, now);
    }

    [Theory]
    [InlineData(100, 20, 40)] // ten frames a second
    [InlineData(500, 5, 20)]
    [InlineData(1000, 5, 20)]
    [InlineData(50, 40, 90)]
    [InlineData(10, 50, 130)] // as fast as the display
    public void A_client_that_draws_regularly_is_polled_when_its_frame_is_due(double intervalMs, double least, double most)
    {
        var rhythm = new PollRhythm();
        rhythm.Wake();
        var (_, _, begin) = Run(ref rhythm, 0, 20, _ => intervalMs);
        var (polls, latest, end) = Run(ref rhythm, begin, 100, _ => intervalMs);
        Assert.InRange(polls / ((end - begin) / 1e9), least, most);
        Assert.InRange(latest, 0, 4.1);
    }

    [Fact]
    public void Jitter_costs_some_more_polls_and_frames_wait_little()
    {
        var random = new Random(1);
        var rhythm = new PollRhythm();
        Run(ref rhythm, 0, 20, _ => 100);
        var (polls, latest, end) = Run(ref rhythm, 0, 200, _ => 95 + 10 * random.NextDouble());
        Assert.InRange(polls / (end / 1e9), 20, 60);
        Assert.InRange(latest, 0, 12);
    }

    [Fact]
    public void A_client_that_becomes_fast_is_polled_fast_within_a_second()
    {
        var rhythm = new PollRhythm();
        var (_, _, now) = Run(ref rhythm, 0, 20, _ => 500);
        var before = now;
        (_, _, now) = Run(ref rhythm, now, 10, _ => 20);
        Assert.InRange((now - before) / 1e9, 0, 1.5);
        var (_, latest, _) = Run(ref rhythm, now, 100, _ => 20);
        Assert.InRange(latest, 0, 4.1);
    }

    [Fact]
    public void An_event_and_the_end_of_a_rhythm_lead_to_fast_polls_for_half_a_second_and_slow_ones_after()
    {
        var rhythm = new PollRhythm();
        var (_, _, now) = Run(ref rhythm, 0, 20, _ => 100);
        rhythm.Wake();
        for (var i = 0; i < 125; i++)
            Assert.Equal(4 * Ms, rhythm.Next(now, 0) - now);
        Assert.Equal(20 * Ms, rhythm.Next(now, 0) - now);
        (_, _, now) = Run(ref rhythm, now, 20, _ => 100);
        now += 150 * Ms; // its frame did not come
        for (var i = 0; i < 125; i++)
            Assert.Equal(4 * Ms, rhythm.Next(now, 0) - now);
        Assert.Equal(20 * Ms, rhythm.Next(now, 0) - now);
    }
}
