using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace AlsaSink.Tests;

/// <summary>What a call to the card does instead of what it should.</summary>
internal enum Fault
{
    None,
    Xrun,
    Suspended,
    Gone,
    Busy,
    TryAgain,
    Interrupted,
    BadState,
    Short,      // a write takes one frame
    Nothing,    // a write takes none
    Woken,      // a wait ends without room
    NeverReady, // a wait times out
}

/// <summary>
/// A card that plays on a fake clock, as ALSA's states have it (alsa-lib's documentation of snd_pcm_state_t), and fails as it is told:
/// each call takes the next fault of the script. A card that is gone says so to every call until it is closed.
/// </summary>
internal sealed class FakeCard(FakeClock clock, IEnumerable<Fault>? script = null) : IAlsaCard
{
    private enum State
    {
        Closed,
        Open,
        Prepared,
        Running,
        Xrun,
        Suspended,
        Gone,
    }

    private readonly Queue<Fault> _script = new(script ?? []);
    private CardSetup _setup;
    private State _state;
    private long _written;
    private long _startNs;
    private int _startFrames;
    private int _roomFrames;
    private long _lastNs;
    private int _idleCalls;

    public CardSetup Grants { get; init; } = new(SampleFormat.S16, 2, 240, 960);

    /// <summary>Told to fail each call of a kind from now on; read on the audio thread.</summary>
    public volatile Fault Always;

    public List<byte> Played { get; } = [];

    public List<string> Violations { get; } = [];

    /// <summary>The most calls one after the other between which neither time passed nor a frame was taken.</summary>
    public int MostIdleCalls { get; private set; }

    public int Opens { get; private set; }

    public int Number => -1;

    public int Open(string name)
    {
        Opens++;
        if (_state != State.Closed)
            Violations.Add("opened twice");
        int error = Error(Next());
        _state = error < 0 ? State.Closed : State.Open;
        return error;
    }

    /// <summary>The number of periods that the card allows, of any length; 0 for the ones of <see cref="Grants"/>.</summary>
    public int Periods { get; init; }

    public string? Message => null;

    public int SetUp(int periodFrames, int queueFrames, int bufferFrames, out CardSetup granted)
    {
        int period = Periods > 0 ? (queueFrames + Periods - 1) / Periods : 0;
        granted = _setup = Periods > 0 ? Grants with { PeriodFrames = period, BufferFrames = Periods * period } : Grants;
        int error = Error(Next());
        if (error == 0)
            (_state, _written) = (State.Prepared, 0);
        return error;
    }

    public int SetThresholds(int startFrames, int roomFrames)
    {
        (_startFrames, _roomFrames) = (startFrames, roomFrames);
        return Error(Next());
    }

    public nint Room()
    {
        int error = Error(Next());
        return error < 0 ? error : StateError() is < 0 and int state ? state : (nint)(_setup.BufferFrames - Queued());
    }

    public int Wait(int timeoutMs)
    {
        Fault fault = Next();
        if (fault == Fault.Woken)
            return 1;
        int error = Error(fault);
        if (error == 0)
            error = StateError();
        if (error < 0)
            return error;
        long missing = _roomFrames - (_setup.BufferFrames - Queued());
        if (fault == Fault.NeverReady || (_state != State.Running && missing > 0))
        {
            clock.SleepUntil(clock.NowNs + timeoutMs * 1_000_000L);
            return 0;
        }
        if (missing > 0)
            clock.SleepUntil(clock.NowNs + (missing * 1_000_000_000 + AudioSink.Rate - 1) / AudioSink.Rate);
        return 1;
    }

    public nint Write(ReadOnlySpan<byte> data, int frames)
    {
        Fault fault = Next();
        int error = Error(fault);
        if (error == 0)
            error = StateError();
        if (error < 0)
            return error;
        int taken = Math.Min(frames, (int)(_setup.BufferFrames - Queued()));
        if (taken == 0)
            return -EAGAIN;
        taken = fault == Fault.Nothing ? 0 : fault == Fault.Short ? 1 : taken;
        Played.AddRange(data[..(taken * _setup.Channels * PcmConverter.SampleBytes(_setup.Format))]);
        _written += taken;
        _idleCalls = taken > 0 ? 0 : _idleCalls;
        if (_state == State.Prepared && _written >= _startFrames)
            (_state, _startNs) = (State.Running, clock.NowNs);
        return taken;
    }

    public int Prepare()
    {
        int error = Error(Next());
        if (_state == State.Running)
            return -EBUSY;
        if (error == 0 && _state != State.Gone)
            (_state, _written) = (State.Prepared, 0);
        return _state == State.Gone ? -ENODEV : error;
    }

    public int Resume() => Error(Next()) is < 0 and int error ? error : _state == State.Suspended ? -ENOSYS : StateError();

    public int Drop()
    {
        _state = _state is State.Running or State.Xrun or State.Suspended ? State.Open : _state;
        return StateError();
    }

    public int Drain() => StateError();

    public void Close()
    {
        if (_state == State.Closed)
            Violations.Add("closed twice");
        _state = State.Closed;
    }

    public string ErrorText(int error) => Marshal.GetPInvokeErrorMessage(-error).ToLowerInvariant();

    /// <summary>Lets the card play what is queued and more; on the audio thread.</summary>
    public void Starve() => clock.SleepUntil(clock.NowNs + 300_000_000);

    private Fault Next()
    {
        if (clock.NowNs != _lastNs)
            (_lastNs, _idleCalls) = (clock.NowNs, 0);
        MostIdleCalls = Math.Max(MostIdleCalls, ++_idleCalls);
        return _script.TryDequeue(out Fault fault) ? fault : Always;
    }

    private int Error(Fault fault)
    {
        if (_state == State.Gone)
            return -ENODEV;
        switch (fault)
        {
            case Fault.Xrun:
                _state = _state == State.Running ? State.Xrun : _state;
                return -EPIPE;
            case Fault.Suspended:
                _state = _state == State.Running ? State.Suspended : _state;
                return -ESTRPIPE;
            case Fault.Gone:
                _state = _state == State.Closed ? State.Closed : State.Gone;
                return -ENODEV;
            case Fault.Busy:
                return -EBUSY;
            case Fault.TryAgain:
                return -EAGAIN;
            case Fault.Interrupted:
                return -EINTR;
            case Fault.BadState:
                return -EBADFD;
            default:
                return 0;
        }
    }

    private int StateError()
    {
        if (_state == State.Running && Consumed() > _written)
            _state = State.Xrun;
        return _state switch
        {
            State.Closed or State.Open => -EBADFD,
            State.Xrun => -EPIPE,
            State.Suspended => -ESTRPIPE,
            State.Gone => -ENODEV,
            _ => 0,
        };
    }

    private long Consumed() => (clock.NowNs - _startNs) * AudioSink.Rate / 1_000_000_000;

    private long Queued() => _written - (_state == State.Running ? Consumed() : 0);
}
