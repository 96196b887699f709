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
    /// All events, one by one, sleeping between them; ends when the app is told to (SIGTERM, SIGINT or <see cref="Close"/>).
    /// </summary>
    public IEnumerable<MmmEvent> Events()
    {
        while (WaitEvent(Timeout.InfiniteTimeSpan) is { } e and not QuitRequested)
            yield return e;
    }

    /// <summary>As <see cref="Events"/>, for async code: the waiting happens on a thread of the pool.</summary>
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
    /// The next event, or null when none came within that time. <see cref="Timeout.InfiniteTimeSpan"/> waits without end.
    /// </summary>
    public MmmEvent? WaitEvent(TimeSpan timeout)
    {
        var deadline = timeout == Timeout.InfiniteTimeSpan
            ? long.MaxValue
            : Environment.TickCount64 + (long)Math.Ceiling(timeout.TotalMilliseconds);
        while (true)
        {
            if (TryTake(out var e))
                return e;
            if (_closing) // Quit was read before, perhaps by an inner loop: the outer ones end too
                return new QuitRequested();
            if (Environment.TickCount64 >= deadline)
                return TryReadEvent(out e) ? e : null;
            Note(_link.Sleep(SleepMilliseconds(deadline)));
        }
    }

    // While a queue of samples waits for room without a bell, or for a ring, the audio's own time counts too.
    private int SleepMilliseconds(long deadline)
    {
        var until = Math.Min(deadline == long.MaxValue ? int.MaxValue : deadline - Environment.TickCount64, _audio.NextPumpMilliseconds);
        return until >= int.MaxValue ? -1 : (int)Math.Max(until, 0);
    }

    /// <summary>The next event if there is one. Never blocks.</summary>
    public bool TryReadEvent([NotNullWhen(true)] out MmmEvent? e)
    {
        if (TryTake(out e))
            return true;
        Note(_link.Sleep(0)); // takes the rings that made PollHandle readable; something may have come with them
        return TryTake(out e);
    }

    private bool TryTake([NotNullWhen(true)] out MmmEvent? e)
    {
        e = null;
        _memory.Check();
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
        // By turns: neither a fast timer nor a flood of events keeps the other away.
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

    // What others have posted so far, the timers, the sound. Each action is taken before it runs, so one that throws is not run again.
    private void RunCallbacks()
    {
        for (var there = _posted.Count; there > 0 && _posted.TryDequeue(out var action); there--)
            action();
        if (!_posted.IsEmpty)
            _link.Wake(); // posted by an action, or just now: after what else there is
        _timers.RunCallbacks();
        _audio.Pump();
    }

    private bool HasEventText => Memory.LoadIndex(_abi.Events.Read) != _memory.LoadIndex(_abi.Events.Write);

    /// <summary>The next event of the host as its raw text. Returns its length, or -1 when there is none. Allocates nothing.</summary>
    /// <param name="to">At least 128 bytes.</param>
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
    /// One value each time the host has taken the last frame, at the screen's pace, or 16 ms after one for which nothing was presented;
    /// ends when the app is told to. Events stay queued for <see cref="TryReadEvent"/>. For animations: <c>foreach (var _ in
    /// client.Frames()) { … using var frame = client.BeginFrame(); … frame.Present(); }</c>
    /// </summary>
    public IEnumerable<TimeSpan> Frames()
    {
        const int idleMs = 16, lookAgainMs = 150;
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var next = 0L;
        while (!_closing)
        {
            _memory.Check();
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
                Note(_link.Sleep(SleepMilliseconds(next > now ? next : now + lookAgainMs)));
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
        catch (MmmException) // no space: stay as we are, and say it once
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

    // Turns what the link saw into events. True: the host is gone, so nobody will take a frame.
    private bool Note(HostLink.Change change)
    {
        if (change != HostLink.Change.None)
            _local.Enqueue(change == HostLink.Change.Gone ? new HostDisconnected() : new HostConnected());
        return change == HostLink.Change.Gone;
    }
}
