using CsCheck;

namespace AlsaSink.Tests;

public class MixerTests
{
    private const int Frames = 16;

    private sealed class Samples(float[] samples, float gain = 1) : IPcmSource
    {
        public Gain? Gain { get; } = gain == 1 ? null : new Gain(gain);

        public int Read(Span<float> stereo)
        {
            samples.CopyTo(stereo);
            return samples.Length / 2;
        }

        public void Removed()
        {
        }
    }

    /// <summary>A sine without end, at full scale or less.</summary>
    private sealed class Tone(double hz, double level = 1) : IPcmSource
    {
        private long _at;

        public Gain Gain { get; } = new();

        public int Read(Span<float> stereo)
        {
            for (int i = 0; i < stereo.Length; i += 2)
                stereo[i] = stereo[i + 1] = (float)(level * Math.Sin(2 * Math.PI * hz * _at++ / AudioSink.Rate));
            return stereo.Length / 2;
        }

        public void Removed()
        {
        }
    }

    private static float[] Mix(params IPcmSource[] sources)
    {
        Mixer mixer = new(Frames) { Limits = false };
        mixer.Mix(sources, Frames);
        return mixer.Mixed.ToArray();
    }

    private static float[] Mix(params float[][] sources) => Mix(sources.Select(s => (IPcmSource)new Samples(s)).ToArray());

    // Periods of a mixer, one behind the other: left.
    private static float[] Play(Mixer mixer, int periods, int frames, Action<int>? before, params IPcmSource[] sources)
    {
        List<float> left = [];
        for (int n = 0; n < periods; n++)
        {
            before?.Invoke(n);
            mixer.Mix(sources, frames);
            for (int i = 0; i < mixer.Mixed.Length; i += 2)
                left.Add(mixer.Mixed[i]);
        }
        return [.. left];
    }

    private static double[] Model((float[] Samples, float Gain)[] sources)
    {
        double[] sum = new double[Frames * 2];
        foreach ((float[] source, float gain) in sources)
        {
            for (int i = 0; i < source.Length; i++)
                sum[i] += float.IsFinite(source[i] * gain) ? Math.Clamp((double)source[i] * gain, -2, 2) : 0;
        }
        return [.. sum.Select(s => Math.Clamp(s, -1, 1))];
    }

    private static readonly float[] Odd =
        [float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.MinValue, float.Epsilon, -0f];

    private static readonly Gen<float> Sample = Gen.Frequency(
        (8, Gen.Float[-1.5f, 1.5f]),
        (1, Gen.Float),
        (1, Gen.OneOf([.. Odd.Select(value => Gen.Const(value))])));

    private static readonly Gen<(float[] Samples, float Gain)[]> Sources =
        Gen.Select(Sample.Array[0, Frames].Select(s => s.Concat(s).ToArray()),
            Gen.OneOf(Gen.Const(1f), Gen.Const(0f), Gen.Float[0, 1])).Array[0, 20];

