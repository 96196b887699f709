using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using CsCheck;

namespace AlsaSink.Tests;

/// <summary>The sink on a card that fails: it goes on at the right speed, says so once, and plays again when the card is well.</summary>
public class CardFaultTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly FakeClock _clock = new();
    private readonly ConcurrentQueue<string> _log = new();

    private AlsaPcm Pcm(FakeCard card, CardChoice? choice = null) =>
        new(choice ?? CardChoice.OfDevice("fake"), new AudioLatency(20), _log.Enqueue, card, _clock);

    private AudioSink Sink(FakeCard card) => new(Pcm(card), _log.Enqueue, _clock);

    /// <summary>Sounds for a number of frames, and looks at the sink each time it is pulled.</summary>
    private sealed class Probe(int frames, Action<int, AudioSink> look) : IPcmSource
    {
        private int _delivered;

        public AudioSink? Sink { get; set; }

        public Exception? Failed { get; private set; }

        public ManualResetEventSlim Empty { get; } = new();

        public int Read(Span<float> stereo)
        {
            if (Empty.IsSet)
                return 0;
            try
            {
                look(_delivered, Sink!);
            }
            catch (Exception e)
            {
                Failed = e;
                _delivered = frames;
            }
            int now = Math.Min(stereo.Length / 2, frames - _delivered);
            for (int i = 0; i < now; i++)
                stereo[2 * i] = stereo[2 * i + 1] = Sample(_delivered + i) / 32768f;
            _delivered += now;
            if (_delivered == frames)
                Empty.Set();
            return now;
        }

        public void Removed()
        {
        }

        public static short Sample(int frame) => (short)(1 + frame % 30_000);
    }

    private static void Play(AudioSink sink, int frames, Action<int, AudioSink> look)
    {
        Probe probe = new(frames, look) { Sink = sink };
        sink.Add(probe);
        Assert.True(probe.Empty.Wait(Patience));
        sink.Remove(probe);
        if (probe.Failed is not null)
            Assert.Fail(probe.Failed.Message);
    }

    private static readonly Gen<Fault[]> Script = Gen.Frequency((3, Gen.Const(0)), (2, Gen.Int[1, (int)Fault.NeverReady]))
        .Select(f => (Fault)f).Array[0, 60];

    [Fact]
    public void Whatever_a_card_fails_with_frames_are_paced_and_it_plays_again_when_it_is_well() => Script.Sample(script =>
    {
        FakeClock clock = new();
        FakeCard card = new(clock, script);
        ConcurrentQueue<string> log = new();
        long start = clock.NowNs;
        int frames = (script.Length + 2) * AudioSink.Rate; // each fault may cost a second until the next try
        OutputState last = OutputState.Idle;
        using (AudioSink sink = new(new AlsaPcm(CardChoice.OfDevice("fake"), new AudioLatency(20), log.Enqueue, card, clock),
            log.Enqueue, clock))
        {
            Play(sink, frames, (delivered, s) =>
            {
                last = s.Status.State;
                double seconds = (clock.NowNs - start) / 1e9;
                Assert.InRange(delivered, 0, seconds * 1.051 * AudioSink.Rate + AudioSink.Rate / 5);
            });
            Assert.Equal(OutputState.Playing, last);
        }
        Assert.Empty(card.Violations);
        Assert.InRange(card.MostIdleCalls, 0, 40); // no busy loop
        Assert.Equal(log.Distinct(), log);
        Assert.InRange((clock.NowNs - start) / 1e9, 0, frames / (double)AudioSink.Rate + 1.2 * script.Length + 1);
    }, iter: 400);

    private static readonly Gen<Fault> Lasting =
        Gen.Int[(int)Fault.Xrun, (int)Fault.NeverReady].Select(f => (Fault)f);

    [Fact]
    public void A_card_that_fails_for_good_never_stalls_its_clients() => Gen.Select(Script, Lasting).Sample((script, lasting) =>
    {
        FakeClock clock = new();
        FakeCard card = new(clock, script) { Always = lasting };
        ConcurrentQueue<string> log = new();
        long start = clock.NowNs;
        using (AudioSink sink = new(new AlsaPcm(CardChoice.OfDevice("fake"), new AudioLatency(20), log.Enqueue, card, clock),
            log.Enqueue, clock))
        {
            Play(sink, 10 * AudioSink.Rate, (delivered, s) =>
            {
                double seconds = (clock.NowNs - start) / 1e9;
                Assert.InRange(delivered, 0, seconds * 1.051 * AudioSink.Rate + AudioSink.Rate / 5);
            });
        }
        Assert.InRange(card.MostIdleCalls, 0, 40); // no busy loop
        Assert.Equal(log.Distinct(), log);
        // A wait that times out takes its second, and is followed by a second in which frames flow.
        Assert.InRange((clock.NowNs - start) / 1e9, 9, 2 * 10 + 1.2 * script.Length + 5);
    }, iter: 200);

    [Fact]
    public void Short_writes_lose_and_double_nothing()
    {
        Fault[] often = [Fault.Short, Fault.Nothing, Fault.TryAgain, Fault.Interrupted];
        FakeCard card = new(_clock, Enumerable.Range(3, 3000).Select(i => i % 7 == 0 ? often[i / 7 % 4] : Fault.None));
        using (AudioSink sink = Sink(card))
            Play(sink, 24_000, (_, _) => { });
        Assert.Empty(_log);
        short[] left = [.. MemoryMarshal.Cast<byte, short>(CollectionsMarshal.AsSpan(card.Played)).ToArray().Where((_, i) => i % 2 == 0)];
        int sound = Array.FindIndex(left, s => s != 0);
        Assert.Equal(720, sound);
        Assert.Equal(Enumerable.Range(0, 24_000).Select(Probe.Sample), left[sound..(sound + 24_000)]);
    }

    [Fact]
    public void After_an_xrun_the_queue_has_its_lead_again_and_the_xrun_is_counted()
    {
        Fault[] script = [.. Enumerable.Repeat(Fault.None, 20), Fault.Xrun];
        FakeCard card = new(_clock, script);
        int xruns = 0;
        using (AudioSink sink = Sink(card))
            Play(sink, AudioSink.Rate, (_, s) => xruns = s.Status.Xruns);
        Assert.Equal(1, xruns);
        short[] left = [.. MemoryMarshal.Cast<byte, short>(CollectionsMarshal.AsSpan(card.Played)).ToArray().Where((_, i) => i % 2 == 0)];
        int again = Array.FindIndex(left, 721, s => s == 0);
        Assert.True(again > 0);
        Assert.All(left[again..(again + 720)], s => Assert.Equal(0, s));
        Assert.Equal(left[again - 1] + 1, left[again + 720]); // no frame of the source is lost by it
        Assert.Equal("ALSA device fake: 1 xruns so far; the latency is now 20 ms. If gaps are audible, increase audio.latencyMs",
            Assert.Single(_log));
    }

    [Theory]
    [InlineData(1, 5, 20)]
    [InlineData(2, 5, 40)]
    [InlineData(3, 5, 60)]
    [InlineData(20, 5, 160)] // eight times what was asked for
    [InlineData(3, 15, 20)]  // seldom
    public void Xruns_that_come_often_make_the_queue_longer(int xruns, int secondsApart, double latencyMs)
    {
        FakeCard card = new(_clock) { Grants = new CardSetup(SampleFormat.S16, 2, 240, 7680) };
        OutputStatus status = default;
        int done = 0;
        using (AudioSink sink = Sink(card))
        {
            Play(sink, (xruns * secondsApart + 2) * AudioSink.Rate, (delivered, s) =>
            {
                status = s.Status;
                card.Always = Fault.None;
                if (delivered / AudioSink.Rate / secondsApart > done && done < xruns)
                {
                    card.Starve();
                    done++;
                }
            });
        }
        Assert.Equal((xruns, latencyMs), (status.Xruns, status.LatencyMs));
    }

    [Theory]
    [InlineData(0, 20)]
    [InlineData(2, 40)]
    [InlineData(3, 60)]
    [InlineData(20, 160)]
    public void A_card_with_two_periods_holds_a_longer_queue_by_longer_periods(int xruns, double latencyMs)
    {
        FakeCard card = new(_clock) { Periods = 2 };
        OutputStatus status = default;
        int done = 0;
        using (AudioSink sink = Sink(card))
        {
            Play(sink, (xruns * 5 + 2) * AudioSink.Rate, (delivered, s) =>
            {
                status = s.Status;
                if (delivered / AudioSink.Rate / 5 > done && done < xruns)
                {
                    card.Starve();
                    done++;
                }
            });
        }
        Assert.Equal((xruns, latencyMs), (status.Xruns, status.LatencyMs));
        Assert.Empty(card.Violations);
        Assert.All(_log, line => Assert.Contains("increase audio.latencyMs", line));
    }

    [Fact]
    public void A_card_whose_buffer_holds_no_more_is_not_opened_again_and_the_advice_says_so()
    {
        FakeCard card = new(_clock) { Grants = new CardSetup(SampleFormat.S16, 2, 240, 480) };
        int done = 0;
        using (AudioSink sink = Sink(card))
        {
            Play(sink, 20 * AudioSink.Rate, (delivered, s) =>
            {
                if (delivered / AudioSink.Rate / 3 > done && done < 5)
                {
                    card.Starve();
                    done++;
                }
            });
        }
        Assert.Equal(1, card.Opens);
        Assert.StartsWith("ALSA device fake: 5 xruns so far; the latency is now 10 ms. The card's buffer holds no more; ",
            Assert.Single(_log));
    }

    [Fact]
    public void A_card_that_is_pulled_out_is_one_line_and_plays_again_when_it_is_back()
    {
        FakeCard card = new(_clock);
        List<OutputState> states = [];
        using (AudioSink sink = Sink(card))
        {
            Play(sink, 10 * AudioSink.Rate, (delivered, s) =>
            {
                card.Always = delivered is > 2 * AudioSink.Rate and < 6 * AudioSink.Rate ? Fault.Gone : Fault.None;
                if (states.Count == 0 || states[^1] != s.Status.State)
                    states.Add(s.Status.State);
            });
        }
        Assert.Equal([OutputState.Idle, OutputState.Playing, OutputState.Discarding, OutputState.Playing], states);
        Assert.Equal(["ALSA device fake: no such device; plug the card in again; it is then used again", "audio: fake plays again"], _log);
        Assert.InRange(card.Opens, 1 + 4, 1 + 5); // not more often than once a second
    }

    [Fact]
    public void Who_follows_the_card_is_told_when_it_is_opened_and_when_it_has_failed_once_each()
    {
        FakeCard card = new(_clock);
        List<(OutputState, int)> told = [];
        AudioSink? sink = null;
        using (sink = new AudioSink(Pcm(card), _log.Enqueue, _clock, () => told.Add((sink!.Status.State, card.Played.Count > 0 ? 1 : 0))))
        {
            Play(sink, 10 * AudioSink.Rate, (delivered, _) =>
                card.Always = delivered is > 2 * AudioSink.Rate and < 6 * AudioSink.Rate ? Fault.Gone : Fault.None);
            TestSource zeros = new TestSource(0).Fill(AudioSink.Rate); // the card is closed meanwhile
            sink.Add(zeros);
            Assert.True(zeros.Empty.Wait(Patience));
            Play(sink, AudioSink.Rate, (_, _) => { });
        }
        // 0: before a frame.
        Assert.Equal([(OutputState.Playing, 0), (OutputState.Discarding, 1), (OutputState.Playing, 1), (OutputState.Playing, 1)], told);
    }

    [Fact]
    public void A_busy_card_is_one_line_and_tried_again_while_something_sounds_and_only_then()
    {
        FakeCard card = new(_clock) { Always = Fault.Busy };
        using AudioSink sink = Sink(card);
        Play(sink, 3 * AudioSink.Rate + 1000, (_, _) => { });
        int opens = card.Opens;
        Assert.Equal(4, opens);
        TestSource zeros = new TestSource(0).Fill(5 * AudioSink.Rate);
        sink.Add(zeros);
        Assert.True(zeros.Empty.Wait(Patience));
        Assert.Equal(opens, card.Opens);
        card.Always = Fault.None;
        OutputState last = OutputState.Idle;
        Play(sink, AudioSink.Rate, (_, s) => last = s.Status.State);
        Assert.Equal(OutputState.Playing, last);
        Assert.Equal(["ALSA device fake: device or resource busy; end the program that uses it", "audio: fake plays again"], _log);
    }

    [Fact]
    public void A_card_that_takes_no_frames_is_one_line()
    {
        FakeCard card = new(_clock, [.. Enumerable.Repeat(Fault.None, 12)]) { Always = Fault.NeverReady };
        using (AudioSink sink = Sink(card))
            Play(sink, 5 * AudioSink.Rate, (_, _) => { });
        Assert.Equal("ALSA device fake: took no frames for 1000 ms; check the card's driver", _log.First());
        Assert.Equal(_log.Distinct(), _log);
    }

    [Fact]
    public void A_card_that_appears_after_the_start_is_used()
    {
        string proc = Directory.CreateTempSubdirectory("asound").FullName;
        FakeCard card = new(_clock);
        OutputState last = OutputState.Idle;
        using (AudioSink sink = new(Pcm(card, CardChoice.Auto([], proc)), _log.Enqueue, _clock))
        {
            Play(sink, 4 * AudioSink.Rate, (delivered, s) =>
            {
                if (delivered > 2 * AudioSink.Rate && s.Status.State == OutputState.Discarding)
                    File.WriteAllText(Path.Combine(proc, "pcm"), "00-00: HDA : HDA : playback 1\n");
                last = s.Status.State;
            });
        }
        Directory.Delete(proc, true);
        Assert.Equal(OutputState.Playing, last);
        Assert.Equal("audio: no sound card; sound is discarded until there is one", _log.First());
    }

    [Theory]
    [InlineData(240, 960, 240, 20)]
    [InlineData(64, 128, 64, 20)]     // a small buffer is all used
    [InlineData(1024, 16384, 512, 42.67)] // dmix: two of its periods
    [InlineData(6000, 24000, 512, 250)]
    public void The_status_is_what_the_card_granted(int period, int buffer, int pulled, double latencyMs)
    {
        FakeCard card = new(_clock) { Grants = new CardSetup(SampleFormat.S24_3, 6, period, buffer) };
        OutputStatus status = default;
        using (AudioSink sink = Sink(card))
            Play(sink, AudioSink.Rate, (_, s) => status = s.Status);
        latencyMs = Math.Min(latencyMs, buffer * 1000.0 / AudioSink.Rate);
        Assert.Equal(new OutputStatus("fake", "S24_3", 48000, 6, pulled, status.LatencyMs, 0, OutputState.Playing), status);
        Assert.Equal(latencyMs, status.LatencyMs, 0.01);
        Assert.Empty(_log);
    }

    [Fact]
    public void Playing_to_a_card_allocates_nothing()
    {
        FakeCard card = new(_clock);
        card.Played.EnsureCapacity(8 << 20);
        using AudioSink sink = Sink(card);
        AllocationMeter meter = new();
        Play(sink, 15 * AudioSink.Rate, (delivered, _) =>
        {
            if (delivered / AudioSink.Rate > meter.Spans)
                meter.Look();
        });
        meter.AssertNothing(14);
    }
}
