using System.Numerics;
using System.Runtime.InteropServices;

namespace AlsaSink;

/// <summary>
/// A volume that one thread sets and the audio thread applies. It moves to a new value linearly, so that a change causes no zipper noise.
/// At exactly 1 samples are not changed.
/// </summary>
/// <param name="initial">The factor at the beginning, 0 or more.</param>
public sealed class Gain(float initial = 1)
{
    /// <summary>The number of frames that a change takes: 10 ms.</summary>
    public const int RampFrames = AudioSink.Rate / 100;

    private volatile float _target = initial;

    // These fields belong to the audio thread.
    private float _rampTo = initial;
    private float _current = initial;
    private float _step;
    private int _left;
    private bool _resting = true;

    /// <summary>The factor to which the volume moves. May be set on any thread.</summary>
    public float Target
    {
        get => _target;
        set => _target = value;
    }

    /// <summary>
    /// Returns the factor for a volume of 0..100 %: the third power, whose steps sound even (50 % is -18 dB). 0 is silence, 100 exactly 1.
    /// </summary>
    public static float OfPercent(int percent) => percent >= 100 ? 1 : MathF.Pow(Math.Max(0, percent) / 100f, 3);

    /// <summary>Multiplies the next frames by the volume. Call this on the audio thread only.</summary>
    public void Apply(Span<float> stereo)
    {
        float target = _target;
        if (_resting)
            (_rampTo, _current, _left, _resting) = (target, target, 0, false);
        else if (target != _rampTo)
            (_rampTo, _left, _step) = (target, RampFrames, (target - _current) / RampFrames);
        int ramp = Math.Min(_left, stereo.Length / 2);
        for (int i = 0; i < ramp; i++)
        {
            _current = --_left == 0 ? _rampTo : _current + _step;
            stereo[2 * i] *= _current;
            stereo[2 * i + 1] *= _current;
        }
        if (_current != 1)
            Multiply(stereo[(2 * ramp)..], _current);
    }

    /// <summary>
    /// Call this while there are no frames: the next frames then begin directly at the value that is set by then, without a ramp. Call it
    /// on the audio thread only.
    /// </summary>
    public void Rest() => _resting = true;

    private static void Multiply(Span<float> samples, float by)
    {
        Span<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(samples);
        for (int i = 0; i < vectors.Length; i++)
            vectors[i] *= by;
        for (int i = vectors.Length * Vector<float>.Count; i < samples.Length; i++)
            samples[i] *= by;
    }
}
