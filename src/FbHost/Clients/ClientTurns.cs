using FbHost.Loop;
using FbHost.Screens;
using Mmm.Protocol;
using Mmm;
using Mmm.Linux;

namespace FbHost.Clients;

/// <summary>
/// Decides when the host handles a client, and handles it: its frame, its values and its messages. A client with a bell is handled when it
/// rings. A client without one is polled by a timer (<see cref="PollRhythm"/>).
/// </summary>
internal sealed class ClientTurns
{
    private const int SoonMs = 4; // for clients without a bell, and for messages that are left
    private readonly EventLoop _loop;
    private readonly Screen _screen;
    private readonly ClientEvents _events;
    private readonly ClientStack _stack;
    private readonly ClientMessages _messages;
    private readonly ClientFrames _frames;

    public ClientTurns(
        EventLoop loop, Screen screen, ClientEvents events, ClientStack stack, ClientMessages messages, ClientFrames frames)
    {
        (_loop, _screen, _events, _stack, _messages, _frames) = (loop, screen, events, stack, messages, frames);
        events.Sent += Wake;
        frames.Due += Look;
    }

    /// <summary>A served client has been handled: its sound may have begun.</summary>
    public event Action<ClientSession>? Looked;

    /// <summary>A client's file or its message ring cannot be used; the text is the reason.</summary>
    public event Action<ClientSession, string>? Broken;

    /// <summary>A client has closed its end of the bell.</summary>
    public event Action<ClientSession>? HungUp;

    /// <summary>Begins to handle a client that is served from now on.</summary>
    public void Begin(ClientSession session)
    {
        session.File!.CaughtUp = () => _loop.Post(() => Resume(session));
        session.Rhythm.Wake();
        if (session.Bell is null)
            session.Timer.After(0);
        else
            session.Timer.Cancel();
        Arm(session);
    }

    /// <summary>Confirms a client's new bell and handles the client for the first time through it.</summary>
    public void Connect(ClientSession session)
    {
        session.Timer.Cancel();
        Arm(session);
        Sys.Send(session.Bell!.Fd, Bell.Ok);
        Look(session);
    }

    /// <summary>Handles a client: it may have drawn, moved, sent messages or queued sound.</summary>
    public void Look(ClientSession session)
    {
        var file = session.File!;
        if (!file.Refresh())
        {
            Broken?.Invoke(session, $"its file ends at {file.Length:N0} bytes, inside its headers");
            return;
        }
        _frames.Look(session);
        if (session.Phase == Phase.Serving)
            Follow(session);
        if (session.Phase == Phase.Serving)
            TakeMessages(session);
        if (session.Phase == Phase.Serving)
            Looked?.Invoke(session);
    }

    // Reads the client's values: it may have requested other events.
    private void Follow(ClientSession session)
    {
        session.File!.RefreshValues();
        if (session.File.Kinds == session.Asked)
            return;
        session.Asked = session.File.Kinds;
        _stack.TellFocus();
    }

    private void TakeMessages(ClientSession session)
    {
        if (_messages.Take(session, out var fault))
            session.Timer.NoLaterThan(EventLoop.Now + SoonMs * 1_000_000L);
        if (fault is not null)
            Broken?.Invoke(session, session.FileFault ?? fault);
        if (session is { Phase: Phase.Serving, StackWish: { } toTop, Picture: not null })
            Restack(session, toTop);
    }

    // A client that asks continuously to be raised or lowered is moved at most once a frame.
    private void Restack(ClientSession session, bool toTop)
    {
        if (EventLoop.Now < session.NextRestackNs)
        {
            session.Timer.NoLaterThan(session.NextRestackNs);
            return;
        }
        session.NextRestackNs = EventLoop.Now + _screen.Display.FrameNs;
        session.StackWish = null;
        _stack.Restack(session, toTop);
    }

    /// <summary>
    /// Called when a client's timer has elapsed. A client that draws as fast as the host allows rings too early each time. Its bell is
    /// therefore muted until its next frame is due, when the timer handles the client. If there is no new frame then, the bell is unmuted.
    /// So each frame costs one wake-up instead of two.
    /// </summary>
    public void OnTimer(ClientSession session)
    {
        _events.Retry(session);
        if (session is { Phase: Phase.Serving, Bell: { MutedUntilNs: > 0 } bell } && EventLoop.Now >= bell.MutedUntilNs)
        {
            if (!bell.TakeRings())
            {
                HungUp?.Invoke(session);
                return;
            }
            var untilNs = bell.MutedUntilNs;
            var hadFrame = session.HasFrameTaken;
            Look(session);
            if (session.Phase != Phase.Serving || session.Bell != bell)
                return;
            if (session.HasFrameTaken && !hadFrame)
                bell.Mute(session.NextFrameNs);
            else if (bell.MutedUntilNs == untilNs)
                bell.Unmute();
        }
        else if (session is { Phase: Phase.Serving, Bell: null })
        {
            Look(session);
        }
        if (session.Phase == Phase.Serving)
            Arm(session);
    }

    /// <summary>Called when a client has rung or hung up.</summary>
    public void OnRing(ClientSession session)
    {
        var bell = session.Bell!;
        if (!bell.TakeRings())
        {
            HungUp?.Invoke(session);
            return;
        }
        _events.Retry(session);
        if (session.Phase == Phase.Serving)
            Look(session);
        if (session.Phase != Phase.Serving || session.Bell != bell || bell.FloodUntilNs <= EventLoop.Now)
            return;
        bell.Mute(bell.FloodUntilNs);
        Arm(session);
    }

    // Writes to the client's file were delayed and have completed only now, so the ring for them came too early: the client is woken again.
    private void Resume(ClientSession session)
    {
        if (session.Phase != Phase.Serving)
            return;
        session.Bell?.Ring();
        _events.Retry(session);
        if (session.Phase == Phase.Serving)
            Look(session);
    }

    private static void Wake(ClientSession session)
    {
        session.Rhythm.Wake();
        if (session.Bell is { } bell)
            bell.Ring();
        else
            session.Timer.NoLaterThan(EventLoop.Now + SoonMs * 1_000_000L);
    }

    /// <summary>Sets a client's one timer to the earliest time at which it has something to do.</summary>
    public static void Arm(ClientSession session)
    {
        session.Timer.NoLaterThan(session.ProcessCheckNs);
        if (session.Phase != Phase.Serving)
            return;
        var now = EventLoop.Now;
        if (session.Bell is null)
            session.Timer.NoLaterThan(session.Rhythm.Next(now, session.NextFrameNs));
        else if (session.Bell.MutedUntilNs > 0)
            session.Timer.NoLaterThan(session.Bell.MutedUntilNs);
        if (session.RetryMs > 0)
            session.Timer.NoLaterThan(now + session.RetryMs * 1_000_000L);
    }
}
