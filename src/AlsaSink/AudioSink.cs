using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace AlsaSink;

/// <summary>
/// One thread that pulls frames from sources, mixes them and gives them to an output, one period after the other. While nothing
/// sounds the thread is blocked and the output stopped. Add, Remove and Dispose belong to one thread, the host's main one; Wake may
/// be called from any. No locks: sources are an array that is replaced as a whole, removed ones a list that the audio thread takes.
/// </summary>
/// <remarks>
/// Idle: the output is stopped; a period of zeros does not start it but is discarded at the clock's pace, the first sound does. Playing:
/// half a second of zeros stops it. Discarding: the output has failed; frames are discarded at the clock's pace, so that clients run at the
/// right speed, and once a second it is tried again, if something sounds then. Each fault is told once, until the output has played
/// well for a while.
/// </remarks>
public sealed unsafe class AudioSink : IDisposable
{
    /// <summary>Frames a second, Hz.</summary>
    public const int Rate = 48000;

    /// <summary>
    /// Frames mixed at a time at most (10.7 ms): half of the 1024 that clients keep queued (protocol.md section 7). The output's period if
    /// that is shorter.
    /// </summary>
    public const int MaxPeriodFrames = 512;

    /// <summary>The audio thread's name, as in <c>/proc/PID/task/TID/comm</c>.</summary>
    public const string ThreadName = "audio";

    private const int IdleFrames = Rate / 2;
    private const long RetryNs = 1_000_000_000;
    private const int ForgetFrames = 10 * Rate;
    private const int JoinMs = 2000;
    private const int RecoverMs = 100;

    private sealed class RemovedSource(IPcmSource source, RemovedSource? next)
    {
        public IPcmSource Source => source;

        public RemovedSource? Next => next;
    }

    private readonly IPcmOutput? _output;
    private readonly Action<string>? _log;
    private readonly IAudioClock _clock;
    private readonly Action? _turned;
    private readonly PeriodClock _pace;
    private readonly Mixer _mixer = new(MaxPeriodFrames);
    private readonly Thread _thread;
    private readonly int _wake;

    private IPcmSource[] _sources = [];
    private RemovedSource? _removed;
    private int _idle;
    private volatile bool _stopping;

    // The audio thread's own.
    private volatile OutputState _state; // set by the audio thread only
    private long _retryNs;
    private int _silentFrames;
    private int _goodFrames;
    private readonly HashSet<string> _said = [];

    /// <summary>Starts the thread, which blocks at once.</summary>
    /// <param name="output">Where frames go, owned by the sink from here on; null to discard them at the clock's pace.</param>
    /// <param name="log">Is given a line for people when the output or a source fails; called on the audio thread.</param>
    /// <param name="clock">Paces what is discarded; the kernel's clock if null.</param>
    /// <param name="turned">
    /// Is called on the audio thread when the output has been started, before its first frame, and when it has failed; not at
    /// each further try.
    /// </param>
    /// <exception cref="AudioException">There is no descriptor or thread for it; the output stays the caller's.</exception>
    public AudioSink(IPcmOutput? output, Action<string>? log = null, IAudioClock? clock = null, Action? turned = null)
    {
        _output = output;
        _log = log;
        _turned = turned;
        _clock = clock ?? new MonotonicClock();
        _pace = new PeriodClock(_clock, Rate);
        _wake = eventfd(0, EFD_CLOEXEC);
        if (_wake < 0)
            throw new AudioException($"audio: no eventfd (errno {errno}); raise the limit of open files");
        _thread = new Thread(Run) { Name = ThreadName, IsBackground = true };
        try
        {
            _thread.Start();
        }
        catch (OutOfMemoryException)
        {
            close(_wake);
            throw new AudioException("audio: no thread can be made; raise the limit of processes (RLIMIT_NPROC) or of memory");
        }
    }

    /// <summary>What plays now. Read on any thread.</summary>
    public OutputStatus Status => _output is null
        ? new("none", "", Rate, 2, MaxPeriodFrames, 0, 0, _state) : _output.Status with { State = _state };

    /// <summary>The volume of everything that is played.</summary>
    public Gain Volume => _mixer.Volume;

    /// <summary>Whether what does not fit full scale is turned down; else it saturates. True unless set.</summary>
    public bool Limits
    {
        get => _mixer.Limits;
        set => _mixer.Limits = value;
    }

    /// <summary>Adds a source; it is pulled from the next period on, or after the next <see cref="Wake"/>.</summary>
    /// <param name="source">A source that was never added before.</param>
    public void Add(IPcmSource source)
    {
        IPcmSource[] old;
        do
            old = Volatile.Read(ref _sources);
        while (Interlocked.CompareExchange(ref _sources, [.. old, source], old) != old);
        Wake();
    }

    /// <summary>
    /// Takes a source out. It may still be pulled once; then the audio thread calls its <see cref="IPcmSource.Removed"/>. Does not wait.
    /// </summary>
    /// <param name="source">A source; nothing happens if it is not there (any more).</param>
    public void Remove(IPcmSource source)
    {
        if (!TakeOut(source))
            return;
        RemovedSource? next;
        do
            next = Volatile.Read(ref _removed);
        while (Interlocked.CompareExchange(ref _removed, new RemovedSource(source, next), next) != next);
        Wake();
    }

