using System.Runtime.InteropServices;
using Mmm.Hosting;
using Mmm.Protocol;

namespace Mmm;

/// <summary>Writes the next samples of a sound. The whole span is played; samples that are not written are silence.</summary>
/// <typeparam name="T"><c>short</c> for 16-bit samples, <c>float</c> for samples of -1 to 1.</typeparam>
/// <param name="samples">Buffer to fill: frames times channels, interleaved. It contains zeros at first.</param>
public delegate void AudioFill<T>(Span<T> samples);

/// <summary>
/// The sound of a client. Frames are queued in a ring in shared memory (the PCM ring), and the host plays them. A frame is one sample of
/// each channel. The format is 48,000 Hz 16-bit stereo unless it is changed. Samples for which the ring has no room are kept in the
/// client and moved into the ring while the client waits for events.
/// </summary>
public sealed class ClientAudio
{
    private const int PumpMilliseconds = 10; // used only while samples are waiting and there is no bell that signals free room
    private const int MostBacklogSeconds = 10;

    /// <summary>The sample rate of a new client, Hz.</summary>
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
    private int _backlogUsed; // bytes of the first entry that are already in the ring

    internal ClientAudio(ClientMemory memory, HostLink link) => (_memory, _link, _abi) = (memory, link, memory.Abi);

    // Throws if the client is disposed or its file is truncated.
    private ClientMemory Memory
    {
        get
        {
            _memory.Check();
            return _memory;
        }
    }

    /// <summary>The sample format. Setting it discards all queued samples.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not a member of <see cref="PcmFormat"/>.</exception>
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
                throw new ArgumentOutOfRangeException(nameof(value), value, "the PCM format must be 0 to 3");
            Memory.Store(_abi.PcmFormat, (int)value);
            _format = value;
            Restart();
        }
    }

    /// <summary>Frames per second, 8,000 to 192,000. Setting it discards all queued samples.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of this range.</exception>
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
                    $"the sample rate must be {PcmState.MinRate} to {PcmState.MaxRate} Hz");
            Memory.Store(_abi.PcmSampleRate, value);
            _sampleRate = value;
            Restart();
        }
    }

    private void Restart()
    {
        _backlog.Clear();
        _backlogUsed = 0;
        Empty();
    }

    // Like the original library, this leaves one stale frame in the ring. The frame is set to zeros.
    private void Empty()
    {
        _memory.Bytes(_abi.PcmBuffer, sizeof(float) * 2).Clear();
        _memory.Store(_abi.PcmRead, 0);
        _memory.Store(_abi.PcmWrite, 1);
    }

    /// <summary>
    /// Called for more 16-bit samples when fewer than <see cref="FillFrames"/> frames are queued. The handler runs on the client's thread,
    /// inside the client's waits. While <see cref="FillFloats"/> has a handler, this event is not raised.
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

    /// <summary>Like <see cref="Fill"/>, but for float samples of -1 to 1.</summary>
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
    /// The number of frames that <see cref="Fill"/> and <see cref="FillFloats"/> keep queued, which is the delay of their sound. The
    /// default is 1024 (21 ms at 48 kHz). A value that is greater than the ring has the effect of a full ring.
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

    /// <summary>The number of frames in the ring that the host has not taken yet.</summary>
    public int QueuedFrames => TryIndices(out var read, out var write, out var total) ? PcmRing.Queued(read, write, total) : 0;

    /// <summary>The number of frames for which the ring has room.</summary>
    public int FreeFrames => TryIndices(out var read, out var write, out var total) ? PcmRing.Free(read, write, total) : 0;

    // Returns false if another program has written invalid indices into the ring.
    private bool TryIndices(out int read, out int write, out int total)
    {
        (read, write, total) = (Memory.Load(_abi.PcmRead), _memory.Load(_abi.PcmWrite), PcmRing.Total(_format));
        return (uint)read < total && (uint)write < total;
    }

    /// <summary>Plays 16-bit samples after those that are already queued. Returns at once.</summary>
    /// <param name="samples">
    /// Interleaved samples for the channels of <see cref="Format"/>. They are converted if it is a float format.
    /// </param>
    /// <returns>
    /// False if more than ten seconds of sound are already waiting because no host takes them; these samples are dropped then. A single
    /// call may pass more than ten seconds.
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

    /// <summary>Plays float samples of -1 to 1 after those that are already queued. Returns at once.</summary>
    /// <param name="samples">
    /// Interleaved samples for the channels of <see cref="Format"/>. They are converted if it is a 16-bit format.
    /// </param>
    /// <returns>
    /// False if more than ten seconds of sound are already waiting because no host takes them; these samples are dropped then. A single
    /// call may pass more than ten seconds.
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

    /// <summary>Copies whole frames into the ring, as many as it has room for. Does not wait and keeps nothing else.</summary>
    /// <param name="frames">Frames in the format <see cref="Format"/>, as bytes.</param>
    /// <returns>The number of frames that were queued.</returns>
    public int Queue(ReadOnlySpan<byte> frames)
    {
        var bytes = PcmRing.BytesPerFrame(Format);
        if (!TryIndices(out var read, out var write, out var total))
        {
            // A host that took frames while the format changed may have stored an index of the old format after the change.
            Empty();
            if (!TryIndices(out read, out write, out total))
                return 0;
        }
        var count = Math.Min(PcmRing.Free(read, write, total), frames.Length / bytes);
        if (count == 0)
            return 0;
        var first = Math.Min(count, total - write);
        frames[..(first * bytes)].CopyTo(_memory.Bytes(_abi.PcmBuffer + write * bytes, first * bytes));
        frames[(first * bytes)..(count * bytes)].CopyTo(_memory.Bytes(_abi.PcmBuffer, Abi.PcmBufferLength));
        write = (write + count) % total;
        _memory.Store(_abi.PcmWrite, write);
        Interlocked.MemoryBarrier(); // the host may have emptied the ring and gone to sleep: read "read" only after "write" is visible
        if (PcmRing.Queued(_memory.Load(_abi.PcmRead), write, total) - count < PcmRing.Chunk)
            _link.Ring();
        return count;
    }

    /// <summary>Moves waiting samples into the ring, then calls <see cref="Fill"/> for more.</summary>
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

    // With a bell, the host rings when fewer frames than one chunk are left in the ring. Without a bell, the ring is checked regularly.
    internal long NextPumpMilliseconds =>
        (_backlog.Count > 0 || _fill is not null || _fillFloats is not null) && !_link.HasBell ? PumpMilliseconds : int.MaxValue;
}
