namespace AlsaSink;

/// <summary>
/// Takes the click out of the edges of a stream. What ends suddenly decays from its last frame over 5 ms, behind its end: the frames
/// themselves are not changed. What goes on after an interruption is faded in over as many. Belongs to the audio thread.
/// </summary>
public sealed class EdgeFade
{
    /// <summary>Length of a fade: 5 ms.</summary>
    public const int Frames = AudioSink.Rate / 200;

    // From 1 to 0 as half a cosine: a corner at neither end.
    private static readonly float[] Down =
        [.. Enumerable.Range(1, Frames).Select(i => (float)(0.5 + 0.5 * Math.Cos(Math.PI * i / Frames)))];

    private float _lastLeft;
    private float _lastRight;
    private float _tailLeft;
    private float _tailRight;
    private int _tail = Frames; // frames of it that are done
    private int _fadeIn = Frames;

    /// <summary>The next frames go on in the middle of something.</summary>
    public void FadeIn() => _fadeIn = 0;

    /// <summary>Frames on their way out: faded in, and the rest of a tail added.</summary>
    public void Pass(Span<float> stereo)
    {
        if (stereo.IsEmpty)
            return;
        for (int i = 0; _fadeIn < Frames && i < stereo.Length; i += 2, _fadeIn++)
        {
            float up = 1 - Down[_fadeIn];
            stereo[i] *= up;
            stereo[i + 1] *= up;
        }
        for (int i = 0; _tail < Frames && i < stereo.Length; i += 2, _tail++)
        {
            stereo[i] += _tailLeft * Down[_tail];
            stereo[i + 1] += _tailRight * Down[_tail];
        }
        (_lastLeft, _lastRight) = (stereo[^2], stereo[^1]);
    }

    /// <summary>There are no more frames: gives the tail of what was.</summary>
    /// <param name="stereo">Room behind the last frame that there is.</param>
    /// <returns>Frames written, 0 when all has decayed; the rest is left as it was.</returns>
    public int RunOut(Span<float> stereo)
    {
        if (_lastLeft != 0 || _lastRight != 0)
            (_tailLeft, _tailRight, _tail, _lastLeft, _lastRight) = (_lastLeft, _lastRight, 0, 0, 0);
        int frames = Math.Min(Frames - _tail, stereo.Length / 2);
        for (int i = 0; i < frames; i++, _tail++)
            (stereo[2 * i], stereo[2 * i + 1]) = (_tailLeft * Down[_tail], _tailRight * Down[_tail]);
        return frames;
    }
}
