namespace Mmm;

/// <summary>
/// Formats of a client's sound samples. Samples are interleaved and little-endian. The numbers are those of protocol.md section 7.
/// </summary>
public enum PcmFormat
{
    /// <summary>32-bit float, -1 to 1, one channel.</summary>
    F32Mono = 0,
    /// <summary>32-bit float, -1 to 1, left and right channel.</summary>
    F32Stereo = 1,
    /// <summary>16-bit signed, one channel.</summary>
    S16Mono = 2,
    /// <summary>16-bit signed, left and right channel. The format of a new client.</summary>
    S16Stereo = 3,
}
