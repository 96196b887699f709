using System.Buffers.Binary;
using CsCheck;

namespace AlsaSink.Tests;

public class PcmConverterTests
{
    private static readonly SampleFormat[] Formats = [SampleFormat.S16, SampleFormat.S24_3,
        SampleFormat.S24, SampleFormat.S32, SampleFormat.FLOAT];

    private static readonly Gen<SampleFormat> AnyFormat = Gen.Int[0, Formats.Length - 1].Select(i => Formats[i]);

    private static readonly Gen<float> Sample = Gen.OneOf(
        Gen.Float[-1f, 1f], Gen.Short.Select(s => s / 32768f), Gen.Const(0f),
        Gen.Const(-0f), Gen.Const(1f), Gen.Const(-1f), Gen.Const(float.Epsilon));

    private static readonly Gen<float[]> Period = Gen.Int[1, AudioSink.MaxPeriodFrames].SelectMany(frames => Sample.Array[frames * 2]);

    private static double[] Convert(PcmConverter converter, ReadOnlySpan<float> stereo)
    {
        byte[] bytes = new byte[stereo.Length / 2 * converter.FrameBytes];
        Assert.Equal(bytes.Length, converter.Convert(stereo, bytes));
        int size = PcmConverter.SampleBytes(converter.Format);
        return [.. Enumerable.Range(0, bytes.Length / size).Select(i => Value(converter.Format, bytes.AsSpan(i * size)))];
    }

    // In units of the format's least bit; a float as it is.
    private static double Value(SampleFormat format, ReadOnlySpan<byte> bytes) => format switch
    {
        SampleFormat.S16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        SampleFormat.S24_3 => bytes[0] | bytes[1] << 8 | (sbyte)bytes[2] << 16,
        SampleFormat.FLOAT => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        _ => BinaryPrimitives.ReadInt32LittleEndian(bytes),
    };

    private static (double Scale, double Most) Range(SampleFormat format) => format switch
    {
        SampleFormat.S16 => (32768, 32767),
        SampleFormat.S32 => (2147483648.0, 2147483520.0),
        SampleFormat.FLOAT => (1, 1),
        _ => (8388608, 8388607),
    };

    private static double[] Mapped(float[] stereo, int channels)
    {
        double[] mapped = new double[stereo.Length / 2 * channels];
        for (int i = 0; i < stereo.Length / 2; i++)
        {
            double left = stereo[2 * i], right = stereo[2 * i + 1];
            mapped[i * channels] = channels == 1 ? (left + right) / 2 : left;
            if (channels > 1)
                mapped[i * channels + 1] = right;
        }
        return mapped;
    }

    [Fact]
    public void Any_period_in_any_format_and_layout_is_what_a_slow_double_model_says() =>
        Gen.Select(Period, AnyFormat, Gen.Int[1, 8]).Sample((stereo, format, channels) =>
        {
            double[] got = Convert(new PcmConverter(format, channels), stereo), mapped = Mapped(stereo, channels);
            (double scale, double most) = Range(format);
            bool exact = format != SampleFormat.S16 || mapped.All(m => Math.Round(m * scale) == m * scale && m * scale <= most);
            // Rounding is half a bit; dither one more; a float's mean of two is rounded at 24 bits.
            double bound = (exact ? 0.5 : 1.5) + 1e-9 + (channels == 1 ? scale / (1 << 24) : 0);
            for (int i = 0; i < got.Length; i++)
            {
                double model = Math.Clamp(mapped[i] * scale, -scale, most);
                Assert.True(Math.Abs(got[i] - model) <= bound, $"{format} x {channels}, sample {i}: {got[i]}, the model has {model}");
            }
        }, iter: 2000);

    [Fact]
    public void Samples_of_16_bits_pass_every_format_bit_for_bit() =>
        Gen.Select(Gen.Short.Array[2, 1024].Select(s => s.Length % 2 == 0 ? s : s[1..]), AnyFormat).Sample((s16, format) =>
            Assert.Equal(s16.Select(s => s / 32768.0 * Range(format).Scale),
                Convert(new PcmConverter(format, 2), [.. s16.Select(s => s / 32768f)])));

    [Fact]
    public void Silence_is_digital_zero_also_after_dithered_sound()
    {
        PcmConverter converter = new(SampleFormat.S16, 2);
        Assert.Contains(Convert(converter, [.. Enumerable.Repeat(1e-5f, 1024)]), s => s != 0);
        Assert.All(Convert(converter, new float[1024]), s => Assert.Equal(0, s));
    }

    [Fact]
    public void What_is_beyond_full_scale_saturates()
    {
        foreach (SampleFormat format in Formats[..4])
        {
            (double scale, double most) = Range(format);
            Assert.Equal([most, -scale], Convert(new PcmConverter(format, 2), [8f, -8f]));
        }
    }

    // Triangular dither of 2 LSB has a variance of 1/6, rounding 1/12: 1/4 LSB^2 together (-96.3 dB below a full-scale sine's 2^29),
    // whatever sounds.
    [Theory]
    [InlineData(0.3)]
    [InlineData(0.0001)]
    public void Dither_makes_the_rounding_error_white_noise_of_a_quarter_LSB_squared(double amplitude)
    {
        PcmConverter converter = new(SampleFormat.S16, 2);
        double sum = 0, squares = 0, correlated = 0, neighbours = 0, before = 0, third = 0;
        const int periods = 400;
        for (int p = 0; p < periods; p++)
        {
            double[] exact = [.. Enumerable.Range(p * 1024, 1024)
                .Select(i => amplitude * 32768 * Math.Sin(2 * Math.PI * 997 * i / 96000.0))];
            double[] got = Convert(converter, [.. exact.Select(e => (float)(e / 32768))]);
            for (int i = 0; i < got.Length; i++)
            {
                double error = got[i] - exact[i];
                (sum, squares, correlated) = (sum + error, squares + error * error, correlated + error * exact[i]);
                (neighbours, third, before) = (neighbours + error * before,
                    third + error * Math.Sin(6 * Math.PI * 997 * (p * 1024 + i) / 96000.0), error);
            }
        }
        double n = periods * 1024.0;
        Assert.InRange(squares / n, 0.24, 0.26);
        Assert.InRange(sum / n, -0.005, 0.005);
        Assert.InRange(correlated / n / (amplitude * 32768), -0.005, 0.005);
        Assert.InRange(neighbours / n, -0.005, 0.005);
        Assert.InRange(third / n, -0.005, 0.005); // the harmonic that plain rounding of a faint sine makes
    }

    [Fact]
    public void Converting_allocates_nothing()
    {
        byte[] to = new byte[AudioSink.MaxPeriodFrames * 8 * 4];
        float[] stereo = [.. Enumerable.Range(0, AudioSink.MaxPeriodFrames * 2).Select(i => i / 1234567f)];
        foreach (SampleFormat format in Formats)
        {
            PcmConverter converter = new(format, 8);
            Allocations.AssertNone(() =>
            {
                for (int i = 0; i < 100; i++)
                    converter.Convert(stereo, to);
            });
        }
    }
}
