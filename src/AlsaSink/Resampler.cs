using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AlsaSink;

/// <summary>
/// Converts one stream to <see cref="AudioSink.Rate"/>, band-limited. Each frame is the inner product of the source's last frames and the
/// phase of the filter for the frame's position. The resampler allocates only in the constructor.
/// </summary>
/// <param name="filter">The filter for the stream's rate.</param>
public sealed class Resampler(ResamplerFilter filter)
{
    /// <summary>The most frames that <see cref="Process"/> accepts at a time.</summary>
    public const int MostInput = 1024;

    // The channels are stored separately, so that coefficients loaded once serve both. The buffers begin with half a filter of silence: the
    // first output frame is at the position of the first input frame, and is computed once the other half of the filter is filled.
    private readonly float[] _left = new float[filter.Taps - 1 + MostInput];
    private readonly float[] _right = new float[filter.Taps - 1 + MostInput];
    private int _filled = filter.Taps / 2 - 1;
    private int _at;
    private int _phase; // 0..Steps-1

    /// <summary>The rate of the input in frames per second, Hz.</summary>
    public int Rate => filter.Rate;

    /// <summary>Discards the stream. The next frames are processed as if silence had come before them.</summary>
    public void Reset()
    {
        Array.Clear(_left);
        Array.Clear(_right);
        (_filled, _at, _phase) = (filter.Taps / 2 - 1, 0, 0);
    }

    /// <summary>Returns the number of input frames that are needed for <paramref name="frames"/> output frames.</summary>
    /// <param name="frames">The number of output frames, 1 or more.</param>
    /// <returns>The number of input frames, 0 or more.</returns>
    public int InputFor(int frames) =>
        Math.Max(0, _at + (int)((_phase + (frames - 1L) * filter.Step) / filter.Steps) + filter.Taps - _filled);

    /// <summary>The most frames for which <see cref="InputFor"/> does not exceed <see cref="MostInput"/>; 1 or more.</summary>
    public int MostAtOnce => 1 + (int)(((MostInput + 1L - _at - filter.Taps + _filled) * filter.Steps - 1 - _phase) / filter.Step);

    /// <summary>Adds input frames and writes the output frames that can be computed from them.</summary>
    /// <param name="input">
    /// Interleaved samples, all finite; at most the number of frames that <see cref="InputFor"/> returns for the room in
    /// <paramref name="stereo"/>.
    /// </param>
    /// <param name="channels">1 (played on both sides) or 2; it must not change until <see cref="Reset"/>.</param>
    /// <param name="stereo">Room for interleaved stereo, at most <see cref="MostAtOnce"/> frames.</param>
    /// <returns>The number of frames written.</returns>
    public int Process(ReadOnlySpan<float> input, int channels, Span<float> stereo)
    {
        Append(input, channels);
        int frames = 0, wanted = stereo.Length / 2, last = _filled - filter.Taps, steps = filter.Steps;
        (int whole, int rest) = (filter.Step / steps, filter.Step % steps); // a division per frame would take as long as the filter itself
        for (; frames < wanted && _at <= last; frames++)
        {
            (stereo[2 * frames], stereo[2 * frames + 1]) = filter.IsInterpolated ? Between(channels) : Exact(_phase, channels);
            _phase += rest;
            _at += whole;
            if (_phase >= steps)
                (_phase, _at) = (_phase - steps, _at + 1);
        }
        int used = Math.Min(_at, _filled);
        _left.AsSpan(used, _filled - used).CopyTo(_left);
        _right.AsSpan(used, _filled - used).CopyTo(_right);
        (_at, _filled) = (_at - used, _filled - used);
        return frames;
    }

    private void Append(ReadOnlySpan<float> input, int channels)
    {
        int frames = input.Length / channels;
        Span<float> left = _left.AsSpan(_filled, frames), right = _right.AsSpan(_filled, frames);
        if (channels == 1)
        {
            input.CopyTo(left);
            input.CopyTo(right);
        }
        else
        {
            for (int i = 0; i < left.Length; i++)
                (left[i], right[i]) = (input[2 * i], input[2 * i + 1]);
        }
        _filled += frames;
    }

    private (float Left, float Right) Exact(int phase, int channels)
    {
        ReadOnlySpan<float> taps = filter.Phase(phase);
        if (channels == 2)
            return Product(taps, ref _left[_at], ref _right[_at]);
        float one = Product(taps, ref _left[_at]);
        return (one, one);
    }

    private (float Left, float Right) Between(int channels)
    {
        long position = (long)_phase * filter.Phases;
        int phase = (int)(position / filter.Steps);
        float t = (position - (long)phase * filter.Steps) / (float)filter.Steps;
        (float left, float right) = Exact(phase, channels);
        (float nextLeft, float nextRight) = Exact(phase + 1, channels);
        return (left + (nextLeft - left) * t, right + (nextRight - right) * t);
    }

    // Uses two sums for each channel, because an addition to the same sum has to wait for the one before it.
    private static (float Left, float Right) Product(ReadOnlySpan<float> taps, ref float left, ref float right)
    {
        ref float h = ref MemoryMarshal.GetReference(taps);
        Vector<float> leftA = default, leftB = default, rightA = default, rightB = default;
        for (nuint i = 0; i < (nuint)taps.Length; i += 2 * (nuint)Vector<float>.Count)
        {
            Vector<float> a = Vector.LoadUnsafe(ref h, i), b = Vector.LoadUnsafe(ref h, i + (nuint)Vector<float>.Count);
            leftA = Vector.MultiplyAddEstimate(a, Vector.LoadUnsafe(ref left, i), leftA);
            rightA = Vector.MultiplyAddEstimate(a, Vector.LoadUnsafe(ref right, i), rightA);
            leftB = Vector.MultiplyAddEstimate(b, Vector.LoadUnsafe(ref left, i + (nuint)Vector<float>.Count), leftB);
            rightB = Vector.MultiplyAddEstimate(b, Vector.LoadUnsafe(ref right, i + (nuint)Vector<float>.Count), rightB);
        }
        return (Vector.Sum(leftA + leftB), Vector.Sum(rightA + rightB));
    }

    private static float Product(ReadOnlySpan<float> taps, ref float mono)
    {
        ref float h = ref MemoryMarshal.GetReference(taps);
        Vector<float> a = default, b = default;
        for (nuint i = 0; i < (nuint)taps.Length; i += 2 * (nuint)Vector<float>.Count)
        {
            a = Vector.MultiplyAddEstimate(Vector.LoadUnsafe(ref h, i), Vector.LoadUnsafe(ref mono, i), a);
            b = Vector.MultiplyAddEstimate(Vector.LoadUnsafe(ref h, i + (nuint)Vector<float>.Count),
                Vector.LoadUnsafe(ref mono, i + (nuint)Vector<float>.Count), b);
        }
        return Vector.Sum(a + b);
    }
}