    /// <summary>Says that some source has frames. Costs a few nanoseconds while playing, one system call when idle.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _idle, 0) == 1)
            Signal();
    }

    /// <summary>
    /// Ends the thread within a period or two, plays what the output has queued, retires all sources and disposes the output.
    /// </summary>
    public void Dispose()
    {
        if (_stopping)
            return;
        _stopping = true;
        Signal();
        // A driver that hangs must not hang the host; the thread is left behind with its descriptor then.
        if (_thread.Join(JoinMs))
            close(_wake);
        else
            _log?.Invoke($"{Status.Description}: does not stop within {JoinMs} ms; check the card's driver");
    }

    private void Run()
    {
        while (!_stopping)
        {
            try
            {
                PlayPeriod();
            }
            catch (Exception e)
            {
                Recover(e);
            }
        }
        End();
    }

    private void PlayPeriod()
    {
        // Before anything is looked at: whoever fills or removes a source after that sees it, and signals.
        if (_state != OutputState.Playing)
            Interlocked.Exchange(ref _idle, 1);
        Retire();
        if (Mix() == 0 && _state != OutputState.Playing)
            Block();
        else
            Put();
    }

    // Nobody foresaw it; it must not end the process, and what comes again at once must not become a busy loop.
    private void Recover(Exception e)
    {
        try
        {
            _state = OutputState.Discarding;
            Say($"audio: unexpected: {e.GetType().Name}: {e.Message}; sound is tried again");
            _output?.Stop();
        }
        catch (Exception)
        {
            // One line is all that can be done.
        }
        Thread.Sleep(RecoverMs);
    }

    private int Mix()
    {
        try
        {
            return _mixer.Mix(Volatile.Read(ref _sources), _output?.PeriodFrames ?? MaxPeriodFrames);
        }
        catch (Exception e)
        {
            if (_mixer.Reading is not { } source)
                throw;
            _log?.Invoke($"audio: a source failed and is removed: {e.Message}");
            if (TakeOut(source))
                Retire(source);
            return Mix();
        }
    }

    private void Block()
    {
        ulong count;
        read(_wake, &count, sizeof(ulong));
    }

    // One mixed period: to the output, or past it at the clock's pace.
    private void Put()
    {
        Volatile.Write(ref _idle, 0);
        int frames = _mixer.Mixed.Length / 2;
        _silentFrames = _mixer.IsSilent ? _silentFrames + frames : 0;
        try
        {
            if (_state == OutputState.Playing && _silentFrames >= IdleFrames)
            {
                _state = OutputState.Idle;
                _output!.Stop();
            }
            else if (_state != OutputState.Playing && _silentFrames == 0)
            {
                Start();
            }
            if (_state == OutputState.Playing)
            {
                _output!.Write(_mixer.Mixed);
                Played(frames);
            }
        }
        catch (Exception e)
        {
            Fail(e);
        }
        if (_state != OutputState.Playing)
            _pace.Pace(frames);
    }

    private void Start()
    {
        if (_output is null)
        {
            _state = OutputState.Discarding;
            return;
        }
        if (_state == OutputState.Discarding && _clock.NowNs < _retryNs)
            return;
        _output.Start();
        _state = OutputState.Playing;
        _turned?.Invoke();
        _goodFrames = 0;
    }

    private void Fail(Exception e)
    {
        bool isNew = _state != OutputState.Discarding;
        _state = OutputState.Discarding;
        _retryNs = _clock.NowNs + RetryNs;
        Say(e.Message);
        try
        {
            _output!.Stop();
        }
        catch (Exception)
        {
            // It has failed already, and that was said.
        }
        if (isNew)
            _turned?.Invoke();
    }

    // A fault that comes back every few seconds is the same one; after a while without it, it is told again.
    private void Played(int frames)
    {
        if (_said.Count == 0)
            return;
        if (_goodFrames == 0)
            Say($"audio: {_output!.Status.Description} plays again");
        _goodFrames += frames;
        if (_goodFrames >= ForgetFrames)
            _said.Clear();
    }

    private void Say(string line)
    {
        if (_said.Add(line))
            _log?.Invoke(line);
    }

    private void End()
    {
        try
        {
            if (_state == OutputState.Playing)
                _output!.Drain();
            _output?.Dispose();
        }
        catch (Exception e)
        {
            _log?.Invoke(e.Message);
        }
        Retire();
        foreach (IPcmSource source in Interlocked.Exchange(ref _sources, []))
            Retire(source);
    }

    // The array without the source is published before the source is listed: what is taken from the list is in no array read later.
    private void Retire()
    {
        for (RemovedSource? removed = Interlocked.Exchange(ref _removed, null); removed is not null; removed = removed.Next)
            Retire(removed.Source);
    }

    private void Retire(IPcmSource source)
    {
        try
        {
            source.Removed();
        }
        catch (Exception e)
        {
            _log?.Invoke($"audio: a removed source failed: {e.Message}");
        }
    }

    private bool TakeOut(IPcmSource source)
    {
        for (;;)
        {
            IPcmSource[] old = Volatile.Read(ref _sources);
            int at = Array.IndexOf(old, source);
            if (at < 0)
                return false;
            if (Interlocked.CompareExchange(ref _sources, [.. old[..at], .. old[(at + 1)..]], old) == old)
                return true;
        }
    }

    private void Signal()
    {
        ulong one = 1;
        write(_wake, &one, sizeof(ulong));
    }
}
