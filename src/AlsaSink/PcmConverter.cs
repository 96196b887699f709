using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AlsaSink;

/// <summary>The sample formats of cards, little-endian. The values are those of <c>snd_pcm_format_t</c> (alsa/pcm.h).</summary>
internal enum SampleFormat
{
    /// <summary>Signed 16 bit.</summary>
    S16 = 2,

    /// <summary>Signed 24 bit in the three low bytes of four.</summary>
    S24 = 6,

    /// <summary>Signed 32 bit.</summary>
    S32 = 10,

    /// <summary>32-bit float, full scale -1..1.</summary>
    FLOAT = 14,

    /// <summary>Signed 24 bit in three bytes.</summary>
    S24_3 = 32,
}

/// <summary>
/// Converts mixed stereo to the frames of one output. Full scale is a power of two, so that a 16-bit sample that was scaled by 1/32768
/// comes out as exactly the same sample. Samples beyond full scale saturate. The converter allocates only in the constructor.
/// </summary>
/// <remarks>
/// 16-bit output is dithered with triangular noise of 2 LSB peak to peak, which turns the rounding error from distortion into noise. A
/// period in which every sample already is a 16-bit value is not dithered, so that its samples are not changed and silence stays silent.
/// </remarks>
internal sealed class PcmConverter
{
    private readonly float[] _mapped;
    private Vector128<uint> _noise = Vector128.Create(0x9E3779B9u, 0x7F4A7C15u, 0xBF58476Du, 0x94D049BBu);

    /// <summary>Creates a converter for an output.</summary>
    /// <param name="format">The format of its samples.</param>
    /// <param name="channels">
    /// The number of samples in a frame, 1 or more. A single channel gets the mean of left and right; of more than two channels, all but
    /// the first two are silent.
    /// </param>
    public PcmConverter(SampleFormat format, int channels)
    {
        Format = format;
        Channels = channels;
        FrameBytes = channels * SampleBytes(format);
        _mapped = channels == 2 ? [] : new float[AudioSink.MaxPeriodFrames * channels];
    }

    /// <summary>The format of the output's samples.</summary>
    public SampleFormat Format { get; }

    /// <summary>The number of samples in a frame.</summary>
    public int Channels { get; }

    /// <summary>The number of bytes in a frame.</summary>
    public int FrameBytes { get; }

    /// <summary>Returns the number of bytes in a sample: 2, 3 or 4.</summary>
    public static int SampleBytes(SampleFormat format) => format switch
    {
        SampleFormat.S16 => 2,
        SampleFormat.S24_3 => 3,
        _ => 4,
    };

    /// <summary>Converts at most one period.</summary>
    /// <param name="stereo">Interleaved left and right, at most <see cref="AudioSink.MaxPeriodFrames"/> frames.</param>
    /// <param name="to">Room for the same number of frames of <see cref="FrameBytes"/>.</param>
    /// <returns>The number of bytes written.</returns>
    public int Convert(ReadOnlySpan<float> stereo, Span<byte> to)
    {
        ReadOnlySpan<float> samples = Channels == 2 ? stereo : Map(stereo);
        switch (Format)
        {
            case SampleFormat.S16:
                ToS16(samples, MemoryMarshal.Cast<byte, short>(to));
                break;
            case SampleFormat.S24_3:
                ToS24Packed(samples, to);
                break;
            case SampleFormat.S24:
                ToInt32(samples, MemoryMarshal.Cast<byte, int>(to), 1 << 23, (1 << 23) - 1);
                break;
            case SampleFormat.S32:
                ToInt32(samples, MemoryMarshal.Cast<byte, int>(to), 1u << 31, int.MaxValue - 127); // the largest float below 2^31
                break;
            default:
                MemoryMarshal.AsBytes(samples).CopyTo(to);
                break;
        }
        return samples.Length * SampleBytes(Format);
    }

