using FbHost.Loop;
using FbHost.Screens;
using Mmm;
using Mmm.Linux;

namespace FbHost.Clients;

/// <summary>
/// When a client is looked at, and what is done then: its frame, its values, its messages. Bell clients are looked at when they ring, the
/// others by a timer whose rate follows use.
/// </summary>
internal sealed class ClientTurns
{
    private const int FastPollMs = 4, SlowPollMs = 20, FastPolls = 125; // 4 ms for half a second after use, then 50 a second
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

    /// <summary>A served client is looked at: its sound may have begun.</summary>
    public event Action<ClientSession>? Looked;

    /// <summary>A client's file or its message ring cannot be used: why.</summary>
    public event Action<ClientSession, string>? Broken;

    /// <summary>A client's bell was hung up.</summary>
    public event Action<ClientSession>? HungUp;

    /// <summary>A client is served from now on.</summary>
    public void Begin(ClientSession session)
    {
        session.File!.CaughtUp = () => _loop.Post(() => Resume(session));
        session.Polls = 0;
        if (session.Bell is null)
            session.Timer.After(0);
        else
            session.Timer.Cancel();
        Arm(session);
    }

    /// <summary>Gives a client a bell, and its first turn by it.</summary>
    public void Connect(ClientSession session)
    {
        session.Timer.Cancel();
        Arm(session);
        Sys.Send(session.Bell!.Fd, Bell.Ok);
        Look(session);
    }

    /// <summary>The client may have drawn, moved, spoken or queued sound.</summary>
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

    // The client may have asked for other events.
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
            session.Timer.NoLaterThan(EventLoop.Now + FastPollMs * 1_000_000L);
        if (fault is not null)
            Broken?.Invoke(session, session.FileFault ?? fault);
        if (session is { Phase: Phase.Serving, StackWish: { } toTop, Picture: not null })
            Restack(session, toTop);
    }

    // One that wants to be raised and lowered all the time is, once a frame.
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
    /// A client's timer has come. One that draws as fast as it is let rings too early each time: it is looked at when its next frame is
    /// due, and its bell is heard again once it has none then. That is one wake-up a frame and not two.
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
            session.Polls++;
        }
        if (session.Phase == Phase.Serving)
            Arm(session);
    }

    /// <summary>A client has rung, or hung up.</summary>
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

    // What the client was told is in its file only now: it was rung too early.
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
        session.Polls = 0;
        if (session.Bell is { } bell)
            bell.Ring();
        else
            session.Timer.NoLaterThan(EventLoop.Now + FastPollMs * 1_000_000L);
    }

    /// <summary>Lets a client's one timer run for whatever comes first.</summary>
    public static void Arm(ClientSession session)
    {
        session.Timer.NoLaterThan(session.ProcessCheckNs);
        if (session.Phase != Phase.Serving)
            return;
        var now = EventLoop.Now;
        if (session.Bell is null)
            session.Timer.NoLaterThan(now + (session.Polls < FastPolls ? FastPollMs : SlowPollMs) * 1_000_000L);
        else if (session.Bell.MutedUntilNs > 0)
            session.Timer.NoLaterThan(session.Bell.MutedUntilNs);
        if (session.RetryMs > 0)
            session.Timer.NoLaterThan(now + session.RetryMs * 1_000_000L);
    }
}
