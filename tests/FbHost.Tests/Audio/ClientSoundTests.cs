using AlsaSink;
using CsCheck;
using Mmm.Protocol;
using Mmm;

namespace FbHost.Tests.Audio;

public class ClientSoundTests
{
    private static IEnumerable<float> Sine(double hz, int rate, int from, int frames, double level = 0.5) =>
        Enumerable.Range(from, frames).Select(i => (float)(level * Math.Sin(2 * Math.PI * hz * i / rate)));

    private static void AssertNoStep(List<float> heard, double hz, double level = 0.5)
    {
        var steepest = level * (2 * Math.PI * hz / AudioSink.Rate + Math.PI / EdgeFade.Frames);
        for (var i = 1; i < heard.Count; i++)
            Assert.True(Math.Abs(heard[i] - heard[i - 1]) <= steepest, $"frame {i}: {heard[i - 1]} to {heard[i]}");
    }

    [Theory]
    [InlineData(PcmFormat.S16Stereo)]
    [InlineData(PcmFormat.S16Mono)]
    [InlineData(PcmFormat.F32Stereo)]
    [InlineData(PcmFormat.F32Mono)]
    public void At_the_sinks_rate_every_frame_comes_out_as_it_is_and_the_stale_one_does_not(PcmFormat format)
    {
        using var ring = new RingFile();
        var random = new Random(1);
        float[] frames = [.. Enumerable.Range(0, 2000).Select(_ => random.Next(-32768, 32768) / 32768f)];
        ring.Set(format, 48000);
        ring.Poke(Abi.Lp64.PcmBuffer, 0x3f003f00); // loud
        ring.Queue(frames);
        while (ring.Queued > 0)
            ring.Read();
        Assert.Equal(frames, ring.Heard[..2000]);
    }

    [Fact]
    public void Periods_of_any_length_give_the_same_frames() => Gen.Int[64, 512].Array[4, 30].Sample(periods =>
    {
        using var ring = new RingFile();
        float[] frames = [.. Sine(440, 48000, 0, 4000)];
        ring.Set(PcmFormat.F32Mono, 48000);
        ring.Queue(frames);
        for (var n = 0; ring.Queued > 0; n++)
            ring.Read(periods[n % periods.Length]);
        Assert.Equal(frames, ring.Heard[..4000]);
    }, iter: 20);

    [Theory]
    [InlineData(PcmFormat.S16Stereo, 8000)]
    [InlineData(PcmFormat.S16Mono, 44100)]
    [InlineData(PcmFormat.F32Stereo, 96000)]
    [InlineData(PcmFormat.F32Mono, 192000)]
    [InlineData(PcmFormat.F32Mono, 12345)]
    public void A_stream_of_another_rate_is_resampled_without_gaps(PcmFormat format, int rate)
    {
        using var ring = new RingFile();
        ring.Set(format, rate);
        var at = 0;
        for (var n = 0; n < 60; n++)
        {
            var frames = Math.Max(0, 3000 - ring.Queued);
            ring.Queue(Sine(300, rate, at, frames));
            at += frames;
            ring.Read();
            ring.HandOver();
        }
        AssertNoStep(ring.Heard, 300);
        Assert.InRange(ring.Heard.Max(), 0.499, 0.502);
        Assert.Equal(0, ring.Sound.Underruns);
        var tone = ring.Heard[5000..];
        var (crossings, wanted) = (Enumerable.Range(1, tone.Count - 1).Count(i => tone[i - 1] < 0 != tone[i] < 0),
            tone.Count * 2 * 300 / 48000);
        Assert.InRange(crossings, wanted - 2, wanted + 2);
    }

