using System.Runtime.InteropServices;
using Mmm.Hosting;
using Mmm.Protocol;

namespace Mmm;

/// <summary>Writes the next samples of a sound; all of them are played.</summary>
/// <typeparam name="T">short: 16-bit samples; float: samples of -1 to 1.</typeparam>
/// <param name="samples">To write: frames times channels, interleaved.</param>
public delegate void AudioFill<T>(Span<T> samples);

/// <summary>
/// A client's sound: frames are queued into the shared PCM ring and played by the host. 48,000 Hz 16-bit stereo unless changed.
/// What does not fit the ring is kept and queued while the client waits for events.
/// </summary>
public sealed class ClientAudio
{
    private const int PumpMilliseconds = 10; // only while samples wait and no bell tells when there is room
    private const int MostBacklogSeconds = 10;

    /// <summary>What a new client has.</summary>
    internal const int DefaultSampleRate = 48000;

    private readonly ClientMemory _memory;
    private readonly HostLink _link;
    private readonly Abi _abi;
    private PcmFormat _format = PcmFormat.S16Stereo;
    private int _sampleRate = DefaultSampleRate;
    private AudioFill<short>? _fill;
    private AudioFill<float>? _fillFloats;
    private short[] _shorts = [];
    private float[] _floats = [];
    private int _fillFrames = PcmRing.Chunk;
    private readonly Queue<byte[]> _backlog = new();
    private int _backlogUsed; // bytes of the first entry that are queued already

    internal ClientAudio(ClientMemory memory, HostLink link) => (_memory, _link, _abi) = (memory, link, memory.Abi);

    // Of a client that is not disposed and whose file is whole.
    private ClientMemory Memory
    {
        get
        {
            _memory.Check();
            return _memory;
        }
    }

    /// <summary>Sample format; setting it forgets what is queued.</summary>
    public PcmFormat Format
    {
        get
        {
            _memory.RequireOpen();
            return _format;
        }
        set
        {
            if (PcmRing.BytesPerFrame(value) == 0)
                throw new ArgumentOutOfRangeException(nameof(value), value, "PCM formats are 0 to 3");
            Memory.Store(_abi.PcmFormat, (int)value);
            _format = value;
            Restart();
        }
    }

    /// <summary>Frames a second, 8,000 to 192,000; setting it forgets what is queued.</summary>
    public int SampleRate
    {
        get
        {
            _memory.RequireOpen();
            return _sampleRate;
        }
        set
        {
            if (value is < PcmState.MinRate or > PcmState.MaxRate)
                throw new ArgumentOutOfRangeException(nameof(value), value,
                    $"sample rates are {PcmState.MinRate} to {PcmState.MaxRate}");
            Memory.Store(_abi.PcmSampleRate, value);
            _sampleRate = value;
            Restart();
        }
    }

    // As the original library: one stale frame is left in the ring. It is silent.
    private void Restart()
    {
        _backlog.Clear();
        _backlogUsed = 0;
        _memory.Bytes(_abi.PcmBuffer, sizeof(float) * 2).Clear();
        _memory.Store(_abi.PcmRead, 0);
        _memory.Store(_abi.PcmWrite, 1);
    }

    /// <summary>
    /// Called for 16-bit samples whenever fewer than <see cref="FillFrames"/> frames are queued, inside the client's waits. A handler of
    /// <see cref="FillFloats"/> replaces it.
    /// </summary>
    public event AudioFill<short>? Fill
    {
        add
        {
            _memory.RequireOpen();
            _fill += value;
        }
        remove
        {
            _memory.RequireOpen();
            _fill -= value;
        }
    }

    /// <summary>As <see cref="Fill"/>, for float samples of -1 to 1.</summary>
    public event AudioFill<float>? FillFloats
    {
        add
        {
            _memory.RequireOpen();
            _fillFloats += value;
        }
        remove
        {
            _memory.RequireOpen();
            _fillFloats -= value;
        }
    }

    /// <summary>
    /// Frames that <see cref="Fill"/> keeps queued: the delay of its sound. 1024 (21 ms) unless changed; at most what the ring holds.
    /// </summary>
    public int FillFrames
    {
        get
        {
            _memory.RequireOpen();
            return _fillFrames;
        }
        set
        {
            _memory.RequireOpen();
            _fillFrames = value;
        }
    }

    /// <summary>Frames in the ring, not played yet.</summary>
    public int QueuedFrames => TryIndices(out var read, out var write, out var total) ? PcmRing.Queued(read, write, total) : 0;

    /// <summary>Frames that still fit the ring.</summary>
    public int FreeFrames => TryIndices(out var read, out var write, out var total) ? PcmRing.Free(read, write, total) : 0;

    // False: another program wrote numbers that are no frames of the ring. Nothing is queued then.
    private bool TryIndices(out int read, out int write, out int total)
    {
        (read, write, total) = (Memory.Load(_abi.PcmRead), _memory.Load(_abi.PcmWrite), PcmRing.Total(_format));
        return (uint)read < total && (uint)write < total;
    }

