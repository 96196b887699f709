namespace AlsaSink;

/// <summary>
/// Sums sources to one period of stereo. A sum beyond full scale saturates, it never wraps. Allocates at construction only.
/// </summary>
/// <param name="maxFrames">Frames mixed at a time at most, 1 or more.</param>
public sealed class Mixer(int maxFrames)
{
    private readonly float[] _one = new float[maxFrames * 2];
    private readonly float[] _sum = new float[maxFrames * 2];
    private int _frames;

    /// <summary>The last mixed period: interleaved left and right, full scale -1..1, finite.</summary>
    public ReadOnlySpan<float> Mixed => _sum.AsSpan(0, _frames * 2);

    /// <summary>Whether every sample of the last mixed period is 0.</summary>
    public bool IsSilent => !Mixed.ContainsAnyExcept(0f);

    /// <summary>The source now being read: the one at fault if <see cref="Mix"/> throws.</summary>
    internal IPcmSource? Reading { get; private set; }

    /// <summary>
    /// Pulls one period from every source and mixes it into <see cref="Mixed"/>. A sample that is not a number or infinite counts as
    /// silence; one beyond -1..1 is saturated before it is summed, so that no source can drown the others by absurd values.
    /// </summary>
    /// <param name="sources">What sounds; may be empty.</param>
    /// <param name="frames">Length of the period, 1 to the maximum.</param>
    /// <returns>The most frames that any source delivered, 0..frames: 0 means all are empty.</returns>
    public int Mix(ReadOnlySpan<IPcmSource> sources, int frames)
    {
        _frames = frames;
        Span<float> one = _one.AsSpan(0, frames * 2), sum = _sum.AsSpan(0, frames * 2);
        int most = 0;
        sum.Clear();
        foreach (IPcmSource source in sources)
        {
            Reading = source;
            int got = Math.Clamp(source.Read(one), 0, frames);
            Sum(one[..(got * 2)], sum);
            most = Math.Max(most, got);
        }
        Reading = null;
        Saturate(sum);
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

    private static void Saturate(Span<float> sum)
    {
        for (int i = 0; i < sum.Length; i++)
            sum[i] = Math.Clamp(sum[i], -1f, 1f);
    }
}
