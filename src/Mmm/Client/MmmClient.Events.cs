using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Mmm.Hosting;
using Mmm.Protocol;

namespace Mmm;

public sealed partial class MmmClient
{
    private readonly Queue<MmmEvent> _local = new();
    private bool _quitSeen;
    private bool _timerWasLast;

    /// <summary>
    /// Returns all events, one after the other, and sleeps while there is none. Timer callbacks, posted actions and sound handlers run
    /// inside this loop. The sequence ends when the app is requested to end, by a signal (SIGTERM, SIGINT) or <see cref="Close"/>; it does
    /// not contain the <see cref="QuitRequested"/>.
    /// </summary>
    public IEnumerable<MmmEvent> Events()
    {
        while (WaitEvent(Timeout.InfiniteTimeSpan) is { } e and not QuitRequested)
            yield return e;
    }

    /// <summary>Like <see cref="Events"/>, but for async code: the client sleeps on a thread of the thread pool.</summary>
    /// <param name="cancellation">Ends the sequence.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was cancelled.</exception>
    public async IAsyncEnumerable<MmmEvent> EventsAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var wake = cancellation.Register(_link.Wake);
        while (!cancellation.IsCancellationRequested)
        {
            if (TryTake(out var e))
            {
                if (e is QuitRequested)
                    yield break;
                yield return e;
                continue;
            }
            if (_closing)
                yield break;
            Note(await Task.Run(() => _link.Sleep(SleepMilliseconds(long.MaxValue)), CancellationToken.None).ConfigureAwait(false));
        }
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>
    /// Waits for the next event and returns it. After the app was requested to end, it always returns <see cref="QuitRequested"/>.
    /// </summary>
    /// <param name="timeout">The longest time to wait; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <returns>The event, or null if there was none within this time.</returns>
    public MmmEvent? WaitEvent(TimeSpan timeout)
    {
        var deadline = timeout == Timeout.InfiniteTimeSpan
            ? long.MaxValue
            : Environment.TickCount64 + (long)Math.Ceiling(timeout.TotalMilliseconds);
        while (true)
        {
            if (TryTake(out var e))
                return e;
            if (_closing) // QuitRequested was read before, perhaps by an inner loop: outer loops must end too
                return new QuitRequested();
            if (Environment.TickCount64 >= deadline)
                return TryReadEvent(out e) ? e : null;
            Note(_link.Sleep(SleepMilliseconds(deadline)));
        }
    }

    // The sleep is also limited by the time at which the audio must check the ring of samples again (only without a bell).
    private int SleepMilliseconds(long deadline)
    {
        var until = Math.Min(deadline == long.MaxValue ? int.MaxValue : deadline - Environment.TickCount64, _audio.NextPumpMilliseconds);
        return until >= int.MaxValue ? -1 : (int)Math.Max(until, 0);
    }

    /// <summary>Reads the next event if there is one. Never blocks.</summary>
    /// <param name="e">The event, if the method returns true.</param>
    /// <returns>False if there is no event.</returns>
    public bool TryReadEvent([NotNullWhen(true)] out MmmEvent? e)
    {
        if (TryTake(out e))
            return true;
        Note(_link.Sleep(0)); // reads the rings that made PollHandle readable; new events may have come with them
        return TryTake(out e);
    }

    private bool TryTake([NotNullWhen(true)] out MmmEvent? e)
    {
        e = null;
        _memory.Check();
        OfferAgain();
        if (_closing && !_quitSeen)
        {
            _quitSeen = true;
            e = new QuitRequested();
            return true;
        }
        RunCallbacks();
        if (_local.TryDequeue(out e))
            return true;
        if (FollowDesiredSize())
        {
            e = new ClientResized(Width, Height);
            return true;
        }
        // Timers and host events take turns, so that neither a fast timer nor a flood of events can block the other.
        _timerWasLast = !_timerWasLast ? _timers.TryTake(out e) : !TryTakeEventText(out e) && _timers.TryTake(out e);
        return e is not null || TryTakeEventText(out e);
    }

