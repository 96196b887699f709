using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace AlsaSink;

/// <summary>
/// Runs one thread that pulls frames from sources, mixes them and writes them to an output, one period after the other. While no source
/// has frames, the thread is blocked and the output is stopped. Add, Remove and Dispose must be called on one thread, the host's main
/// thread; Wake may be called on any thread. There are no locks: the sources are an array that is replaced as a whole, and the removed
/// sources are a list that the audio thread takes over.
/// </summary>
/// <remarks>
/// Idle: the output is stopped. A period of zeros is discarded at the clock's pace; the first period with sound starts the output. Playing:
/// half a second of zeros stops the output. Discarding: the output has failed. Frames are discarded at the clock's pace, so that clients
/// run at the right speed, and the output is tried again once a second if there is sound to play. Each fault is logged once, until the
/// output has played without a fault for ten seconds.
/// </remarks>
public sealed unsafe class AudioSink : IDisposable
{
    /// <summary>Frames a second, Hz.</summary>
    public const int Rate = 48000;

    /// <summary>
    /// The most frames that are mixed at a time (10.7 ms): half of the 1024 frames that clients keep queued (protocol.md section 7). If the
    /// output's period is shorter, that period is mixed at a time.
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

    // These fields belong to the audio thread.
    private volatile OutputState _state; // written by the audio thread only
    private long _retryNs;
    private int _silentFrames;
    private int _goodFrames;
    private readonly HashSet<string> _said = [];

    /// <summary>Starts the thread, which blocks at once.</summary>
    /// <param name="output">The output, which the sink owns from now on; null to discard frames at the clock's pace.</param>
    /// <param name="log">Receives a line for people if the output or a source fails; called on the audio thread.</param>
    /// <param name="clock">The clock that sets the pace at which frames are discarded; null for the kernel's clock.</param>
    /// <param name="turned">
    /// Called on the audio thread when the output has been started, before its first frame, and when the output has failed. It is not
    /// called for further failed attempts.
    /// </param>
    /// <exception cref="AudioException">No descriptor or thread can be created; the caller keeps ownership of the output.</exception>
    public AudioSink(IPcmOutput? output, Action<string>? log = null, IAudioClock? clock = null, Action? turned = null)
    {
        _output = output;
        _log = log;
        _turned = turned;
        _clock = clock ?? new MonotonicClock();
        _pace = new PeriodClock(_clock, Rate);
        _wake = eventfd(0, EFD_CLOEXEC);
        if (_wake < 0)
            throw new AudioException($"audio: cannot create an eventfd (errno {errno}); raise the limit of open files");
        _thread = new Thread(Run) { Name = ThreadName, IsBackground = true };
        try
        {
            _thread.Start();
        }
        catch (OutOfMemoryException)
        {
            close(_wake);
            throw new AudioException("audio: no thread can be created; raise the limit of processes (RLIMIT_NPROC) or of memory");
        }
    }

    /// <summary>The current state of the output. May be read on any thread.</summary>
    public OutputStatus Status => _output is null
        ? new("none", "", Rate, 2, MaxPeriodFrames, 0, 0, _state) : _output.Status with { State = _state };

    /// <summary>The volume of everything that is played.</summary>
    public Gain Volume => _mixer.Volume;

    /// <summary>True if a sum beyond full scale is turned down, false if it is cut off. The default is true.</summary>
    public bool Limits
    {
        get => _mixer.Limits;
        set => _mixer.Limits = value;
    }

    /// <summary>
    /// Called on the audio thread with each mixed period that is not silent; null for nobody, which costs nothing. May be set on any
    /// thread. It must not block.
    /// </summary>
    public MixedHandler? Listener { get; set; }

    /// <summary>Adds a source. It is read from the next period on; if it is empty then, again after the next <see cref="Wake"/>.</summary>
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
    /// Removes a source without waiting. The source may still be read once; then the audio thread calls its
    /// <see cref="IPcmSource.Removed"/>.
    /// </summary>
    /// <param name="source">The source. Nothing happens if it is not, or no longer, among the sources.</param>
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

    /// <summary>
    /// Tells the audio thread that a source has frames. This takes a few nanoseconds while the thread plays, and one system
    /// call while it is blocked.
    /// </summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _idle, 0) == 1)
            Signal();
    }

    /// <summary>
    /// Ends the thread within one or two periods, plays the frames that the output has queued, removes all sources and disposes the output.
    /// </summary>
    public void Dispose()
    {
        if (_stopping)
            return;
        _stopping = true;
        Signal();
        // A driver that hangs must not block the host. In that case the thread is left running and its descriptor stays open.
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
        // This comes before any source is read: a thread that fills or removes a source later sees the flag and signals.
        if (_state != OutputState.Playing)
            Interlocked.Exchange(ref _idle, 1);
        Retire();
        if (Mix() == 0 && _state != OutputState.Playing)
            Block();
        else
            Put();
    }

    // Handles an unexpected exception: it must not end the process, and one that recurs at once must not cause a busy loop.
    private void Recover(Exception e)
    {
        try
        {
            _state = OutputState.Discarding;
            Say($"audio: unexpected fault: {e.GetType().Name}: {e.Message}; the output is tried again");
            _output?.Stop();
        }
        catch (Exception)
        {
            // Nothing can be done beyond the log line.
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

    // Writes one mixed period to the output, or discards it at the clock's pace.
    private void Put()
    {
        Volatile.Write(ref _idle, 0);
        int frames = _mixer.Mixed.Length / 2;
        _silentFrames = _mixer.IsSilent ? _silentFrames + frames : 0;
        if (_silentFrames == 0)
            Listener?.Invoke(_mixer.Mixed);
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
            // The output has failed already, and the fault has been logged.
        }
        if (isNew)
            _turned?.Invoke();
    }

    // A fault that recurs every few seconds is logged once. When the output has played long enough without a fault, it is logged again.
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

    // Remove publishes the array without the source before it adds the source to this list. So a source taken from the list is in no array
    // that is read later.
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

/// <summary>Receives what was mixed.</summary>
/// <param name="stereo">Interleaved frames, -1..1; valid during the call.</param>
public delegate void MixedHandler(ReadOnlySpan<float> stereo);