    /// <summary>Plays 16-bit samples, interleaved in the client's channels, after what is queued already. Returns at once.</summary>
    /// <returns>
    /// False: ten seconds wait already, since no host takes them; these samples were dropped. A single longer piece is taken
    /// when nothing waits.
    /// </returns>
    public bool Play(ReadOnlySpan<short> samples)
    {
        if (Format is PcmFormat.S16Mono or PcmFormat.S16Stereo)
            return PlayBytes(MemoryMarshal.AsBytes(samples));
        var floats = new float[samples.Length];
        for (var i = 0; i < samples.Length; i++)
            floats[i] = samples[i] / 32768f;
        return PlayBytes(MemoryMarshal.AsBytes<float>(floats));
    }

    /// <summary>
    /// Plays float samples of -1..1, interleaved in the client's channels, after what is queued already. Returns at once.
    /// </summary>
    /// <returns>
    /// False: ten seconds wait already, since no host takes them; these samples were dropped. A single longer piece is taken
    /// when nothing waits.
    /// </returns>
    public bool Play(ReadOnlySpan<float> samples)
    {
        if (Format is PcmFormat.F32Mono or PcmFormat.F32Stereo)
            return PlayBytes(MemoryMarshal.AsBytes(samples));
        var shorts = new short[samples.Length];
        for (var i = 0; i < samples.Length; i++)
            shorts[i] = (short)Math.Clamp(samples[i] * 32767f, short.MinValue, short.MaxValue);
        return PlayBytes(MemoryMarshal.AsBytes<short>(shorts));
    }

    private bool PlayBytes(ReadOnlySpan<byte> bytes)
    {
        if (_backlog.Sum(b => (long)b.Length) > MostBacklogSeconds * (long)SampleRate * PcmRing.BytesPerFrame(Format))
            return false;
        bytes = bytes[..(bytes.Length - bytes.Length % PcmRing.BytesPerFrame(Format))];
        if (_backlog.Count == 0)
            bytes = bytes[(Queue(bytes) * PcmRing.BytesPerFrame(Format))..];
        if (!bytes.IsEmpty)
            _backlog.Enqueue(bytes.ToArray());
        return true;
    }

    /// <summary>Queues whole frames of the client's format as far as there is room. Returns the frames taken.</summary>
    public int Queue(ReadOnlySpan<byte> frames)
    {
        var bytes = PcmRing.BytesPerFrame(Format);
        if (!TryIndices(out var read, out var write, out var total))
            return 0;
        var count = Math.Min(PcmRing.Free(read, write, total), frames.Length / bytes);
        if (count == 0)
            return 0;
        var first = Math.Min(count, total - write);
        frames[..(first * bytes)].CopyTo(_memory.Bytes(_abi.PcmBuffer + write * bytes, first * bytes));
        frames[(first * bytes)..(count * bytes)].CopyTo(_memory.Bytes(_abi.PcmBuffer, Abi.PcmBufferLength));
        write = (write + count) % total;
        _memory.Store(_abi.PcmWrite, write);
        Interlocked.MemoryBarrier(); // the host may have emptied the ring meanwhile and sleep: look at read after write is out
        if (PcmRing.Queued(_memory.Load(_abi.PcmRead), write, total) - count < PcmRing.Chunk)
            _link.Ring();
        return count;
    }

    /// <summary>Moves what waits into the ring, and asks <see cref="Fill"/> for more.</summary>
    internal void Pump()
    {
        var bytes = PcmRing.BytesPerFrame(Format);
        while (_backlog.TryPeek(out var first))
        {
            _backlogUsed += Queue(first.AsSpan(_backlogUsed)) * bytes;
            if (_backlogUsed < first.Length)
                return;
            _backlog.Dequeue();
            _backlogUsed = 0;
        }
        if (_fill is null && _fillFloats is null)
            return;
        var frames = Math.Min(FillFrames - QueuedFrames, FreeFrames);
        if (frames <= 0)
            return;
        var count = frames * PcmRing.Channels(Format);
        if (_fillFloats is { } fillFloats)
            Play((ReadOnlySpan<float>)Ask(fillFloats, ref _floats, count));
        else if (_fill is { } fill)
            Play((ReadOnlySpan<short>)Ask(fill, ref _shorts, count));
    }

    private static Span<T> Ask<T>(AudioFill<T> fill, ref T[] buffer, int count)
    {
        if (buffer.Length < count)
            buffer = new T[count];
        var samples = buffer.AsSpan(0, count);
        samples.Clear();
        fill(samples);
        return samples;
    }

    // A bell rings when the ring has drained below one chunk; without one, and for anything that must not wait for that, look again.
    internal long NextPumpMilliseconds =>
        (_backlog.Count > 0 || _fill is not null || _fillFloats is not null) && !_link.HasBell ? PumpMilliseconds : int.MaxValue;
}
