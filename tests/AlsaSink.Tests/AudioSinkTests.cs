using System.Collections.Concurrent;

namespace AlsaSink.Tests;

public class AudioSinkTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly RecordingOutput _output = new();
    private readonly FakeClock _clock = new();
    private readonly ConcurrentQueue<string> _log = new();

    private AudioSink Sink(IPcmOutput? output) => new(output, _log.Enqueue, _clock);

    [Fact]
    public void What_a_source_delivers_is_played_and_then_the_output_stops()
    {
        using (AudioSink sink = Sink(_output))
        {
            sink.Add(new TestSource(0.5f).Fill(5000));
            Assert.True(_output.Stopped.Wait(Patience));
        }
        Assert.Equal(["start", "stop", "dispose"], _output.Calls);
        Assert.Equal(5000, _output.Left.Count(s => s == 16384));
        Assert.Equal(5000, _output.Left.TakeWhile(s => s == 16384).Count());
        int silence = _output.Left.Count - 5000;
        Assert.InRange(silence, 40 * AudioSink.MaxPeriodFrames, 50 * AudioSink.MaxPeriodFrames); // about 500 ms
    }

    [Fact]
    public void Silence_is_consumed_at_the_clocks_pace_and_the_output_not_started()
    {
        using (AudioSink sink = Sink(_output))
        {
            TestSource zeros = new TestSource(0).Fill(48000);
            sink.Add(zeros);
            Assert.True(zeros.Empty.Wait(Patience));
        }
        Assert.Equal(["dispose"], _output.Calls);
        Assert.InRange(_clock.SleptNs, 980_000_000, 1_020_000_000);
    }

    [Fact]
    public void With_no_output_frames_are_consumed_at_the_clocks_pace()
    {
        using AudioSink sink = Sink(null);
        TestSource source = new TestSource(0.5f).Fill(48000);
        sink.Add(source);
        Assert.True(source.Empty.Wait(Patience));
        Assert.InRange(_clock.SleptNs, 980_000_000, 1_020_000_000);
        Assert.Equal("none", sink.Status.Description);
    }

    [Fact]
    public void What_nobody_foresaw_is_one_line_and_sound_goes_on_after_it()
    {
        int turns = 0;
        using (AudioSink sink = new(_output, _log.Enqueue, _clock, () => _ = ++turns < 6 ? throw new InvalidOperationException("odd") : 0))
        {
            TestSource source = new TestSource(0.5f).Fill(480_000);
            sink.Add(source);
            Assert.True(source.Empty.Wait(Patience));
        }
        Assert.InRange(turns, 6, int.MaxValue);
        Assert.Contains((short)16384, _output.Left);
        Assert.Single(_log, line => line == "audio: unexpected fault: InvalidOperationException: odd; the output is tried again");
    }

    [Fact]
    public void A_source_wakes_the_sink_again_after_idling()
    {
        using AudioSink sink = Sink(_output);
        TestSource source = new(0.5f);
        sink.Add(source);
        for (int i = 0; i < 20; i++)
        {
            _output.Stopped.Reset();
            source.Fill(700);
            sink.Wake();
            Assert.True(_output.Stopped.Wait(Patience));
        }
        Assert.Equal(20, _output.Calls.Count(c => c == "start"));
        Assert.Equal(20 * 700, _output.Left.Count(s => s == 16384));
    }

    [Fact]
    public void No_wake_is_ever_lost()
    {
        using AudioSink sink = Sink(null);
        TestSource source = new(0.5f);
        sink.Add(source);
        for (int i = 0; i < 20_000; i++)
        {
            source.Fill(1);
            sink.Wake();
            Assert.True(source.Empty.Wait(Patience), $"wake {i} was lost");
        }
    }

    [Fact]
    public void A_removed_source_is_retired_once_on_the_audio_thread_and_never_read_again()
    {
        using AudioSink sink = Sink(_output);
        TestSource stays = new TestSource(0.25f).Fill(int.MaxValue);
        sink.Add(stays);
        for (int i = 0; i < 200; i++)
        {
            TestSource goes = new TestSource(0.25f).Fill(int.MaxValue);
            sink.Add(goes);
            sink.Remove(goes);
            sink.Remove(goes);
            Assert.True(goes.WasRemoved.Wait(Patience));
            Assert.NotEqual(Environment.CurrentManagedThreadId, goes.RemovedThread);
            Assert.Equal((1, 0), (goes.RemovedCalls, goes.ReadsAfterRemoved));
        }
        Assert.False(stays.WasRemoved.IsSet);
        Assert.Empty(_log);
    }

    [Fact]
    public void Sources_removed_while_idle_are_retired_too()
    {
        using AudioSink sink = Sink(_output);
        for (int i = 0; i < 5000; i++)
        {
            TestSource source = new(0.5f);
            sink.Add(source);
            sink.Remove(source);
            Assert.True(source.WasRemoved.Wait(Patience), $"removal {i} was lost");
        }
    }

    [Fact]
    public void Dispose_drains_the_output_and_retires_all_sources()
    {
        TestSource[] sources = [new TestSource(0.5f).Fill(int.MaxValue), new TestSource(0.25f)];
        AudioSink sink = Sink(_output);
        foreach (TestSource source in sources)
            sink.Add(source);
        SpinWait.SpinUntil(() => _output.Left.Count > 0, Patience);
        sink.Dispose();
        sink.Dispose();
        Assert.Equal(["start", "drain", "dispose"], _output.Calls);
        Assert.All(sources, s => Assert.Equal(1, s.RemovedCalls));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_dead_card_is_one_line_and_clients_go_on_at_the_right_pace(bool atStart)
    {
        _output.FailsToStart = atStart;
        _output.FailsToWrite = !atStart;
        using AudioSink sink = Sink(_output);
        TestSource source = new(0.5f);
        sink.Add(source);
        for (int i = 1; i <= 3; i++)
        {
            source.Fill(48000);
            sink.Wake();
            Assert.True(source.Empty.Wait(Patience));
            if (atStart)
                Assert.InRange(_clock.SleptNs, i * 980_000_000L, i * 1_020_000_000L);
        }
        Assert.Equal(atStart ? "recording: no card; plug it in" : "recording: card gone; plug it in", _log.Distinct().Single());
        if (atStart)
            Assert.Single(_log);
    }

    [Fact]
    public void A_card_that_comes_back_is_used_at_the_next_sound()
    {
        _output.FailsToStart = true;
        using AudioSink sink = Sink(_output);
        TestSource source = new(0.5f);
        sink.Add(source);
        source.Fill(2000);
        sink.Wake();
        Assert.True(source.Empty.Wait(Patience));
        _output.FailsToStart = false;
        // Each try is after an idle moment, so one of the next few sounds is played.
        for (int i = 0; i < 1000 && _output.Left.Count == 0; i++)
        {
            source.Fill(100);
            sink.Wake();
            Assert.True(source.Empty.Wait(Patience));
            Thread.Sleep(1);
        }
        Assert.Contains((short)16384, _output.Left.ToArray());
    }

    private sealed class Thrower : IPcmSource
    {
        public ManualResetEventSlim WasRemoved { get; } = new();

        public int Read(Span<float> stereo) => throw new InvalidOperationException("broken ring");

        public void Removed() => WasRemoved.Set();
    }

    [Fact]
    public void A_source_that_throws_is_removed_with_one_line_and_the_others_play_on()
    {
        using AudioSink sink = Sink(_output);
        Thrower thrower = new();
        sink.Add(thrower);
        sink.Add(new TestSource(0.5f).Fill(3000));
        Assert.True(_output.Stopped.Wait(Patience));
        Assert.True(thrower.WasRemoved.IsSet);
        Assert.Equal("audio: a source failed and is removed: broken ring", Assert.Single(_log));
        Assert.Equal(3000, _output.Left.Count(s => s == 16384));
    }

    private sealed class MeteredSource : IPcmSource
    {
        private int _reads;

        public AllocationMeter Meter { get; } = new();

        public ManualResetEventSlim Done { get; } = new();

        public int Read(Span<float> stereo)
        {
            if (_reads++ % 100 == 0)
                Meter.Look();
            if (_reads > 1100)
            {
                Done.Set();
                return 0;
            }
            stereo.Fill(0.1f);
            return stereo.Length / 2;
        }

        public void Removed()
        {
        }
    }

    [Fact]
    public void Playing_allocates_nothing()
    {
        string path = Path.GetTempFileName();
        using (AudioSink sink = Sink(new WavFile(path, _clock)))
        {
            MeteredSource source = new();
            sink.Add(source);
            Assert.True(source.Done.Wait(Patience));
            source.Meter.AssertNothing(10);
        }
        File.Delete(path);
    }

    /// <summary>Sounds once, and notes the thread that it is pulled by.</summary>
    private sealed class Noter : IPcmSource
    {
        public string Task { get; private set; } = "";

        public int Read(Span<float> stereo)
        {
            if (Task.Length > 0)
                return 0;
            Task = $"/proc/{Directory.ResolveLinkTarget("/proc/thread-self", false)!.FullName["/proc/".Length..]}";
            stereo.Fill(0.5f);
            return stereo.Length / 2;
        }

        public void Removed()
        {
        }
    }

    private static string Switches(string task) =>
        string.Join(' ', File.ReadAllLines($"{task}/status").Where(l => l.Contains("ctxt_switches", StringComparison.Ordinal)));

    [Fact]
    public void An_idle_sink_is_never_scheduled()
    {
        using AudioSink sink = Sink(_output);
        Noter noter = new();
        sink.Add(noter);
        Assert.True(_output.Stopped.Wait(Patience));
        string task = noter.Task;
        Assert.Equal(AudioSink.ThreadName, File.ReadAllText($"{task}/comm").Trim());
        // With this clock it sleeps in no other place than the idle one.
        Assert.True(SpinWait.SpinUntil(() => File.ReadAllText($"{task}/status").Contains("State:\tS", StringComparison.Ordinal), Patience));
        string before = Switches(task);
        Thread.Sleep(1500);
        Assert.Equal(before, Switches(task));
    }
}
