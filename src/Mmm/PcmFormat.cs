namespace Mmm;

/// <summary>Sample formats of the PCM ring; interleaved, native endian. The numbers are the protocol's (protocol.md section 7).</summary>
public enum PcmFormat
{
    /// <summary>32-bit float, one channel.</summary>
    F32Mono = 0,
    /// <summary>32-bit float, left and right.</summary>
    F32Stereo = 1,
    /// <summary>16-bit signed, one channel.</summary>
    S16Mono = 2,
    /// <summary>16-bit signed, left and right: what a new client has.</summary>
    S16Stereo = 3,
}
