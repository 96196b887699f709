namespace Mmm.Protocol;

/// <summary>
/// The rules of the PCM ring: read and write are frame numbers; frames read..write-1 are queued; read == write is empty.
/// Source: protocol.md section 7.
/// </summary>
internal static class PcmRing
{
    /// <summary>The most frames that a client keeps queued: the chunk of the original library.</summary>
    public const int Chunk = 1024;

    /// <summary>Bytes of one frame: 2, 4 or 8; 0 for a format that does not exist.</summary>
    public static int BytesPerFrame(PcmFormat format) => format switch
    {
        PcmFormat.F32Mono => 4,
        PcmFormat.F32Stereo => 8,
        PcmFormat.S16Mono => 2,
        PcmFormat.S16Stereo => 4,
        _ => 0,
    };

    /// <summary>The number of channels, 1 or 2.</summary>
    public static int Channels(PcmFormat format) => format is PcmFormat.F32Stereo or PcmFormat.S16Stereo ? 2 : 1;

    /// <summary>Frames that the ring holds: 4096, 8192 or 16384.</summary>
    public static int Total(PcmFormat format) => Abi.PcmBufferLength / BytesPerFrame(format);

    /// <summary>The number of frames that wait to be played.</summary>
    public static int Queued(int read, int write, int total) => write >= read ? write - read : write - read + total;

    /// <summary>The number of frames that may still be queued: two fewer than there is room for.</summary>
    public static int Free(int read, int write, int total) => Math.Max(0, total - Queued(read, write, total) - 2);
}
