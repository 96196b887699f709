namespace AlsaSink;

/// <summary>Turns mixed samples into those of an output.</summary>
internal static class PcmSamples
{
    /// <summary>Signed 16 bit. Full scale is 32768, so that a 16-bit sample scaled by 1/32768 comes out as the very same sample.</summary>
    public static void ToS16(ReadOnlySpan<float> samples, Span<short> s16)
    {
        for (int i = 0; i < samples.Length; i++)
            s16[i] = (short)Math.Clamp(MathF.Round(samples[i] * 32768f), short.MinValue, short.MaxValue);
    }
}
