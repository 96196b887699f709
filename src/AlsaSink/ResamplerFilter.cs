namespace AlsaSink;

/// <summary>How much work the resampler does for its accuracy.</summary>
public enum ResamplerQuality
{
    /// <summary>32 taps: 70 dB, flat to 19 kHz of a 44.1 kHz source.</summary>
    Low,

    /// <summary>80 taps: 100 dB, flat to 20 kHz of a 44.1 kHz source.</summary>
    Default,

    /// <summary>192 taps: 120 dB, flat to 21 kHz of a 44.1 kHz source.</summary>
    High,
}

/// <summary>
/// The low-pass filter between a rate and <see cref="AudioSink.Rate"/>, cut into phases: a sinc under a Kaiser window (J. F. Kaiser,
/// "Nonrecursive digital filter design using the I0-sinh window function", 1974). It is made once, outside the audio thread, and then
/// only read: any number of <see cref="Resampler"/> may share it.
/// </summary>
public sealed class ResamplerFilter
{
    // Whole ratios up to this many phases have a table of their own: 44.1 kHz has 160, 11.025 kHz 640. Others are interpolated between
    // neighbours of so many, which is off by less than (pi / MostPhases)^2 / 8: -118 dB.
    private const int MostPhases = 1024;
    // Vectors are 4 or 8 floats, and the inner loop takes two of them at a time.
    private const int TapsStep = 16;

    private readonly float[] _taps;

    /// <summary>Computes the filter: some milliseconds.</summary>
    /// <param name="rate">Frames a second of the source, 8000 to 192000 Hz.</param>
    /// <param name="quality">Length of the filter.</param>
    public ResamplerFilter(int rate, ResamplerQuality quality)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rate, 8000);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rate, 192000);
        Rate = rate;
        int divisor = Divisor(rate, AudioSink.Rate);
        (Steps, Step) = (AudioSink.Rate / divisor, rate / divisor);
        (int taps, double attenuation) = quality switch
        {
            ResamplerQuality.Low => (32, 70.0),
            ResamplerQuality.High => (192, 120.0),
            _ => (80, 100.0),
        };
        // Downwards the same transition band, in Hz of the sink, takes as many more frames of the source.
        double ratio = Math.Max(1, rate / (double)AudioSink.Rate);
        Taps = ((int)Math.Ceiling(taps * ratio) + TapsStep - 1) / TapsStep * TapsStep;
        // Kaiser's estimate; cycles a frame of the source. Upwards the band lies around the source's Nyquist frequency, so that images are
        // only of what is not heard. Downwards it ends at the sink's, so that nothing at all is mirrored.
        double transition = (attenuation - 7.95) / (14.36 * Taps);
        double cutoff = ratio > 1 ? 0.5 / ratio - transition / 2 : 0.5;
        Phases = Math.Min(Steps, MostPhases);
        IsInterpolated = Steps > MostPhases;
        _taps = new float[(Phases + 1) * Taps]; // one more than there are, as the upper neighbour of the last
        double beta = 0.1102 * (attenuation - 8.7);
        for (int phase = 0; phase <= Phases; phase++)
            Fill(_taps.AsSpan(phase * Taps, Taps), phase / (double)Phases, cutoff, beta);
    }

    /// <summary>Frames a second of the source, Hz.</summary>
    public int Rate { get; }

    /// <summary>Frames of the source that one frame is made of; half of them, which are the delay, come after it.</summary>
    public int Taps { get; }

    /// <summary>The position moves on by <see cref="Step"/>/<see cref="Steps"/> frames of the source a frame: exact for every rate.</summary>
    internal int Steps { get; }

    internal int Step { get; }

    internal int Phases { get; }

    internal bool IsInterpolated { get; }

    /// <summary>The coefficients for a position of <paramref name="phase"/>/<see cref="Phases"/> of a frame, 0..Phases.</summary>
    internal ReadOnlySpan<float> Phase(int phase) => _taps.AsSpan(phase * Taps, Taps);

    private static int Divisor(int a, int b) => b == 0 ? a : Divisor(b, a % b);

    // Each phase passes a constant unchanged: the tails that the window cuts off would else be a ripple of its own.
    private static void Fill(Span<float> taps, double fraction, double cutoff, double beta)
    {
        int half = taps.Length / 2;
        Span<double> exact = stackalloc double[taps.Length];
        double sum = 0;
        for (int k = 0; k < taps.Length; k++)
        {
            double t = k - (half - 1) - fraction;
            double x = 2 * Math.PI * cutoff * t;
            double sinc = Math.Abs(x) < 1e-9 ? 1 : Math.Sin(x) / x;
            double at = t / half;
            exact[k] = sinc * (Math.Abs(at) < 1 ? Bessel(beta * Math.Sqrt(1 - at * at)) : 0);
            sum += exact[k];
        }
        for (int k = 0; k < taps.Length; k++)
            taps[k] = (float)(exact[k] / sum);
    }

    // I0, the modified Bessel function of the first kind: its power series.
    private static double Bessel(double x)
    {
        double sum = 1, term = 1;
        for (int k = 1; term > sum * 1e-17; k++)
        {
            term *= x / (2 * k) * (x / (2 * k));
            sum += term;
        }
        return sum;
    }
}
