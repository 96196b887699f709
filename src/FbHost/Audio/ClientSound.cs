using AlsaSink;
using Mmm.Protocol;
using Mmm;
using Mmm.Hosting;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Audio;

/// <summary>
/// One client's sound: takes frames from its ring and returns them at the sink's rate, as stereo floats. The loop's thread creates and
/// removes it, and the audio thread reads it; both use descriptors of their own. The threads exchange only single words, and a call that
/// notifies the loop of them.
/// </summary>
internal sealed class ClientSound : IPcmSource
{
    private const int EndFrames = AudioSink.Rate / 100; // the fade of a client that has ended: 10 ms
    private const long InterruptionNs = 250_000_000; // a sound that continues within this time had an underrun

    private enum Trouble
    {
        None,
        State,
        Samples,
    }

    private readonly ClientPcm _pcm;
    private int _bell; // -1 if there is none; set once by the loop's thread
    private readonly Action _notify;
    private readonly IAudioClock _clock;

    // Used only by the audio thread.
    private readonly byte[] _raw = new byte[Resampler.MostInput * 8];
    private readonly float[] _samples = new float[Resampler.MostInput * 2];
    private readonly EdgeFade _edges = new();
    private PcmState _stream; // the format, the rate, and the read index that was last written
    private Resampler? _resampler; // null at the sink's own rate
    private bool _hasStream;
    private bool _changed; // since the last frame that was played
    private bool _stale; // the next frame is the stale one that remains after the client has set a format
    private bool _waits;
    private bool _flows;
    private long _ranDryNs = long.MinValue / 2;
    private int _queuedBefore;
    private bool _faulty;
    private bool _saidSamples;
    private int _endLeft = EndFrames;

    // Passed from one thread to the other.
    private Resampler? _handedOver;
    private volatile int _wantedRate;
    private volatile bool _ending;
    private volatile bool _ended;
    private volatile int _underruns;
    private long _silentSinceNs; // long.MaxValue while frames flow
    private volatile Trouble _trouble;
    private PcmState _troubled; // written before _trouble is set, and read before it is cleared

    /// <param name="pcm">The ring. This object owns it.</param>
    /// <param name="bell">The descriptor of the client's bell, or -1.</param>
    /// <param name="resampler">A resampler for the client's current rate; null at the sink's own rate.</param>
    /// <param name="notify">Called on the audio thread when <see cref="WantedRate"/> or <see cref="HasEnded"/> has changed or there is a
    /// new fault.</param>
    /// <param name="clock">Distinguishes an underrun from a new sound.</param>
    public ClientSound(ClientPcm pcm, int bell, Resampler? resampler, Action notify, IAudioClock clock)
    {
        (_pcm, _handedOver, _notify, _clock) = (pcm, resampler, notify, clock);
        _bell = bell >= 0 ? fcntl(bell, F_DUPFD_CLOEXEC, 0) : -1;
        _silentSinceNs = clock.NowNs;
        pcm.SetHostFormat(PcmFormat.S16Stereo, AudioSink.Rate);
    }

    /// <summary>The client's own volume.</summary>
    public Gain Gain { get; } = new();

    /// <summary>The rate for which the client's stream needs a resampler; 0 if it needs none.</summary>
    public int WantedRate => _wantedRate;

    /// <summary>True when the fade after <see cref="End"/> is complete.</summary>
    public bool HasEnded => _ended;

    /// <summary>The time in ns of the clock since which the sound has been silent; long.MaxValue while it plays.</summary>
    public long SilentSinceNs => Volatile.Read(ref _silentSinceNs);

    /// <summary>How often the client delivered frames too late in the middle of a sound.</summary>
    public int Underruns => _underruns;

    /// <summary>Reads the ring's current state, for display. Returns false if the file is too short.</summary>
    public bool TryRead(out PcmState state) => _pcm.TryRead(out state);

    /// <summary>Returns true if the client has queued more than the one stale frame that remains after it has set a format.</summary>
    public static bool HasFrames(ClientPcm pcm, out PcmState state, out string? fault)
    {
        fault = null;
        if (!pcm.TryRead(out state) || state.Read == state.Write || state is { Read: 0, Write: 1 })
            return false;
        fault = state.Fault();
        return fault is null;
    }

    /// <summary>Gives the stream the resampler that it needs.</summary>
    public void HandOver(Resampler resampler)
    {
        Volatile.Write(ref _handedOver, resampler);
        _wantedRate = 0;
    }

    /// <summary>The client has ended: fades out the frames that it has queued.</summary>
    public void End() => _ending = true;

    /// <summary>Returns a new fault once, as a text that follows the client's name; null if there is none.</summary>
    public string? TakeFault()
    {
        var trouble = _trouble;
        if (trouble == Trouble.None)
            return null;
        var state = _troubled;
        _trouble = Trouble.None;
        return trouble == Trouble.State && state.Fault() is { } fault
            ? $"is silent: {fault}"
            : "plays samples that are no numbers (NaN or infinite): they are silence";
    }

    public int Read(Span<float> stereo)
    {
        if (_ending)
            return ReadEnd(stereo);
        var frames = ReadStream(stereo);
        if (!_waits)
            return frames;
        stereo[(2 * frames)..].Clear(); // after an empty read the sink would sleep, and might not be woken
        return stereo.Length / 2;
    }

    private int ReadEnd(Span<float> stereo)
    {
        var frames = _endLeft > 0 ? ReadStream(stereo[..Math.Min(stereo.Length, 2 * _endLeft)]) : 0;
        for (var i = 0; i < frames; i++, _endLeft--)
        {
            var gain = _endLeft / (float)EndFrames;
            (stereo[2 * i], stereo[2 * i + 1]) = (stereo[2 * i] * gain, stereo[2 * i + 1] * gain);
        }
        if (frames > 0 && _endLeft > 0)
            return frames;
        _endLeft = 0;
        if (!_ended)
        {
            _ended = true;
            _notify();
        }
        return frames;
    }

