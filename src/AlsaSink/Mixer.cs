namespace AlsaSink;

/// <summary>
/// Sums sources to one period of signed 16-bit stereo. A sum beyond full scale saturates, it never wraps. Allocates at construction only.
/// </summary>
/// <param name="periodFrames">Frames mixed at a time, 1 or more.</param>
public sealed class Mixer(int periodFrames)
{
    private readonly float[] _one = new float[periodFrames * 2];
    private readonly float[] _sum = new float[periodFrames * 2];
    private readonly short[] _mixed = new short[periodFrames * 2];

    /// <summary>The last mixed period, interleaved.</summary>
    public ReadOnlySpan<short> Mixed => _mixed;

    /// <summary>Whether every sample of the last mixed period is 0.</summary>
    public bool IsSilent => !_mixed.AsSpan().ContainsAnyExcept((short)0);

    /// <summary>The source now being read: the one at fault if <see cref="Mix"/> throws.</summary>
    internal IPcmSource? Reading { get; private set; }

    /// <summary>
    /// Pulls one period from every source and mixes it into <see cref="Mixed"/>. A sample that is not a number or infinite counts as
    /// silence; one beyond -1..1 is saturated before it is summed, so that no source can drown the others by absurd values.
    /// </summary>
    /// <param name="sources">What sounds; may be empty.</param>
    /// <returns>The most frames that any source delivered, 0..period: 0 means all are empty.</returns>
    public int Mix(ReadOnlySpan<IPcmSource> sources)
    {
        int most = 0;
        Array.Clear(_sum);
        foreach (IPcmSource source in sources)
        {
            Reading = source;
            int frames = Math.Clamp(source.Read(_one), 0, periodFrames);
            Sum(_one.AsSpan(0, frames * 2), _sum);
            most = Math.Max(most, frames);
        }
        Reading = null;
        ToS16(_sum, _mixed);
        return most;
    }

    private static void Sum(ReadOnlySpan<float> one, Span<float> sum)
    {
        for (int i = 0; i < one.Length; i++)
        {
            if (float.IsFinite(one[i]))
                sum[i] += Math.Clamp(one[i], -1f, 1f);
        }
    }

    // Full scale is 32768, so that a 16-bit sample scaled by 1/32768 comes out as the very same sample.
    private static void ToS16(ReadOnlySpan<float> sum, Span<short> mixed)
    {
        for (int i = 0; i < sum.Length; i++)
            mixed[i] = (short)Math.Clamp(MathF.Round(sum[i] * 32768f), short.MinValue, short.MaxValue);
    }
}