    [Fact]
    public void A_client_whose_bell_connects_later_is_rung_from_then_on()
    {
        using var ring = new RingFile();
        ring.Set(PcmFormat.S16Stereo, 48000);
        ring.Queue(Sine(440, 48000, 0, 1100));
        ring.Read(256); // unrung
        using var listener = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);
        using var directory = new TempDirectory();
        listener.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(directory["bell"]));
        listener.Listen();
        using var client = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);
        client.Connect(listener.LocalEndPoint!);
        using var host = listener.Accept();
        ring.Sound.Connect(-1);
        ring.Sound.Connect((int)host.Handle);
        ring.Sound.Connect((int)host.Handle);
        ring.Read(256);
        Assert.Equal(1, client.Receive(new byte[8]));
    }

    // A client that queues as it likes and stops anywhere: nothing but the sine and its fades is heard, and it is silent between.
    [Fact]
    public void A_client_that_runs_dry_anywhere_is_faded_out_and_in() =>
        Gen.Select(Gen.Int[0, 1500].Array[5, 30], Gen.OneOf(Gen.Const(48000), Gen.Const(44100))).Sample((queued, rate) =>
        {
            using var ring = new RingFile();
            ring.Set(PcmFormat.F32Stereo, rate);
            var at = 0;
            foreach (var wanted in queued)
            {
                var frames = wanted > 300 ? Math.Min(wanted, 3500 - ring.Queued) : 0;
                ring.Queue(Sine(200, rate, at, frames));
                at += frames;
                ring.Read();
                ring.HandOver();
            }
            for (var n = 0; n < 12; n++)
                ring.Read();
            AssertNoStep(ring.Heard, 200);
            Assert.Equal(0, ring.Read());
        }, iter: 30);

    [Fact]
    public void An_underrun_is_silent_counted_and_without_a_step()
    {
        using var ring = new RingFile();
        ring.Set(PcmFormat.F32Stereo, 48000);
        ring.Queue(Sine(200, 48000, 0, 1300));
        for (var n = 0; n < 6; n++)
            ring.Read();
        Assert.Equal(0, ring.Heard[^1]);
        Assert.Equal(0, ring.Sound.Underruns);
        ring.Queue(Sine(200, 48000, 1300, 1300));
        for (var n = 0; n < 6; n++)
            ring.Read();
        Assert.Equal(1, ring.Sound.Underruns);
        AssertNoStep(ring.Heard, 200);
        Assert.Equal(0, ring.Heard[^1]);
    }

    // A drum's first sample is its loudest: what begins after a silence is not touched.
    [Fact]
    public void A_sound_after_a_silence_is_no_underrun_and_keeps_its_attack()
    {
        using var ring = new RingFile();
        ring.Set(PcmFormat.F32Stereo, 48000);
        ring.Queue(Enumerable.Repeat(0.5f, 600));
        for (var n = 0; n < 30; n++)
            ring.Read();
        ring.Heard.Clear();
        ring.Queue(Enumerable.Repeat(0.5f, 600));
        ring.Read();
        Assert.All(ring.Heard, v => Assert.Equal(0.5f, v));
        Assert.Equal(0, ring.Sound.Underruns);
    }

    [Fact]
    public void A_format_and_rate_that_change_while_it_plays_are_a_fade_and_no_noise()
    {
        using var ring = new RingFile();
        ring.Set(PcmFormat.S16Stereo, 48000);
        ring.Queue(Sine(200, 48000, 0, 3000));
        for (var n = 0; n < 3; n++)
            ring.Read();
        ring.Set(PcmFormat.F32Mono, 22050);
        ring.Queue(Sine(200, 22050, 20, 3000));
        for (var n = 0; n < 20; n++)
        {
            ring.Read();
            ring.HandOver();
        }
        AssertNoStep(ring.Heard, 200);
        Assert.Contains(ring.Heard[3500..], v => v > 0.49f);
        Assert.Equal(0, ring.Sound.Underruns);
    }

    // Between the two writes of a client that sets its format, the ring's numbers are still the old ones.
    [Fact]
    public void A_format_that_is_half_set_is_not_played()
    {
        using var ring = new RingFile();
        ring.Set(PcmFormat.F32Mono, 48000);
        ring.Queue(Enumerable.Repeat(0.001f, 3000));
        ring.Read();
        ring.Poke(Abi.Lp64.PcmFormat, (int)PcmFormat.S16Stereo);
        ring.Read();
        ring.Set(PcmFormat.S16Stereo, 48000);
        for (var n = 0; n < 4; n++)
            ring.Read();
        Assert.All(ring.Heard, v => Assert.InRange(v, 0, 0.001f));
    }

    [Fact]
    public void A_client_that_is_gone_is_faded_over_what_it_has_queued()
    {
        using var ring = new RingFile();
        ring.Set(PcmFormat.F32Stereo, 48000);
        ring.Queue(Sine(200, 48000, 0, 3000));
        ring.Read(500);
        Assert.Equal(0, ring.Notices);
        ring.Sound.End();
        while (!ring.Sound.HasEnded)
            ring.Read(64);
        Assert.Equal(1, ring.Notices);
        Assert.Equal(0, ring.Read());
        AssertNoStep(ring.Heard, 200);
        var rest = ring.Heard.Skip(500).ToList();
        float[] sine = [.. Sine(200, 48000, 500, 480)];
        for (var i = 0; i < 480; i++)
            Assert.InRange(rest[i] - sine[i] * (480 - i) / 480, -1e-5, 1e-5);
        Assert.All(rest[480..], v => Assert.Equal(0, v));
    }

    [Fact]
    public void A_client_that_is_gone_while_it_was_silent_stays_silent()
    {
        using var ring = new RingFile();
        ring.Set(PcmFormat.F32Stereo, 48000);
        ring.Read();
        ring.Queue(Enumerable.Repeat(0.5f, 400));
        ring.Sound.End();
        Assert.Equal(0, ring.Read());
        Assert.True(ring.Sound.HasEnded);
    }

    [Theory]
    [InlineData(0x406f4, 0)]
    [InlineData(0x406f4, -1)]
    [InlineData(0x406f4, 1_000_000_000)]
    [InlineData(0x406f0, 99)]
    [InlineData(0x406f0, -1)]
    [InlineData(0x40700, -1)]
    [InlineData(0x40700, int.MaxValue)]
    [InlineData(0x40704, 8192)]
    [InlineData(0x40704, int.MinValue)]
    public void Numbers_that_cannot_be_are_silence_named_once_and_forgiven_when_they_are_right(int at, int value)
    {
        using var ring = new RingFile();
        ring.Set(PcmFormat.S16Stereo, 48000);
        ring.Queue(Sine(200, 48000, 0, 3000));
        ring.Read();
        ring.Poke(at, value);
        for (var n = 0; n < 5; n++)
            ring.Read();
        Assert.Equal(0, ring.Heard[^1]);
        Assert.Equal(1, ring.Notices);
        Assert.StartsWith("is silent: its ", ring.Sound.TakeFault());
        Assert.Null(ring.Sound.TakeFault());
        ring.Set(PcmFormat.S16Stereo, 48000);
        ring.Queue(Sine(200, 48000, 0, 3000));
        for (var n = 0; n < 4; n++)
            ring.Read();
        Assert.Contains(ring.Heard[^512..], v => v > 0.49f);
        AssertNoStep(ring.Heard, 200);
        Assert.Equal(1, ring.Notices);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Samples_that_are_no_numbers_are_silence_and_named_once(float sample)
    {
        using var ring = new RingFile();
        ring.Set(PcmFormat.F32Mono, 44100);
        for (var n = 0; n < 10; n++)
        {
            ring.Queue(Enumerable.Repeat(sample, 600));
            ring.Read();
            ring.HandOver();
        }
        Assert.All(ring.Heard, v => Assert.Equal(0, v));
        while (ring.Queued > 0)
            ring.Read();
        Assert.Equal("plays samples that are no numbers (NaN or infinite): they are silence", ring.Sound.TakeFault());
        ring.Queue(Sine(200, 44100, 0, 1000));
        ring.Read();
        ring.Read();
        Assert.Contains(ring.Heard, v => v > 0.4f);
        Assert.Null(ring.Sound.TakeFault());
    }

    [Fact]
    public void A_file_that_ends_before_its_ring_is_silent()
    {
        using var ring = new RingFile();
        ring.Set(PcmFormat.S16Stereo, 48000);
        ring.Queue(Sine(200, 48000, 0, 3000));
        ring.Read();
        ring.Truncate();
        ring.Read();
        Assert.Equal(0, ring.Read());
        AssertNoStep(ring.Heard, 200);
    }

    // Everything that the audio thread does for a client, also for one that does everything wrong.
    [Fact]
    public void The_audio_thread_allocates_nothing()
    {
        using var ring = new RingFile();
        var random = new Random(1);
        int[] rates = [48000, 44100, 8000, 0, 96000, -1, 1_000_000_000, 11025];
        long allocated = 0;
        for (var n = 0; n < 400; n++)
        {
            if (n % 5 == 0)
                ring.Set((PcmFormat)random.Next(4), rates[random.Next(rates.Length)]);
            if (n % 7 == 0)
                ring.Poke(Abi.Lp64.PcmRead, random.Next(-2, 20000));
            if (n % 3 > 0)
                ring.Queue(Enumerable.Repeat(n % 4 == 0 ? float.NaN : 0.5f, random.Next(1000)));
            if (n % 2 == 0)
                ring.HandOver();
            ring.Heard.Clear();
            ring.Heard.EnsureCapacity(1024);
            if (n == 380)
                ring.Sound.End();
            var before = GC.GetAllocatedBytesForCurrentThread();
            ring.Read();
            allocated += n < 20 ? 0 : GC.GetAllocatedBytesForCurrentThread() - before; // the first times compile
        }
        Assert.Equal(0, allocated);
    }
}
