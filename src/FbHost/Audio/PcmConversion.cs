using System.Runtime.InteropServices;
using AlsaSink;
using Mmm;

namespace FbHost.Audio;

/// <summary>Converts the protocol's sample formats to the mixer's format (protocol.md section 7).</summary>
internal static class PcmConversion
{
    /// <summary>
    /// Converts samples to floats and leaves the channels as they are. Full scale is 32768, so a 16-bit sample that is converted back is
    /// unchanged. NaN and infinite samples become silence, and samples beyond the mixer's <see cref="Mixer.MostLevel"/> are clipped.
    /// </summary>
    /// <param name="format">A valid format.</param>
    /// <param name="raw">Whole frames.</param>
    /// <param name="to">Room for at least as many samples.</param>
    /// <returns>False if a sample was NaN or infinite.</returns>
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

    /// <summary>Converts frames of one or two channels to stereo.</summary>
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
