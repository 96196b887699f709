using System.Runtime.InteropServices;
using Mmm.Protocol;

namespace Mmm.Hosting;

/// <summary>A copy of a client's PCM block at one moment. Any number may be wrong unless <see cref="Fault"/> is null.</summary>
/// <param name="Format">Sample format.</param>
/// <param name="SampleRate">Frames a second.</param>
/// <param name="Read">The next frame that the host takes.</param>
/// <param name="Write">The next frame that the client fills.</param>
internal readonly record struct PcmState(PcmFormat Format, int SampleRate, int Read, int Write)
{
    /// <summary>Slowest and fastest rates that are served, frames a second.</summary>
    public const int MinRate = 8000, MaxRate = 192000;

    /// <summary>True if the block can be used.</summary>
    public bool IsValid =>
        PcmRing.BytesPerFrame(Format) is > 0 and var bytes && SampleRate is >= MinRate and <= MaxRate
        && (uint)Read < Abi.PcmBufferLength / bytes && (uint)Write < Abi.PcmBufferLength / bytes;

    /// <summary>Returns null if the block can be used, else the reason, for log lines.</summary>
    public string? Fault()
    {
        if (PcmRing.BytesPerFrame(Format) == 0)
            return $"its PCM format is {(int)Format}; 0 to 3 are valid";
        if (SampleRate is < MinRate or > MaxRate)
            return $"its sample rate is {SampleRate:N0}; {MinRate:N0} to {MaxRate:N0} is served";
        var total = PcmRing.Total(Format);
        return (uint)Read >= total || (uint)Write >= total
            ? $"its PCM ring has the frames {Read} and {Write}; 0 to {total - 1} are valid"
            : null;
    }

    /// <summary>The number of queued frames; only for a state without fault.</summary>
    public int Queued => PcmRing.Queued(Read, Write, PcmRing.Total(Format));
}

/// <summary>
/// The PCM ring of one client. The audio thread can use it while the main thread uses or closes the <see cref="ClientFile"/>. Never waits.
/// </summary>
internal sealed class ClientPcm : IDisposable
{
    private readonly Abi _abi;
    private SharedFile? _file;

    internal ClientPcm(Abi abi, SharedFile file) => (_abi, _file) = (abi, file);

    /// <summary>
    /// Reads the PCM block's fields. Returns false if the file ends before them, or if earlier writes are not in the file yet.
    /// </summary>
    public bool TryRead(out PcmState state)
    {
        Span<int> f = stackalloc int[6];
        var got = _file is { IsLate: false } file ? file.Read(MemoryMarshal.AsBytes(f), _abi.PcmFormat) : 0;
        Interlocked.MemoryBarrier();
        state = new PcmState((PcmFormat)f[0], f[1], f[4], f[5]);
        return got == 24;
    }

    /// <summary>Writes the format and rate of the host's own output.</summary>
    public void SetHostFormat(PcmFormat format, int sampleRate) => Write(_abi.PcmHostFormat, ((int)format, sampleRate));

    /// <summary>
    /// Copies the oldest frames of a state without fault and advances the ring. Returns the number of frames copied: at most those that are
    /// queued and that fit into <paramref name="to"/>; 0 if the file is shorter than its ring.
    /// </summary>
    public int Take(in PcmState state, Span<byte> to)
    {
        int bytes = PcmRing.BytesPerFrame(state.Format), total = PcmRing.Total(state.Format);
        var frames = Math.Min(state.Queued, to.Length / bytes);
        var first = Math.Min(frames, total - state.Read);
        if (!Copy(state.Read * bytes, to[..(first * bytes)]) || !Copy(0, to[(first * bytes)..(frames * bytes)]))
            return 0;
        Interlocked.MemoryBarrier();
        Write(_abi.PcmRead, (state.Read + frames) % total);
        return frames;
    }

    private bool Copy(int at, Span<byte> to) => to.IsEmpty || _file?.Read(to, _abi.PcmBuffer + at) == to.Length;

    private void Write<T>(int offset, T value) where T : unmanaged =>
        _file?.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)), offset);

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref _file, null)?.Release();
}
