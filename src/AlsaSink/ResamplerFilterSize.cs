namespace AlsaSink;

/// <summary>What a <see cref="ResamplerFilter"/> will cost, known before it is made.</summary>
public sealed class ResamplerFilterSize
{
    // Whole ratios up to this many phases have a table of their own: 44.1 kHz has 160, 11.025 kHz 640. Others are interpolated between
    // neighbours of so many, which is off by less than (pi / MostPhases)^2 / 8: -118 dB.
    private const int MostPhases = 1024;
    // Vectors are 4 or 8 floats, and the inner loop takes two of them at a time.
    private const int TapsStep = 16;

    /// <summary>Computes nothing but the size.</summary>
    /// <param name="rate">Frames a second of the source, 8000 to 192000 Hz.</param>
    /// <param name="quality">Length of the filter.</param>
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
        // Downwards the same transition band, in Hz of the sink, takes as many more frames of the source.
        double ratio = Math.Max(1, rate / (double)AudioSink.Rate);
        Taps = ((int)Math.Ceiling(taps * ratio) + TapsStep - 1) / TapsStep * TapsStep;
        Phases = Math.Min(Steps, MostPhases);
        IsInterpolated = Steps > MostPhases;
    }

    /// <summary>Frames a second of the source, Hz.</summary>
    public int Rate { get; }

    /// <summary>Frames of the source that one frame is made of; half of them, which are the delay, come after it.</summary>
    public int Taps { get; }

    /// <summary>Multiplications for each frame that comes out, by channel.</summary>
    public int TapsAFrame => IsInterpolated ? 2 * Taps : Taps;

    /// <summary>Memory of the filter's coefficients.</summary>
    public int Bytes => (Phases + 1) * Taps * sizeof(float); // one phase more than there are, as the upper neighbour of the last

    /// <summary>
    /// The position moves on by <see cref="Step"/>/<see cref="Steps"/> frames of the source a frame: exact for every rate.
    /// </summary>
    internal int Steps { get; }

    internal int Step { get; }

    internal int Phases { get; }

    internal bool IsInterpolated { get; }

    internal double Attenuation { get; }

    private static int Divisor(int a, int b) => b == 0 ? a : Divisor(b, a % b);
}
