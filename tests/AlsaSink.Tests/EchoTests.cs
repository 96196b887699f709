namespace AlsaSink.Tests;

/// <summary>What one sink has mixed on another one, whose card is faster or slower.</summary>
public class EchoTests
{
    private readonly Echo _echo = new();
    private readonly float[] _period = new float[480];
    private int _put;
    private readonly List<float> _heard = [];

    // Frames of 1, 2, 3, ...
    private void Put(int frames)
    {
        float[] stereo = new float[2 * frames];
        for (int i = 0; i < frames; i++)
            stereo[2 * i] = stereo[2 * i + 1] = ++_put;
        _echo.Put(stereo);
    }

    private int Read()
    {
        int frames = _echo.Read(_period);
        for (int i = 0; i < frames; i++)
        {
            Assert.Equal(_period[2 * i], _period[2 * i + 1]);
            _heard.Add(_period[2 * i]);
        }
        return frames;
    }

    [Fact]
    public void All_frames_are_heard_in_order_after_a_delay()
    {
        Assert.Equal(0, Read());
        for (int i = 0; i < 100; i++)
        {
            Put(240);
            Assert.Equal(240, Read());
        }
        while (Read() > 0)
        {
        }
        Assert.Equal([.. new float[Echo.DelayFrames], .. Enumerable.Range(1, 24_000).Select(i => (float)i)], _heard);
    }

    [Fact]
    public void A_short_sound_is_heard_whole_and_the_next_one_begins_with_a_delay_again()
    {
        for (int sound = 0; sound < 2; sound++)
        {
            Put(100);
            while (Read() > 0)
            {
            }
        }
        Assert.Equal([.. new float[Echo.DelayFrames], .. Enumerable.Range(1, 100).Select(i => (float)i),
            .. new float[Echo.DelayFrames], .. Enumerable.Range(101, 100).Select(i => (float)i)], _heard);
    }

    [Fact]
    public void A_slower_card_never_falls_behind_by_more_than_the_limit()
    {
        float last = 0;
        for (int i = 0; i < 3000; i++)
        {
            Put(241); // far more than real cards differ
            Read();
            Assert.InRange(_put - _heard[^1], 0, Echo.MostFrames + 241 + Echo.DelayFrames);
            Assert.True(_heard[^1] >= last);
            last = _heard[^1];
        }
    }

    [Fact]
    public void A_faster_card_has_a_gap_and_then_all_frames_again()
    {
        for (int i = 0; i < 3000; i++)
        {
            Put(239);
            Read();
        }
        float[] sound = [.. _heard.Where(f => f != 0)];
        Assert.Equal(Enumerable.Range(1, sound.Length).Select(i => (float)i), sound);
        Assert.InRange(_put - sound.Length, 0, Echo.MostFrames);
        int gaps = Enumerable.Range(1, _heard.Count - 1).Count(i => _heard[i] == 0 && _heard[i - 1] != 0);
        Assert.InRange(gaps, 2, 3); // every 960 periods
    }

    [Fact]
    public void A_card_that_does_not_play_loses_what_finds_no_room_and_nothing_else()
    {
        for (int i = 0; i < 1000; i++)
            Put(AudioSink.MaxPeriodFrames);
        while (Read() > 0)
        {
        }
        float[] sound = [.. _heard.Where(f => f != 0)];
        Assert.InRange(sound.Length, Echo.DelayFrames, Echo.MostFrames);
        Assert.Equal(Enumerable.Range((int)sound[0], sound.Length).Select(i => (float)i), sound);
    }
}
