using CsCheck;

namespace AlsaSink.Tests;

/// <summary>Figures are taken from the samples that come out, against the sine that was meant: no clock, no ear.</summary>
public class ResamplerTests
{
    private const int Second = AudioSink.Rate;

    private static float[] Sine(double hz, int rate, int frames, double level = 0.5) =>
        [.. Enumerable.Range(0, frames).Select(i => (float)(level * Math.Sin(2 * Math.PI * hz * i / rate)))];

    // Mono in, left out, in pieces of changing size as periods are.
    private static float[] Run(float[] input, int rate, ResamplerQuality quality = ResamplerQuality.Default)
    {
        Resampler resampler = new(new ResamplerFilter(rate, quality));
        float[] stereo = new float[2 * 2048];
        List<float> output = [];
        for (int at = 0, turn = 0; ; turn++)
        {
            int frames = Math.Min(64 + turn * 37 % 700, resampler.MostAtOnce);
            int needed = resampler.InputFor(frames);
            if (at + needed > input.Length)
                return [.. output];
            int got = resampler.Process(input.AsSpan(at, needed), 1, stereo.AsSpan(0, 2 * frames));
            Assert.Equal(frames, got);
            for (int i = 0; i < got; i++)
            {
                Assert.Equal(stereo[2 * i], stereo[2 * i + 1]);
                output.Add(stereo[2 * i]);
            }
            at += needed;
        }
    }

    // Least squares of a sine of that frequency, and what is left without it, over the same samples; in dB.
    private static (double Level, double SnrDb) Measure(ReadOnlySpan<float> samples, double hz)
    {
        double ss = 0, cc = 0, sc = 0, sx = 0, cx = 0;
        for (int i = 0; i < samples.Length; i++)
        {
            (double sin, double cos) = Math.SinCos(2 * Math.PI * hz * i / Second);
            (ss, cc, sc, sx, cx) = (ss + sin * sin, cc + cos * cos, sc + sin * cos, sx + sin * samples[i], cx + cos * samples[i]);
        }
        double determinant = ss * cc - sc * sc, a = (sx * cc - cx * sc) / determinant, b = (cx * ss - sx * sc) / determinant;
        double noise = 0;
        for (int i = 0; i < samples.Length; i++)
        {
            (double sin, double cos) = Math.SinCos(2 * Math.PI * hz * i / Second);
            double rest = samples[i] - a * sin - b * cos;
            noise += rest * rest;
        }
        double level = Math.Sqrt(a * a + b * b);
        return (level, 10 * Math.Log10(level * level / 2 / (noise / samples.Length)));
    }

    [Theory]
    [InlineData(44100, 1000, ResamplerQuality.Default, 105)]
    [InlineData(44100, 10000, ResamplerQuality.Default, 105)]
    [InlineData(8000, 1000, ResamplerQuality.Default, 105)]
    [InlineData(11025, 3000, ResamplerQuality.Default, 105)]
    [InlineData(32000, 10000, ResamplerQuality.Default, 105)]
    [InlineData(47999, 10000, ResamplerQuality.Default, 105)]
    [InlineData(44101, 10000, ResamplerQuality.Default, 105)]
    [InlineData(96000, 10000, ResamplerQuality.Default, 105)]
    [InlineData(192000, 10000, ResamplerQuality.Default, 105)]
    [InlineData(191999, 10000, ResamplerQuality.Default, 105)]
    [InlineData(44100, 10000, ResamplerQuality.Low, 60)]
    [InlineData(44100, 10000, ResamplerQuality.High, 115)]
    public void A_sine_keeps_its_frequency_and_level_and_gets_no_noise(int rate, double hz, ResamplerQuality quality, double leastSnrDb)
    {
        float[] output = Run(Sine(hz, rate, rate / 2), rate, quality);
        Assert.InRange(output.Length, Second / 2 - 800, Second / 2);
        (double level, double snr) = Measure(output.AsSpan(2000), hz);
        Assert.InRange(level, 0.4995, 0.5005);
        Assert.True(snr >= leastSnrDb, $"SNR {snr:0.0} dB");
    }

    [Theory]
    [InlineData(44100)]
    [InlineData(88200)]
    [InlineData(96000)]
    [InlineData(192000)]
    public void A_sweep_to_20_kHz_has_no_alias_above_80_dB(int rate)
    {
        double lowest = double.MaxValue;
        for (double hz = 500; hz <= 20_000; hz += 487.5)
        {
            (double level, double snr) = Measure(Run(Sine(hz, rate, rate / 8), rate).AsSpan(1000), hz);
            Assert.InRange(level, 0.49, 0.505);
            lowest = Math.Min(lowest, snr);
        }
        Assert.True(lowest >= 95, $"{lowest:0.0} dB");
    }

