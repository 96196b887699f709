namespace AlsaSink;

/// <summary>
/// The low-pass filter between a rate and <see cref="AudioSink.Rate"/>, cut into phases: a sinc under a Kaiser window (J. F. Kaiser,
/// "Nonrecursive digital filter design using the I0-sinh window function", 1974). It is computed once, outside the audio thread, and then
/// only read, so any number of <see cref="Resampler"/> objects may share it.
/// </summary>
public sealed class ResamplerFilter
{
    private readonly float[] _taps;

    /// <summary>Computes the filter. This takes milliseconds; for a high quality at a high rate up to a second.</summary>
    /// <param name="size">The rate, quality and size of the filter.</param>
    public ResamplerFilter(ResamplerFilterSize size)
    {
        Size = size;
        (Taps, Steps, Step, Phases, IsInterpolated) = (size.Taps, size.Steps, size.Step, size.Phases, size.IsInterpolated);
        // The width of the transition band by Kaiser's estimate, in cycles per frame of the source. If the rate is raised, the band lies
        // around the source's Nyquist frequency, so that only inaudible frequencies have images. If the rate is lowered, the band ends at
        // the sink's Nyquist frequency, so that there is no aliasing at all.
        double ratio = Math.Max(1, size.Rate / (double)AudioSink.Rate);
        double transition = (size.Attenuation - 7.95) / (14.36 * size.Taps);
        double cutoff = ratio > 1 ? 0.5 / ratio - transition / 2 : 0.5;
        _taps = new float[size.Bytes / sizeof(float)];
        double beta = 0.1102 * (size.Attenuation - 8.7);
        for (int phase = 0; phase <= size.Phases; phase++)
            Fill(_taps.AsSpan(phase * size.Taps, size.Taps), phase / (double)size.Phases, cutoff, beta);
    }

    /// <summary>Computes the filter for a rate of 8000 to 192000 Hz.</summary>
    /// <inheritdoc cref="ResamplerFilter(ResamplerFilterSize)"/>
    public ResamplerFilter(int rate, ResamplerQuality quality) : this(new ResamplerFilterSize(rate, quality))
    {
    }

    /// <summary>The rate, quality and size of the filter.</summary>
    public ResamplerFilterSize Size { get; }

    /// <inheritdoc cref="ResamplerFilterSize.Rate"/>
    public int Rate => Size.Rate;

    // Copies of the values in Size, for fast access in each frame.
    internal int Taps { get; }

    internal int Steps { get; }

    internal int Step { get; }

    internal int Phases { get; }

    internal bool IsInterpolated { get; }

    /// <summary>Returns the coefficients for the position <paramref name="phase"/>/<see cref="Phases"/> of a frame, 0..Phases.</summary>
    internal ReadOnlySpan<float> Phase(int phase) => _taps.AsSpan(phase * Taps, Taps);

    // Each phase is normalised so that it passes a constant unchanged. Otherwise the tails that the window cuts off would cause a ripple.
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

    // Computes I0, the modified Bessel function of the first kind, by its power series.
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
