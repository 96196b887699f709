using AlsaSink;
using Mmm;
using Mmm.Host;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Audio;

/// <summary>
/// One client's sound: takes frames from its ring and gives them at the sink's rate, as stereo floats. Made and removed by the loop's
/// thread, read by the audio thread; both use descriptors of their own. What goes between them is single words, and a notice
/// that there are any.
/// </summary>
internal sealed class ClientSound : IPcmSource
{
    private const int EndFrames = AudioSink.Rate / 100; // of a client that is gone: 10 ms
    private const long InterruptionNs = 250_000_000; // what goes on after no more than this was an underrun

    private enum Trouble
    {
        None,
        State,
        Samples,
    }

    private readonly ClientPcm _pcm;
    private int _bell; // -1 for none; set once by the loop's thread
    private readonly Action _notify;
    private readonly IAudioClock _clock;

    // The audio thread's own.
    private readonly byte[] _raw = new byte[Resampler.MostInput * 8];
    private readonly float[] _samples = new float[Resampler.MostInput * 2];
    private readonly EdgeFade _edges = new();
    private PcmState _stream; // its format, rate and the read index that was left there
    private Resampler? _resampler; // null at the sink's own rate
    private bool _hasStream;
    private bool _changed; // since the last frame that was heard
    private bool _stale; // the next frame is the one that setting a format leaves
    private bool _waits;
    private bool _flows;
    private long _ranDryNs = long.MinValue / 2;
    private int _queuedBefore;
    private bool _faulty;
    private bool _saidSamples;
    private int _endLeft = EndFrames;

    // From one thread to the other.
    private Resampler? _handedOver;
    private volatile int _wantedRate;
    private volatile bool _ending;
    private volatile bool _ended;
    private volatile int _underruns;
    private long _silentSinceNs; // long.MaxValue while it flows
    private volatile Trouble _trouble;
    private PcmState _troubled; // written before _trouble is set, read before it is cleared

    /// <param name="pcm">The ring; owned from here on.</param>
    /// <param name="bell">The client's bell, or -1.</param>
    /// <param name="resampler">For the client's rate now; null at the sink's own.</param>
    /// <param name="notify">Called on the audio thread when <see cref="WantedRate"/>, <see cref="HasEnded"/> or a fault is new.</param>
    /// <param name="clock">Tells an underrun from a new sound.</param>
    public ClientSound(ClientPcm pcm, int bell, Resampler? resampler, Action notify, IAudioClock clock)
    {
        (_pcm, _handedOver, _notify, _clock) = (pcm, resampler, notify, clock);
        _bell = bell >= 0 ? fcntl(bell, F_DUPFD_CLOEXEC, 0) : -1;
        _silentSinceNs = clock.NowNs;
        pcm.SetHostFormat(PcmFormat.S16Stereo, AudioSink.Rate);
    }

    /// <summary>The client's own volume.</summary>
    public Gain Gain { get; } = new();

    /// <summary>The rate for which the client's stream lacks a resampler; 0 while all is well.</summary>
    public int WantedRate => _wantedRate;

    /// <summary>True when a sound that was told to <see cref="End"/> has faded.</summary>
    public bool HasEnded => _ended;

    /// <summary>Since when nothing has been heard of it, ns of the clock; long.MaxValue while it is heard.</summary>
    public long SilentSinceNs => Volatile.Read(ref _silentSinceNs);

    /// <summary>How often the client came late with frames in the middle of a sound.</summary>
    public int Underruns => _underruns;

    /// <summary>The ring as it is now, for people. False: the file is too short.</summary>
    public bool TryRead(out PcmState state) => _pcm.TryRead(out state);

    /// <summary>True when the client has queued more than the one stale frame that setting a format leaves.</summary>
    public static bool HasFrames(ClientPcm pcm, out PcmState state, out string? fault)
    {
        fault = null;
        if (!pcm.TryRead(out state) || state.Read == state.Write || state is { Read: 0, Write: 1 })
            return false;
        fault = state.Fault();
        return fault is null;
    }

    /// <summary>Gives the stream what it lacks.</summary>
    public void HandOver(Resampler resampler)
    {
        Volatile.Write(ref _handedOver, resampler);
        _wantedRate = 0;
    }

    /// <summary>The client is gone: fades what it has queued.</summary>
    public void End() => _ending = true;

    /// <summary>What is newly wrong, once, to follow the client's name; else null.</summary>
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
        stereo[(2 * frames)..].Clear(); // an empty source would let the sink sleep: nobody might wake it
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

    // The stream's frames, and the tail of what it was where they end.
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
            // A client that is just setting its format has not written all of it: a period later it has.
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
            return; // the loop is still at the last one
        _troubled = state;
        _trouble = trouble;
        _notify();
    }

    // Another format or rate, or a ring that was set back.
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

    // A whole period, or all that the client has to say: less at a time would be a start and an end each.
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

    /// <summary>Rings a client from now on that was found before its bell connected, as after a restart of the host.</summary>
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
