namespace AlsaSink;

/// <summary>
/// Removes the clicks at the edges of a stream. A stream that ends abruptly gets a tail behind its last frame, which decays over 5 ms; the
/// frames themselves are not changed. A stream that continues after an interruption is faded in over 5 ms. An instance
/// belongs to the audio thread.
/// </summary>
public sealed class EdgeFade
{
    /// <summary>The length of a fade in frames: 5 ms.</summary>
    public const int Frames = AudioSink.Rate / 200;

    // Falls from 1 to 0 as half a cosine, which has no corner at either end.
    private static readonly float[] Down =
        [.. Enumerable.Range(1, Frames).Select(i => (float)(0.5 + 0.5 * Math.Cos(Math.PI * i / Frames)))];

    private float _lastLeft;
    private float _lastRight;
    private float _tailLeft;
    private float _tailRight;
    private int _tail = Frames; // the number of tail frames that are done
    private int _fadeIn = Frames;

    /// <summary>Makes the next frames fade in. Call this if they continue in the middle of a sound.</summary>
    public void FadeIn() => _fadeIn = 0;

    /// <summary>Processes frames in place: applies a fade-in and adds the rest of a tail.</summary>
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

    /// <summary>Writes the tail of the stream that has ended. Call this when there are no more frames.</summary>
    /// <param name="stereo">The room behind the last frame.</param>
    /// <returns>The number of frames written; 0 if the tail is complete. The rest of the room is not changed.</returns>
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