    // Downwards all that the sink cannot hold must be gone: nothing of it may be mirrored into what it can.
    [Theory]
    [InlineData(96000, 24_100)]
    [InlineData(96000, 30_000)]
    [InlineData(96000, 47_000)]
    [InlineData(192000, 24_100)]
    [InlineData(192000, 90_000)]
    [InlineData(64000, 24_100)]
    public void What_is_above_24_kHz_is_not_heard(int rate, double hz)
    {
        float[] output = Run(Sine(hz, rate, rate / 8), rate);
        double loudest = output.AsSpan(1000).ToArray().Max(Math.Abs);
        Assert.True(20 * Math.Log10(loudest / 0.5) < -90, $"{20 * Math.Log10(loudest / 0.5):0.0} dB");
    }

    [Fact]
    public void A_constant_stays_what_it_is_at_every_rate() => Gen.Int[8000, 192000].Sample(rate =>
    {
        float[] output = Run([.. Enumerable.Repeat(0.25f, rate / 20)], rate);
        int settled = 100 * AudioSink.Rate / Math.Min(rate, AudioSink.Rate); // the filter is full of it
        Assert.All(output[settled..], v => Assert.InRange(v, 0.24999f, 0.25001f));
    }, iter: 40);

    // The model: each output sample by its own double-precision sum over all of the input.
    [Fact]
    public void Any_rate_and_any_samples_are_as_a_slow_double_model_has_them() =>
        Gen.Select(Gen.Int[8000, 192000], Gen.Int[0, 1000]).Sample((rate, seed) =>
        {
            Random random = new(seed);
            float[] input = [.. Enumerable.Range(0, 3000).Select(_ => random.NextSingle() * 2 - 1)];
            float[] output = Run(input, rate);
            ResamplerFilter filter = new(rate, ResamplerQuality.Default);
            for (int n = 0; n < output.Length; n += 7)
            {
                long position = (long)n * filter.Step;
                int at = (int)(position / filter.Steps) - (filter.Taps / 2 - 1);
                double phase = position % filter.Steps * (double)filter.Phases / filter.Steps;
                double t = phase - Math.Floor(phase), sum = 0;
                for (int k = 0; k < filter.Taps; k++)
                {
                    double h = filter.Phase((int)phase)[k] * (1 - t) + (t > 0 ? filter.Phase((int)phase + 1)[k] * t : 0);
                    sum += at + k >= 0 && at + k < input.Length ? h * input[at + k] : 0;
                }
                Assert.InRange(output[n], sum - 1e-5, sum + 1e-5);
            }
        }, iter: 30);

    [Fact]
    public void Left_and_right_stay_apart()
    {
        Resampler resampler = new(new ResamplerFilter(44100, ResamplerQuality.Default));
        float[] stereo = new float[2 * 500];
        float[] input = [.. Enumerable.Range(0, 2 * resampler.InputFor(500)).Select(i => i % 2 == 0 ? 0.5f : -0.25f)];
        Assert.Equal(500, resampler.Process(input, 2, stereo));
        Assert.InRange(stereo[^2], 0.4999f, 0.5001f);
        Assert.InRange(stereo[^1], -0.2501f, -0.2499f);
    }

    [Fact]
    public void After_a_reset_nothing_is_left_of_what_was()
    {
        Resampler resampler = new(new ResamplerFilter(44100, ResamplerQuality.Default));
        float[] stereo = new float[2 * 500];
        resampler.Process(Sine(1000, 44100, resampler.InputFor(500)), 1, stereo);
        resampler.Reset();
        resampler.Process(new float[resampler.InputFor(500)], 1, stereo);
        Assert.All(stereo, v => Assert.Equal(0, v));
    }

    [Fact]
    public void A_click_comes_out_where_it_went_in_half_a_filter_later()
    {
        float[] click = new float[4000];
        click[441] = 1;
        float[] output = Run(click, 44100);
        Assert.Equal(480, Array.IndexOf(output, output.Max()));
        Assert.Equal(41, new Resampler(new ResamplerFilter(44100, ResamplerQuality.Default)).InputFor(1)); // 0.9 ms ahead
    }

    [Fact]
    public void Resampling_allocates_nothing()
    {
        Resampler resampler = new(new ResamplerFilter(44100, ResamplerQuality.Default));
        float[] input = new float[2 * Resampler.MostInput], stereo = new float[2 * 512];
        resampler.Process(input.AsSpan(0, 2 * resampler.InputFor(512)), 2, stereo);
        var meter = new AllocationMeter();
        for (int i = 0; i < 100; i++)
        {
            meter.Look();
            resampler.Process(input.AsSpan(0, 2 * resampler.InputFor(512)), 2, stereo);
        }
        meter.AssertNothing(leastSpans: 100);
    }
}