    private Span<float> Map(ReadOnlySpan<float> stereo)
    {
        int frames = stereo.Length / 2;
        Span<float> mapped = _mapped.AsSpan(0, frames * Channels);
        if (Channels == 1)
        {
            for (int i = 0; i < frames; i++)
                mapped[i] = (stereo[2 * i] + stereo[2 * i + 1]) * 0.5f;
            return mapped;
        }
        // The samples behind the first two of a frame are never written, so they stay 0.
        for (int i = 0, at = 0; i < frames; i++, at += Channels)
            (mapped[at], mapped[at + 1]) = (stereo[2 * i], stereo[2 * i + 1]);
        return mapped;
    }

    private void ToS16(ReadOnlySpan<float> samples, Span<short> to)
    {
        bool dithered = !AreS16(samples);
        int i = 0;
        for (; i + 8 <= samples.Length; i += 8)
        {
            Vector128<int> low = ToS16(Vector128.Create(samples[i..]), dithered),
                high = ToS16(Vector128.Create(samples[(i + 4)..]), dithered);
            Vector128.Narrow(low, high).CopyTo(to[i..]);
        }
        for (; i < samples.Length; i++)
            to[i] = (short)ToS16(Vector128.Create(samples[i]), dithered)[0];
    }

    private Vector128<int> ToS16(Vector128<float> samples, bool dithered)
    {
        Vector128<float> scaled = samples * 32768f;
        if (dithered)
            scaled += Triangular();
        scaled = Vector128.Min(Vector128.Max(scaled, Vector128.Create(-32768f)), Vector128.Create(32767f));
        return Vector128.ConvertToInt32(Vector128.Round(scaled));
    }

    // Returns the sum of two uniform distributions of 1 LSB, each made of 16 bits of one number of Marsaglia's xorshift (13, 17, 5).
    private Vector128<float> Triangular()
    {
        Vector128<uint> x = _noise;
        x ^= x << 13;
        x ^= x >>> 17;
        x ^= x << 5;
        _noise = x;
        Vector128<int> bits = x.AsInt32();
        return Vector128.ConvertToSingle((bits >> 16) + (bits << 16 >> 16)) * (1f / 65536);
    }

    private static bool AreS16(ReadOnlySpan<float> samples)
    {
        int i = 0;
        for (; i + 4 <= samples.Length; i += 4)
        {
            Vector128<float> scaled = Vector128.Create(samples[i..]) * 32768f;
            if (Vector128.Round(scaled) != scaled || Vector128.GreaterThanAny(scaled, Vector128.Create(32767f)))
                return false;
        }
        for (; i < samples.Length; i++)
        {
            float scaled = samples[i] * 32768f;
            if (MathF.Round(scaled) != scaled || scaled > 32767f)
                return false;
        }
        return true;
    }

    private static void ToInt32(ReadOnlySpan<float> samples, Span<int> to, float fullScale, float most)
    {
        int i = 0;
        for (; i + 4 <= samples.Length; i += 4)
            ToInt32(Vector128.Create(samples[i..]), fullScale, most).CopyTo(to[i..]);
        for (; i < samples.Length; i++)
            to[i] = ToInt32(Vector128.Create(samples[i]), fullScale, most)[0];
    }

    private static Vector128<int> ToInt32(Vector128<float> samples, float fullScale, float most)
    {
        Vector128<float> scaled = Vector128.Min(Vector128.Max(samples * fullScale, Vector128.Create(-fullScale)), Vector128.Create(most));
        return Vector128.ConvertToInt32(Vector128.Round(scaled));
    }

    private static void ToS24Packed(ReadOnlySpan<float> samples, Span<byte> to)
    {
        for (int i = 0; i < samples.Length; i++)
        {
            int sample = (int)MathF.Round(Math.Clamp(samples[i] * (1 << 23), -(1 << 23), (1 << 23) - 1));
            (to[3 * i], to[3 * i + 1], to[3 * i + 2]) = ((byte)sample, (byte)(sample >> 8), (byte)(sample >> 16));
        }
    }
}
