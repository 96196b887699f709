using FbHost.Loop;
using FbHost.Screens;
using Mmm.Protocol;
using Mmm;
using Mmm.Hosting;

namespace FbHost.Clients;

/// <summary>
/// Decides whose frame is taken and when: at most one frame per client and refresh of the screen. A frame that is taken becomes damage on
/// the screen. When that damage is painted, the picture is returned to the client, which may draw again.
/// </summary>
internal sealed class ClientFrames
{
    private readonly Screen _screen;
    private readonly ClientStack _stack;
    private readonly ClientMessages _messages;
    private readonly HostLog _log;
    private readonly List<ClientSession> _taken = [];
    private readonly List<ClientSession> _waiting = []; // have a frame that waits for the display

    public ClientFrames(Screen screen, ClientStack stack, ClientMessages messages, HostLog log)
    {
        (_screen, _stack, _messages, _log) = (screen, stack, messages, log);
        screen.Display.Ready += LookAtWaiting;
    }

    /// <summary>A client's first frame has been shown.</summary>
    public event Action<ClientSession>? FirstFrame;

    /// <summary>A client's frame has been shown.</summary>
    public event Action? FrameShown;

    /// <summary>The display accepts frames again, and this client has one.</summary>
    public event Action<ClientSession>? Due;

    /// <summary>A client's picture or file cannot be used; the text is the reason.</summary>
    public event Action<ClientSession, string>? Broken;

    /// <summary>
    /// Takes the frame that a client has finished, or moves its picture to another place. Call it after the client's state was read.
    /// </summary>
    public void Look(ClientSession session)
    {
        var state = session.File!.State;
        // A state of Flipping was left by a previous host that ended: this host does not call the method while it copies.
        var hasFrame = state.Flip is FlipState.WaitFlip or FlipState.Flipping && !session.HasFrameTaken;
        if (!hasFrame && !(state.Flip == FlipState.Neutral && session.Picture?.Differs(state, _messages.PlaceOf(session, state)) == true))
            return;
        if (EventLoop.Now < session.NextFrameNs)
        {
            session.Timer.NoLaterThan(session.NextFrameNs);
            session.Bell?.Mute(session.NextFrameNs); // all other work for this client can wait as long
        }
        else if (hasFrame && _screen.Display.IsBusy)
        {
            if (!_waiting.Contains(session))
                _waiting.Add(session);
        }
        else if (hasFrame)
        {
            Take(session, state);
        }
        else
        {
            Pace(session);
            Place(session, state);
        }
    }

    private void Pace(ClientSession session)
    {
        var (now, pace) = (EventLoop.Now, _screen.Display.FrameNs);
        session.NextFrameNs = Math.Max(session.NextFrameNs + pace, now + pace / 2);
    }

    private void Take(ClientSession session, in ClientState state)
    {
        Pace(session);
        session.LastFrameNs = EventLoop.Now;
        session.Rhythm.Frame(session.LastFrameNs);
        _messages.AskAgain(session, state);
        if (!session.File!.BeginFlip())
        {
            Broken?.Invoke(session, "its file cannot be written");
            return;
        }
        var isPlaced = session.Picture?.Differs(state, _messages.PlaceOf(session, state)) == false;
        if (!isPlaced && !Place(session, state))
            return;
        // The state was checked when the picture was placed. If the file has been truncated since, reading its pixels fails.
        var damage = session.Picture!.TakeDamage(state);
        _screen.Damage(session.Picture, isPlaced ? damage : session.Picture.Bounds);
        session.HasFrameTaken = true;
        _taken.Add(session);
    }

    /// <summary>Shows a picture at a new place or with a new geometry. Returns false if it cannot be shown.</summary>
    public bool Place(ClientSession session, in ClientState state)
    {
        if (state.Fault(session.File!.Length) is { } fault)
        {
            Broken?.Invoke(session, fault);
            return false;
        }
        if (session.File.UnknownPixelFormat is { } format && session.Said.Add("format"))
            _log.AboutClient($"{session.DisplayName} (pid {session.Pid}) has the pixel format \"{format}\", which is not known; "
                + "it is shown as B,G,R,A");
        var place = _messages.PlaceOf(session, state);
        if (session.Picture is { } picture)
        {
            _screen.Damage(picture.Bounds);
            picture.Update(state, place);
            _screen.Damage(picture.Bounds);
            _stack.Rearranged();
            return true;
        }
        session.Picture = new ClientPicture(session.File);
        session.Picture.Update(state, place);
        var way = session.Bell is null ? "polled" : "bell";
        _log.AboutClient($"{session.DisplayName} (pid {session.Pid}): {state.Width}x{state.Height}, {way}");
        _stack.Add(session);
        return true;
    }

    /// <summary>Returns the painted frames to their clients. Called after the screen was painted.</summary>
    public void GiveBack()
    {
        for (var i = 0; i < _taken.Count; i++)
        {
            var session = _taken[i];
            if (!session.HasFrameTaken || session.Picture is not { Failed: false })
                continue;
            session.HasFrameTaken = false;
            session.File!.EndFlip();
            session.Bell?.Ring();
            FrameShown?.Invoke();
            if (++session.Frames == 1)
                FirstFrame?.Invoke(session);
        }
        _taken.Clear();
    }

    /// <summary>Reports as broken the clients whose pixels could not be read during painting.</summary>
    public void ReportFailed()
    {
        for (var i = _stack.Order.Count - 1; i >= 0; i--)
        {
            if (i < _stack.Order.Count && _stack.Order[i] is { Picture.Failed: true } session)
                Broken?.Invoke(session, session.Picture!.State.Fault(session.File!.Length) ?? "its pixels cannot be read");
        }
    }

    private void LookAtWaiting()
    {
        while (_waiting.Count > 0 && !_screen.Display.IsBusy)
        {
            var session = _waiting[0];
            _waiting.RemoveAt(0);
            if (session.Phase == Phase.Serving)
                Due?.Invoke(session);
        }
    }
}
