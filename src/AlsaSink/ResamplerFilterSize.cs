namespace AlsaSink;

/// <summary>The size and the cost of a <see cref="ResamplerFilter"/>, known before the filter is computed.</summary>
public sealed class ResamplerFilterSize
{
    // Ratios that need at most this many phases have an exact table: 44.1 kHz has 160 phases, 11.025 kHz 640. For other ratios the result
    // is interpolated between two neighbours of this many phases. The error is less than (pi / MostPhases)^2 / 8: -118 dB.
    private const int MostPhases = 1024;
    // A vector has 4 or 8 floats, and the inner loop processes two vectors at a time.
    private const int TapsStep = 16;

    /// <summary>Computes the size only, not the filter.</summary>
    /// <param name="rate">The rate of the source in frames per second, 8000 to 192000 Hz.</param>
    /// <param name="quality">The quality, which decides the length of the filter.</param>
    public ResamplerFilterSize(int rate, ResamplerQuality quality)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rate, 8000);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rate, 192000);
        Rate = rate;
        int divisor = Divisor(rate, AudioSink.Rate);
        (Steps, Step) = (AudioSink.Rate / divisor, rate / divisor);
        (int taps, Attenuation) = quality switch
        {
            ResamplerQuality.Low => (32, 70.0),
            ResamplerQuality.High => (192, 120.0),
            _ => (80, 100.0),
        };
        // If the rate is lowered, a transition band of the same width in Hz needs more frames of the source, by this ratio.
        double ratio = Math.Max(1, rate / (double)AudioSink.Rate);
        Taps = ((int)Math.Ceiling(taps * ratio) + TapsStep - 1) / TapsStep * TapsStep;
        Phases = Math.Min(Steps, MostPhases);
        IsInterpolated = Steps > MostPhases;
    }

    /// <summary>The rate of the source in frames per second, Hz.</summary>
    public int Rate { get; }

    /// <summary>
    /// The number of source frames from which one output frame is computed. Half of them come after the frame's
    /// position; they are the delay.
    /// </summary>
    public int Taps { get; }

    /// <summary>The number of multiplications for each output frame and channel.</summary>
    public int TapsAFrame => IsInterpolated ? 2 * Taps : Taps;

    /// <summary>The memory of the filter's coefficients in bytes.</summary>
    public int Bytes => (Phases + 1) * Taps * sizeof(float); // one additional phase, the upper neighbour of the last one

    /// <summary>
    /// For each output frame the position moves by <see cref="Step"/>/<see cref="Steps"/> source frames, which is exact for every rate.
    /// </summary>
    internal int Steps { get; }

    internal int Step { get; }

    internal int Phases { get; }

    internal bool IsInterpolated { get; }

    internal double Attenuation { get; }

    private static int Divisor(int a, int b) => b == 0 ? a : Divisor(b, a % b);
}
