namespace AlsaSink;

/// <summary>The accuracy of the resampler, which costs computing time.</summary>
public enum ResamplerQuality
{
    /// <summary>32 taps: 70 dB, flat to 19 kHz of a 44.1 kHz source.</summary>
    Low,

    /// <summary>80 taps: 100 dB, flat to 20 kHz of a 44.1 kHz source.</summary>
    Default,

    /// <summary>192 taps: 120 dB, flat to 21 kHz of a 44.1 kHz source.</summary>
    High,
}
