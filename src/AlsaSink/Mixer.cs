using System.Numerics;
using System.Runtime.InteropServices;

namespace AlsaSink;

/// <summary>
/// Sums sources to one period of float stereo within -1..1. Allocates at construction only. One source of 16-bit samples at full volume
/// comes out bit for bit.
/// </summary>
/// <param name="mostFrames">Frames mixed at a time at most, 1 or more.</param>
public sealed class Mixer(int mostFrames)
{
    /// <summary>
    /// What is taken of one source at most: a full-scale square wave overshoots when it is resampled, which the limiter sees to.
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
    /// Whether a sum beyond full scale is turned down for as long as it lasts; else it saturates. May be set from any thread.
    /// </summary>
    public bool Limits { get; set; } = true;

    /// <summary>The source now being read: the one at fault if <see cref="Mix"/> throws.</summary>
    internal IPcmSource? Reading { get; private set; }

    /// <summary>
    /// Pulls one period from every source and mixes it into <see cref="Mixed"/>. A sample that is not a number or infinite counts as
    /// silence; one beyond twice the full scale is cut off before it is summed, so that no source can drown the others by absurd values.
    /// </summary>
    /// <param name="sources">What sounds; may be empty.</param>
    /// <param name="frames">The period, 1 to the most that was said at construction.</param>
    /// <returns>The most frames that any source delivered, 0..frames: 0 means all are empty.</returns>
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
