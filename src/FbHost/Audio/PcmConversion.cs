using System.Runtime.InteropServices;
using AlsaSink;
using Mmm;

namespace FbHost.Audio;

/// <summary>From the protocol's sample formats to the mixer's (protocol.md section 7).</summary>
internal static class PcmConversion
{
    /// <summary>
    /// Samples to floats, channels as they are. Full scale is 32768, so that a 16-bit sample comes back as the very same. What is no number
    /// becomes silence, and what is beyond the mixer's <see cref="Mixer.MostLevel"/> is cut off.
    /// </summary>
    /// <param name="format">One that exists.</param>
    /// <param name="raw">Whole frames.</param>
    /// <param name="to">As many samples, or more.</param>
    /// <returns>False: there was what is no number.</returns>
    public static bool ToFloats(PcmFormat format, ReadOnlySpan<byte> raw, Span<float> to)
    {
        if (format is PcmFormat.S16Mono or PcmFormat.S16Stereo)
        {
            var shorts = MemoryMarshal.Cast<byte, short>(raw);
            to = to[..shorts.Length];
            for (var i = 0; i < to.Length; i++)
                to[i] = shorts[i] * (1 / 32768f);
            return true;
        }
        var floats = MemoryMarshal.Cast<byte, float>(raw);
        var finite = true;
        to = to[..floats.Length];
        for (var i = 0; i < to.Length; i++)
        {
            var v = floats[i];
            if (!float.IsFinite(v))
                (v, finite) = (0, false);
            to[i] = Math.Clamp(v, -Mixer.MostLevel, Mixer.MostLevel);
        }
        return finite;
    }

    /// <summary>Frames of one or two channels to stereo.</summary>
    public static void ToStereo(ReadOnlySpan<float> frames, int channels, Span<float> stereo)
    {
        if (channels == 2)
        {
            frames.CopyTo(stereo);
            return;
        }
        for (var i = 0; i < frames.Length; i++)
            stereo[2 * i] = stereo[2 * i + 1] = frames[i];
    }
}