    [Fact]
    public void Any_sources_mix_as_a_slow_double_model_does() => Sources.Sample(sources =>
    {
        double[] model = Model(sources);
        float[] mixed = Mix([.. sources.Select(s => (IPcmSource)new Samples(s.Samples, s.Gain))]);
        for (int i = 0; i < mixed.Length; i++)
            Assert.True(Math.Abs(mixed[i] - model[i]) <= 1e-5, $"sample {i}: {mixed[i]}, the model has {model[i]}");
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_16_bit_source_passes_bit_for_bit(bool limits) => Gen.Short.Array[Frames * 2].Sample(s16 =>
    {
        Mixer mixer = new(Frames) { Limits = limits };
        mixer.Mix([new Samples(s16.Select(s => s / 32768f).ToArray())], Frames);
        Assert.Equal(s16, mixer.Mixed.ToArray().Select(s => (short)(s * 32768)));
    });

    [Fact]
    public void A_sum_beyond_full_scale_saturates_without_a_limiter()
    {
        Assert.Equal([1, -1], Mix([0.9f, -0.9f], [0.8f, -0.8f])[..2]);
        Assert.Equal([1, -1], Mix([1, -1])[..2]);
    }

    [Fact]
    public void A_source_that_is_not_finite_is_silent_and_the_others_are_heard() =>
        Assert.Equal([0.5f, 0.5f], Mix([float.NaN, float.NegativeInfinity], [0.5f, 0.5f])[..2]);

    [Fact]
    public void What_a_source_does_not_deliver_is_silence()
    {
        Mixer mixer = new(Frames);
        TestSource full = new TestSource(0.25f).Fill(Frames), shorter = new TestSource(0.25f).Fill(3);
        Assert.Equal(Frames, mixer.Mix([full, shorter], Frames));
        Assert.Equal([0.5f, 0.5f, 0.25f, 0.25f], mixer.Mixed[4..8].ToArray());
        Assert.Equal(0, mixer.Mix([full, shorter], Frames));
        Assert.True(mixer.IsSilent);
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    [InlineData(-1)]
    public void A_source_that_lies_about_its_frames_harms_nobody(int claimed)
    {
        Mixer mixer = new(Frames);
        Assert.InRange(mixer.Mix([new Liar(claimed)], Frames), 0, Frames);
    }

    private sealed class Liar(int claimed) : IPcmSource
    {
        public int Read(Span<float> stereo) => claimed;

        public void Removed()
        {
        }
    }

    [Theory]
    [InlineData(true, 64)]
    [InlineData(true, 512)]
    [InlineData(false, 480)]
    public void Sixteen_sources_at_full_scale_neither_wrap_nor_exceed_full_scale(bool limits, int frames)
    {
        IPcmSource[] sources = [.. Enumerable.Range(0, 16).Select(i => (IPcmSource)new Tone(200 + i * 37))];
        double[] sum = new double[200 * frames];
        for (int i = 0; i < sum.Length; i++)
            sum[i] = Enumerable.Range(0, 16).Sum(n => Math.Sin(2 * Math.PI * (200 + n * 37) * i / AudioSink.Rate));
        float[] left = Play(new Mixer(frames) { Limits = limits }, 200, frames, null, sources);
        for (int i = 0; i < left.Length; i++)
        {
            Assert.InRange(left[i], -1f, 1f);
            Assert.True(Math.Abs(sum[i]) < 0.1 || Math.Sign(left[i]) == Math.Sign(sum[i]), $"frame {i}: {left[i]} of {sum[i]}");
        }
    }

    // What limiting is for: two tones that do not fit stay two tones. Saturated, they have a third of a quarter of their level.
    [Fact]
    public void The_limiter_turns_down_and_does_not_distort()
    {
        float[] Heard(bool limits) => Play(new Mixer(480) { Limits = limits }, 100, 480, null, new Tone(1000), new Tone(1000))[24000..];
        double Third(float[] tone) => Strength(tone, 3000) / Strength(tone, 1000);
        Assert.InRange(Third(Heard(false)), 0.1, 1);
        Assert.InRange(Third(Heard(true)), 0, 0.01);
        Assert.InRange(Strength(Heard(true), 1000), 0.97, 1);
    }

    private static double Strength(float[] tone, double hz)
    {
        double sin = 0, cos = 0;
        for (int i = 0; i < tone.Length; i++)
        {
            (double s, double c) = Math.SinCos(2 * Math.PI * hz * i / AudioSink.Rate);
            (sin, cos) = (sin + s * tone[i], cos + c * tone[i]);
        }
        return 2 * Math.Sqrt(sin * sin + cos * cos) / tone.Length;
    }

    [Fact]
    public void After_the_peak_the_limiter_is_exact_again()
    {
        Mixer mixer = new(480);
        Tone loud = new(1000), also = new(1000);
        Play(mixer, 10, 480, null, loud, also);
        Play(mixer, 30, 480, null, new Tone(500, 0.1)); // 0.3 s
        Tone quiet = new(500, 0.1), same = new(500, 0.1);
        float[] wanted = new float[2 * 480];
        same.Read(wanted);
        Assert.Equal(wanted.Where((_, i) => i % 2 == 0), Play(mixer, 1, 480, null, quiet));
    }

    // Zipper noise is steps: a sine whose volume moves has none larger than its own slope and the ramp's.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_volume_that_changes_makes_no_steps(bool master)
    {
        Mixer mixer = new(256);
        Tone tone = new(100);
        Gain gain = master ? mixer.Volume : tone.Gain;
        float[] left = Play(mixer, 200, 256, n => gain.Target = n % 8 < 4 ? 1 : n % 16 < 8 ? 0 : 0.5f, tone);
        double steepest = 2 * Math.PI * 100 / AudioSink.Rate + 1.0 / Gain.RampFrames;
        for (int i = 1; i < left.Length; i++)
            Assert.InRange(Math.Abs(left[i] - left[i - 1]), 0, steepest * 1.01);
        Assert.Contains(left, v => v > 0.99f);
        Assert.Contains(Enumerable.Range(0, left.Length / 256), n => left[(n * 256)..((n + 1) * 256)].All(v => v == 0));
    }

    [Fact]
    public void A_volume_set_while_nothing_sounds_holds_from_the_first_frame_on()
    {
        Mixer mixer = new(Frames);
        foreach (float volume in new[] { 0.5f, 0.25f, 1 })
        {
            mixer.Volume.Target = volume;
            mixer.Mix([new Samples([1, 1])], Frames);
            Assert.Equal(volume, mixer.Mixed[0]);
            mixer.Mix([], Frames);
        }
    }

    [Fact]
    public void Percent_is_the_third_power_with_exact_ends()
    {
        Assert.Equal([0f, 0f, 0.125f, 1f, 1f], new[] { -5, 0, 50, 100, 200 }.Select(Gain.OfPercent));
        Assert.All(Enumerable.Range(0, 100), p => Assert.True(Gain.OfPercent(p) < Gain.OfPercent(p + 1)));
    }

    [Fact]
    public void Mixing_allocates_nothing()
    {
        Mixer mixer = new(512);
        Tone tone = new(300);
        IPcmSource[] sources = [tone, new Tone(400), new TestSource(0.5f).Fill(1 << 20)];
        Allocations.AssertNone(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                mixer.Volume.Target = tone.Gain.Target = i % 100 / 100f;
                mixer.Mix(sources, 64 + i % 449);
            }
        });
    }
}