    // Returns the stream's frames. Where they end abruptly, the decaying tail of the sound follows.
    private int ReadStream(Span<float> stereo)
    {
        _waits = false;
        var frames = Ready(stereo.Length / 2, out var state) ? Take(state, stereo) : 0;
        _edges.Pass(stereo[..(2 * frames)]);
        var flows = 2 * frames == stereo.Length;
        if (!flows && (_flows || frames > 0))
        {
            _ranDryNs = _clock.NowNs;
            Volatile.Write(ref _silentSinceNs, _ranDryNs);
        }
        else if (flows && !_flows)
        {
            Volatile.Write(ref _silentSinceNs, long.MaxValue);
        }
        _flows = flows;
        return flows ? frames : frames + _edges.RunOut(stereo[(2 * frames)..]);
    }

    private bool Ready(int frames, out PcmState state)
    {
        if (!_pcm.TryRead(out state) || !IsServed(state))
            return false;
        if (state.Format != _stream.Format || state.SampleRate != _stream.SampleRate || state.Read != _stream.Read || !_hasStream)
        {
            // A client that is just setting its format may have written only a part of it, so the host waits one period.
            _waits = _hasStream;
            Begin(state);
            if (_waits)
                return false;
        }
        if (!HasResampler(state.SampleRate))
            return false;
        if (_stale)
        {
            _stale = false;
            state = After(state, _pcm.Take(state, _raw.AsSpan(0, PcmRing.BytesPerFrame(state.Format))));
        }
        if (!_flows && !MayStart(state, _resampler?.InputFor(frames) ?? frames))
            return false;
        if (!_flows)
            Start();
        return true;
    }

    private bool IsServed(in PcmState state)
    {
        if (state.IsValid)
        {
            _faulty = false;
            return true;
        }
        if (!_faulty)
            Report(Trouble.State, state);
        _faulty = true;
        return false;
    }

    private void Report(Trouble trouble, in PcmState state)
    {
        if (_trouble != Trouble.None)
            return; // the loop has not handled the last fault yet
        _troubled = state;
        _trouble = trouble;
        _notify();
    }

    // Begins a stream with another format or rate, or a ring whose indices were reset.
    private void Begin(in PcmState state)
    {
        (_stream, _hasStream, _changed) = (state, true, true);
        _stale = state.Read == 0;
        _queuedBefore = 0;
        _resampler?.Reset();
    }

    private bool HasResampler(int rate)
    {
        if (rate == AudioSink.Rate)
            _resampler = null;
        else if (_resampler?.Rate != rate)
            _resampler = Interlocked.Exchange(ref _handedOver, null) is { } next && next.Rate == rate ? next : null;
        if (rate == AudioSink.Rate || _resampler is not null)
            return true;
        if (_wantedRate != rate)
        {
            _wantedRate = rate;
            _notify();
        }
        return false;
    }

    // A sound starts when a whole period is queued, or when the client adds no more frames. Starting with less would make each small part a
    // start and an end.
    private bool MayStart(in PcmState state, int needed)
    {
        var queued = state.Queued;
        var may = queued > 0 && (queued >= needed || queued == _queuedBefore) && !_ending;
        _waits = queued > 0 && !may;
        _queuedBefore = queued;
        return may;
    }

    private void Start()
    {
        var goesOn = _clock.NowNs - _ranDryNs < InterruptionNs;
        if (goesOn)
            _edges.FadeIn();
        else
            _resampler?.Reset();
        if (goesOn && !_changed)
            _underruns++;
        _changed = false;
        _queuedBefore = 0;
    }

    private int Take(PcmState state, Span<float> stereo)
    {
        var (bytes, channels) = (PcmRing.BytesPerFrame(state.Format), PcmRing.Channels(state.Format));
        int wanted = stereo.Length / 2, done = 0, got = 0, input = 0;
        while (done < wanted && got == input)
        {
            var frames = Math.Min(wanted - done, _resampler?.MostAtOnce ?? Resampler.MostInput);
            input = _resampler?.InputFor(frames) ?? frames;
            got = _pcm.Take(state, _raw.AsSpan(0, input * bytes));
            var to = stereo.Slice(2 * done, 2 * frames);
            if (!PcmConversion.ToFloats(state.Format, _raw.AsSpan(0, got * bytes), _samples) && !_saidSamples)
            {
                _saidSamples = true;
                Report(Trouble.Samples, state);
            }
            if (_resampler is null)
                PcmConversion.ToStereo(_samples.AsSpan(0, got * channels), channels, to);
            done += _resampler?.Process(_samples.AsSpan(0, got * channels), channels, to) ?? got;
            state = After(state, got);
        }
        var bell = Volatile.Read(ref _bell);
        if (bell >= 0 && !_ending && done > 0 && state.Queued < PcmRing.Chunk)
            Sys.Send(bell, [0]);
        return done;
    }

    private PcmState After(PcmState state, int frames) =>
        _stream = state with { Read = (state.Read + frames) % PcmRing.Total(state.Format) };

    /// <summary>Sets the bell of a client that was found before its bell connected, for example after a restart of the host.</summary>
    public void Connect(int bell)
    {
        if (bell >= 0 && _bell < 0)
            Volatile.Write(ref _bell, fcntl(bell, F_DUPFD_CLOEXEC, 0));
    }

    public void Removed()
    {
        _pcm.Dispose();
        Sys.Close(_bell);
    }
}
