using CsCheck;

namespace AlsaSink.Tests;

public class MixerTests
{
    private const int Frames = 16;

    private sealed class Samples(float[] samples) : IPcmSource
    {
        public int Read(Span<float> stereo)
        {
            samples.CopyTo(stereo);
            return samples.Length / 2;
        }

        public void Removed()
        {
        }
    }

    private static float[] Mix(params float[][] sources)
    {
        Mixer mixer = new(Frames);
        mixer.Mix(sources.Select(s => (IPcmSource)new Samples(s)).ToArray(), Frames);
        return mixer.Mixed.ToArray();
    }

    private static double[] Model(float[][] sources)
    {
        double[] sum = new double[Frames * 2];
        foreach (float[] source in sources)
        {
            for (int i = 0; i < source.Length; i++)
                sum[i] += float.IsFinite(source[i]) ? Math.Clamp((double)source[i], -1, 1) : 0;
        }
        return [.. sum.Select(s => Math.Clamp(s, -1, 1))];
    }

    private static readonly float[] Odd =
        [float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.MinValue, float.Epsilon, -0f];

    private static readonly Gen<float> Sample = Gen.Frequency(
        (8, Gen.Float[-1.5f, 1.5f]),
        (1, Gen.Float),
        (1, Gen.OneOf([.. Odd.Select(value => Gen.Const(value))])));

    private static readonly Gen<float[][]> Sources = Sample.Array[0, Frames].Select(s => s.Concat(s).ToArray()).Array[0, 6];

    [Fact]
    public void Any_sources_mix_as_a_slow_double_model_does() => Sources.Sample(sources =>
    {
        double[] model = Model(sources);
        float[] mixed = Mix(sources);
        for (int i = 0; i < mixed.Length; i++)
            Assert.True(Math.Abs(mixed[i] - model[i]) <= 1e-6, $"sample {i}: {mixed[i]}, the model has {model[i]}");
    });

    [Fact]
    public void One_16_bit_source_passes_bit_for_bit() => Gen.Short.Array[Frames * 2].Sample(s16 =>
        Assert.Equal(s16, Mix(s16.Select(s => s / 32768f).ToArray()).Select(f => (short)(f * 32768))));

    [Fact]
    public void A_sum_beyond_full_scale_saturates()
    {
        Assert.Equal([1f, -1f], Mix([0.9f, -0.9f], [0.8f, -0.8f])[..2]);
        Assert.Equal([1f, -1f], Mix([1, -1])[..2]);
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

    [Fact]
    public void Mixing_allocates_nothing()
    {
        Mixer mixer = new(Frames);
        IPcmSource[] sources = [new TestSource(0.5f).Fill(1 << 20), new TestSource(0.5f).Fill(1 << 20)];
        mixer.Mix(sources, Frames);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
            mixer.Mix(sources, Frames);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
