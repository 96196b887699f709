using System.Numerics;
using System.Runtime.InteropServices;

namespace AlsaSink;

/// <summary>
/// Sums sources into one period of float stereo within -1..1. It allocates only in the constructor. A single source of 16-bit samples at
/// full volume is not changed, bit for bit.
/// </summary>
/// <param name="mostFrames">The most frames that are mixed at a time, 1 or more.</param>
public sealed class Mixer(int mostFrames)
{
    /// <summary>
    /// The highest sample value that is accepted from a source. It is above full scale because a full-scale square wave overshoots when it
    /// is resampled; the limiter then reduces the sum.
    /// </summary>
    public const float MostLevel = 2;

    private readonly float[] _one = new float[mostFrames * 2];
    private readonly float[] _sum = new float[mostFrames * 2];
    private readonly Limiter _limiter = new();
    private int _frames;

    /// <summary>The last mixed period, interleaved, -1..1.</summary>
    public ReadOnlySpan<float> Mixed => _sum.AsSpan(0, _frames * 2);

    /// <summary>Whether every sample of the last mixed period is 0.</summary>
    public bool IsSilent => !Mixed.ContainsAnyExcept(0f);

    /// <summary>The volume of all sources together.</summary>
    public Gain Volume { get; } = new();

    /// <summary>
    /// True if a sum beyond full scale is turned down for as long as it lasts, false if it is cut off. May be set on any thread.
    /// </summary>
    public bool Limits { get; set; } = true;

    /// <summary>The source that is being read. If <see cref="Mix"/> throws, this source has failed.</summary>
    internal IPcmSource? Reading { get; private set; }

    /// <summary>
    /// Reads one period from every source and mixes it into <see cref="Mixed"/>. A sample that is NaN or infinite counts as 0. A sample
    /// beyond twice the full scale is limited to that before it is added, so that no source can drown out the others by extreme values.
    /// </summary>
    /// <param name="sources">The sources; may be empty.</param>
    /// <param name="frames">The length of the period, from 1 to the number given to the constructor.</param>
    /// <returns>The largest number of frames that a source delivered, 0..frames. 0 means that all sources are empty.</returns>
    public int Mix(ReadOnlySpan<IPcmSource> sources, int frames)
    {
        _frames = frames;
        int most = 0;
        Span<float> one = _one.AsSpan(0, frames * 2), sum = _sum.AsSpan(0, frames * 2);
        sum.Clear();
        foreach (IPcmSource source in sources)
        {
            Reading = source;
            int got = Math.Clamp(source.Read(one), 0, frames);
            if (got == 0)
                source.Gain?.Rest();
            else
                source.Gain?.Apply(one[..(got * 2)]);
            Add(one[..(got * 2)], sum);
            most = Math.Max(most, got);
        }
        Reading = null;
        if (most == 0)
            Volume.Rest();
        else
            Volume.Apply(sum);
        if (Limits)
            _limiter.Apply(sum);
        else
            Limiter.Saturate(sum);
        return most;
    }

    private static void Add(ReadOnlySpan<float> one, Span<float> sum)
    {
        ReadOnlySpan<Vector<float>> from = MemoryMarshal.Cast<float, Vector<float>>(one);
        Span<Vector<float>> to = MemoryMarshal.Cast<float, Vector<float>>(sum);
        Vector<float> most = new(MostLevel), infinite = new(float.PositiveInfinity);
        for (int i = 0; i < from.Length; i++)
        {
            Vector<float> level = Vector.Min(Vector.Max(from[i], -most), most);
            to[i] += Vector.ConditionalSelect(Vector.LessThan(Vector.Abs(from[i]), infinite), level, Vector<float>.Zero);
        }
        for (int i = from.Length * Vector<float>.Count; i < one.Length; i++)
            sum[i] += float.IsFinite(one[i]) ? Math.Clamp(one[i], -MostLevel, MostLevel) : 0;
    }
}