    private bool TryTakeEventText([NotNullWhen(true)] out MmmEvent? e)
    {
        Span<byte> text = stackalloc byte[TextRing.SlotLength];
        var n = TryReadEventText(text);
        e = n < 0 ? null : EventText.Parse(text[..n]);
        return n >= 0;
    }

    // Runs the actions posted so far, the timer callbacks and the sound handlers. Each action is removed before it runs, so an action that
    // throws is not run again.
    private void RunCallbacks()
    {
        for (var there = _posted.Count; there > 0 && _posted.TryDequeue(out var action); there--)
            action();
        if (!_posted.IsEmpty)
            _link.Wake(); // posted by an action, or just now: runs in the next round, after other events
        _timers.RunCallbacks();
        _audio.Pump();
    }

    private bool HasEventText => Memory.LoadIndex(_abi.Events.Read) != _memory.LoadIndex(_abi.Events.Write);

    /// <summary>
    /// Reads the next event of the host as UTF-8 text (docs/protocol.md section 5). Never blocks, and allocates nothing. Events that the
    /// library creates itself are not returned.
    /// </summary>
    /// <param name="to">Buffer of at least 128 bytes.</param>
    /// <returns>The length of the text in bytes, or -1 if there is no event.</returns>
    public int TryReadEventText(Span<byte> to)
    {
        var ring = _abi.Events;
        int read = Memory.LoadIndex(ring.Read), write = _memory.LoadIndex(ring.Write);
        if (read == write || !TextRing.IsIndex(read) || !TextRing.IsIndex(write))
            return -1;
        Interlocked.MemoryBarrier();
        var slot = TextRing.Next(read);
        var length = _memory.CopyText(ring.Slot(slot), to[..TextRing.SlotLength]);
        _memory.StoreIndex(ring.Read, slot);
        return length;
    }

    /// <summary>
    /// A loop for animations, at the pace of the screen. Returns a value each time the host has taken the last frame, so that the next one
    /// can be drawn; if nothing was presented in an iteration, the next value comes after 16 ms. The sequence ends when the app is
    /// requested to end. Read events inside the loop with <see cref="TryReadEvent"/>; they stay queued until then.
    /// <c>foreach (var time in client.Frames()) { … using var frame = client.BeginFrame(); … frame.Present(); }</c>
    /// </summary>
    /// <returns>The time since the loop began.</returns>
    public IEnumerable<TimeSpan> Frames()
    {
        const int idleMs = 16;
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var next = 0L;
        while (!_closing)
        {
            _memory.Check();
            OfferAgain();
            RunCallbacks();
            if (FollowDesiredSize())
                _local.Enqueue(new ClientResized(Width, Height));
            var now = Environment.TickCount64;
            if (CanBeginFrame && now >= next)
            {
                var presented = _presented;
                yield return clock.Elapsed;
                next = _presented == presented ? now + idleMs : 0;
            }
            else
            {
                Note(_link.Sleep(SleepMilliseconds(next > now ? next : now + PatienceMs)));
            }
        }
    }

    private bool FollowDesiredSize()
    {
        int w = _memory.Load(_abi.DesiredWidth), h = _memory.Load(_abi.DesiredHeight);
        if ((w == Width && h == Height) || w is < 1 or > ClientState.MaxSide
            || h is < 1 or > ClientState.MaxSide || _drawing || !CanBeginFrame)
            return false;
        _memory.Flip = FlipState.Initializing;
        try
        {
            _memory.SetSize(w, h);
        }
        catch (MmmException) // no space: keep the old size, and throw once
        {
            _memory.SetSize(Width, Height);
            throw;
        }
        finally
        {
            _memory.Flip = FlipState.Neutral;
        }
        _link.Ring();
        return true;
    }

    // Turns a change of the connection into an event. Returns true if the host is gone, so that no frame will be taken.
    private bool Note(HostLink.Change change)
    {
        if (change == HostLink.Change.Gone && _endsWithHost)
            Close(); // as when the user closes the host's window
        else if (change != HostLink.Change.None)
            _local.Enqueue(change == HostLink.Change.Gone ? new HostDisconnected() : new HostConnected());
        return change == HostLink.Change.Gone;
    }
}
