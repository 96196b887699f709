using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace AlsaSink;

/// <summary>
/// One thread that pulls frames from sources, mixes them and gives them to an output, one period after the other. While nothing
/// sounds the thread is blocked and the output stopped. Add, Remove and Dispose belong to one thread, the host's main one; Wake may
/// be called from any. No locks: sources are an array that is replaced as a whole, removed ones a list that the audio thread takes.
/// </summary>
/// <remarks>
/// A period in which every sample is 0 does not start the output: until the first sound, and when the output has failed, frames are
/// discarded at the clock's pace, so that clients run at the right speed. A failed output is tried again at the next sound after idling.
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

    // The output is stopped after half a second of silence.
    private const int IdlePeriods = Rate / 2 / MaxPeriodFrames;
    private const int JoinMs = 2000;

    private sealed class RemovedSource(IPcmSource source, RemovedSource? next)
    {
        public IPcmSource Source => source;

        public RemovedSource? Next => next;
    }

    private readonly IPcmOutput? _output;
    private readonly Action<string>? _log;
    private readonly PeriodClock _pace;
    private readonly Mixer _mixer = new(MaxPeriodFrames);
    private readonly Thread _thread;
    private readonly int _wake;

    private IPcmSource[] _sources = [];
    private RemovedSource? _removed;
    private int _idle;
    private volatile bool _stopping;

    // The audio thread's own.
    private bool _playing;
    private bool _failed;
    private int _silentPeriods;
    private string? _lastError;

    /// <summary>Starts the thread, which blocks at once.</summary>
    /// <param name="output">Where frames go, owned by the sink from here on; null to discard them at the clock's pace.</param>
    /// <param name="log">Is given a line for people when the output or a source fails; called on the audio thread.</param>
    /// <param name="clock">Paces what is discarded; the kernel's clock if null.</param>
    public AudioSink(IPcmOutput? output, Action<string>? log = null, IAudioClock? clock = null)
    {
        _output = output;
        _log = log;
        _pace = new PeriodClock(clock ?? new MonotonicClock(), Rate);
        _wake = eventfd(0, EFD_CLOEXEC);
        if (_wake < 0)
            throw new AudioException($"audio: no eventfd (errno {errno}); raise the limit of open files");
        _thread = new Thread(Run) { Name = ThreadName, IsBackground = true };
        _thread.Start();
    }

    /// <summary>What plays, for people: a card's name, a file's path, or <c>none</c>.</summary>
    public string Description => _output?.Description ?? "none";

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
            _log?.Invoke($"{Description}: does not stop within {JoinMs} ms; check the card's driver");
    }

    private void Run()
    {
        while (!_stopping)
        {
            // Before anything is looked at: whoever fills or removes a source after that sees it, and signals.
            if (!_playing)
                Interlocked.Exchange(ref _idle, 1);
            Retire();
            int frames = Mix();
            if (frames == 0 && !_playing)
                Block();
            else
                Play();
        }
        End();
    }

    private int Mix()
    {
        try
        {
            return _mixer.Mix(Volatile.Read(ref _sources), MaxPeriodFrames);
        }
        catch (Exception e)
        {
            IPcmSource source = _mixer.Reading!;
            _log?.Invoke($"audio: a source failed and is removed: {e.Message}");
            if (TakeOut(source))
                Retire(source);
            return Mix();
        }
    }

    private void Block()
    {
        _failed = false;
        ulong count;
        read(_wake, &count, sizeof(ulong));
    }

    private void Play()
    {
        Volatile.Write(ref _idle, 0);
        _silentPeriods = _mixer.IsSilent ? _silentPeriods + 1 : 0;
        try
        {
            if (_silentPeriods == 0 && !_playing && !_failed && _output is not null)
            {
                _output.Start();
                _playing = true;
                _lastError = null;
            }
            else if (_playing && _silentPeriods >= IdlePeriods)
            {
                _playing = false;
                _output!.Stop();
            }
            if (_playing)
                _output!.Write(_mixer.Mixed);
        }
        catch (Exception e)
        {
            Fail(e);
        }
        if (!_playing)
            _pace.Pace(MaxPeriodFrames);
    }

    private void Fail(Exception e)
    {
        _failed = true;
        _playing = false;
        if (e.Message != _lastError)
            _log?.Invoke(e.Message);
        _lastError = e.Message;
        try
        {
            _output!.Stop();
        }
        catch (Exception)
        {
            // It has failed already, and that was said.
        }
    }

    private void End()
    {
        try
        {
            if (_playing)
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
