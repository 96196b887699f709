using System.Numerics;
using System.Runtime.InteropServices;

namespace AlsaSink;

/// <summary>
/// Keeps samples within -1..1. Samples that fit are not changed, bit for bit. If a peak does not fit, the whole signal is turned down
/// before the peak, as far ahead as the period allows, and up again over a fifth of a second. The sound gets softer but is not distorted as
/// it would be by saturation.
/// </summary>
internal sealed class Limiter
{
    private const int BlockSamples = 2 * 32; // 0.7 ms
    private const float ReleaseABlock = 32 / (0.2f * AudioSink.Rate);

    private float _gain = 1;

    /// <summary>Limits the next frames.</summary>
    public void Apply(Span<float> stereo)
    {
        if (_gain == 1 && Peak(stereo) <= 1)
            return;
        float allowed = Allowed(stereo);
        while (!stereo.IsEmpty)
        {
            Span<float> block = stereo[..Math.Min(BlockSamples, stereo.Length)];
            stereo = stereo[block.Length..];
            float allowedNext = Allowed(stereo);
            float end = Math.Min(Math.Min(allowed, allowedNext), _gain + ReleaseABlock);
            Ramp(block, _gain, end);
            (_gain, allowed) = (end, allowedNext);
        }
    }

    /// <summary>Limits each sample to full scale.</summary>
    public static void Saturate(Span<float> samples)
    {
        Span<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(samples);
        for (int i = 0; i < vectors.Length; i++)
            vectors[i] = Vector.Min(Vector.Max(vectors[i], -Vector<float>.One), Vector<float>.One);
        for (int i = vectors.Length * Vector<float>.Count; i < samples.Length; i++)
            samples[i] = Math.Clamp(samples[i], -1f, 1f);
    }

    // Returns the largest gain at which the next block fits.
    private static float Allowed(ReadOnlySpan<float> stereo)
    {
        float peak = Peak(stereo[..Math.Min(BlockSamples, stereo.Length)]);
        return peak > 1 ? 1 / peak : 1;
    }

    // A peak in the first block of a period cannot be seen in advance, so the part of it that remains beyond full scale is cut off.
    private static void Ramp(Span<float> block, float from, float to)
    {
        float step = (to - from) / (block.Length / 2);
        for (int i = 0; i < block.Length; i += 2)
        {
            float gain = from + step * (i / 2 + 1);
            block[i] = Math.Clamp(block[i] * gain, -1f, 1f);
            block[i + 1] = Math.Clamp(block[i + 1] * gain, -1f, 1f);
        }
    }

    private static float Peak(ReadOnlySpan<float> samples)
    {
        ReadOnlySpan<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(samples);
        Vector<float> most = default;
        foreach (Vector<float> vector in vectors)
            most = Vector.Max(most, Vector.Abs(vector));
        float peak = 0;
        for (int i = 0; i < Vector<float>.Count; i++)
            peak = Math.Max(peak, most[i]);
        for (int i = vectors.Length * Vector<float>.Count; i < samples.Length; i++)
            peak = Math.Max(peak, Math.Abs(samples[i]));
        return peak;
    }
}
