using FbHost.Loop;
using FbHost.Screens;
using Mmm;
using Mmm.Host;
using Mmm.Linux;

namespace FbHost.Clients;

/// <summary>
/// Who is there: finds client files, serves them, and lets go of them. Bell clients are looked at when they ring, the others by a timer whose
/// rate follows use. Every number in a client's file may be a lie; a broken client is dropped with one line and harms nobody else.
/// </summary>
internal sealed partial class ClientTable : IDisposable
{
    private const int MostClients = 128;
    private const int FastPollMs = 4, SlowPollMs = 20, FastPolls = 125; // 4 ms for half a second after use, then 50 a second
    private const int PendingProbes = 100;
    private const int OpenRetryMs = 100;
    private const long GraceMs = 1000; // for a pid that does not exist here: its bell may still tell the right one
    private readonly EventLoop _loop;
    private readonly Screen _screen;
    private readonly HostLog _log;
    private readonly Dictionary<string, ClientSession> _sessions = [];
    private readonly List<ClientSession> _stack = []; // serving, in order of focus: the last one has it
    private bool _saidTooMany;
    private bool _leftOut; // files that were not considered for want of room

    public ClientTable(EventLoop loop, Screen screen, HostLog log, string directory, IReadOnlySet<string> allowedMessages)
    {
        (_loop, _screen, _log, Directory, _allowedMessages) = (loop, screen, log, directory, allowedMessages);
        screen.Display.Ready += LookAtWaiting;
    }

    public string Directory { get; }

    /// <summary>All clients that are served; the last one has the focus.</summary>
    public IReadOnlyList<ClientSession> Serving => _stack;

    /// <summary>Gets the keys: the newest client, or the one raised last. Null: nobody is there.</summary>
    public ClientSession? Focus => _stack.Count > 0 ? _stack[^1] : null;

    /// <summary>A client's picture is shown for the first time.</summary>
    public event Action<ClientSession>? FirstFrame;

    /// <summary>A client that was served is gone or dropped.</summary>
    public event Action<ClientSession>? Gone;

    /// <summary>A client that was served has ended: its process, bell or file is gone.</summary>
    public event Action<ClientSession>? Ended;

    /// <summary>A broken client is no longer served.</summary>
    public event Action? Dropped;

    /// <summary>A frame is on the screen.</summary>
    public event Action? FrameShown;

    /// <summary>A served client is looked at: its sound may have begun.</summary>
    public event Action<ClientSession>? Looked;

    /// <summary>A client sent a message.</summary>
    public event Action<ClientSession, string>? MessageReceived;

    /// <summary>A name in the directory appeared or changed, or a bell speaks for it.</summary>
    public ClientSession? Consider(string name)
    {
        if (!Rendezvous.IsClientName(name))
            return null;
        if (!_sessions.TryGetValue(name, out var session))
        {
            if (_sessions.Count >= MostClients)
            {
                if (!_saidTooMany)
                    _log.Warn($"{Directory}: more than {MostClients} files; {name} and further ones are not served");
                _saidTooMany = _leftOut = true;
                return null;
            }
            session = new ClientSession(name, IdentityOf(name));
            session.Timer = _loop.CreateTimer(() => OnTimer(session));
            _sessions.Add(name, session);
        }
        if (session.Phase == Phase.Pending)
            Probe(session);
        return session;
    }

    // Opens and identifies a file; a file that is not a client yet is looked at again, ever less often, then only when something happens to it.
    private void Probe(ClientSession session)
    {
        if (session.File is null)
        {
            var (outcome, file, reason) = ClientFile.Open(_directory, session.FileName);
            if (outcome == OpenOutcome.TryLater)
            {
                if (session.Said.Add("open"))
                    _log.AboutClient($"{session.FileName} cannot be opened: {reason}; trying again");
                session.Timer!.After(OpenRetryMs);
                return;
            }
            if (file is null)
            {
                Ignore(session, outcome == OpenOutcome.Gone ? null : $"{session.FileName} is not served: {reason}, not a client file");
                return;
            }
            session.File = file;
        }
        if (session.File.TryIdentify(out var fault))
        {
            Serve(session, session.File.Pid);
            return;
        }
        if (fault is not null)
            Ignore(session, $"{session.FileName} is not served: {fault}");
        else if (session.Polls++ < PendingProbes)
            session.Timer!.After(Math.Min(session.Polls, 100));
        else if (session.Said.Add("pending"))
            _log.AboutClient($"{session.FileName} is not a client yet ({session.File.Length:N0} bytes, no pid); it is looked at when it changes");
    }

    private void Ignore(ClientSession session, string? why)
    {
        session.File?.Dispose();
        session.File = null;
        session.Timer!.Cancel();
        session.Phase = Phase.Ignored;
        if (why is null)
            Forget(session);
        else
            _log.AboutClient(why);
    }

    private void Serve(ClientSession session, int pid)
    {
        session.Pid = pid;
        var pidFd = Sys.PidFdOpen(pid);
        if (pidFd == -Tmds.Linux.LibC.ESRCH && session.Bell < 0)
        {
            AwaitBell(session);
            return;
        }
        session.Phase = Phase.Serving;
        session.PidFd = pidFd;
        if (pidFd >= 0)
            session.PidWatch = _loop.Add(pidFd, _ => End(session, deleteFile: true));
        session.File!.SetValue("host-width", _screen.Display.Width.ToString());
        session.File.SetValue("host-height", _screen.Display.Height.ToString());
        session.Events ??= new EventQueue(session.File);
        _stack.Add(session);
        TellFocus();
        session.Polls = 0;
        if (session.Bell < 0)
            session.Timer!.After(0);
        else
            session.Timer!.Cancel();
    }

    // The pid does not exist here: either the client is gone, or it is that of another pid namespace and a bell will tell the right one.
    private void AwaitBell(ClientSession session)
    {
        session.GoneNs = Math.Min(session.GoneNs, EventLoop.Now + GraceMs * 1_000_000);
        if (EventLoop.Now < session.GoneNs)
        {
            session.Timer!.At(session.GoneNs);
            return;
        }
        session.File!.Delete();
        Forget(session);
    }

    private void OnTimer(ClientSession session)
    {
        if (session.Phase == Phase.Pending)
        {
            Probe(session);
            return;
        }
        if (session.Phase != Phase.Serving)
            return;
        Retry(session);
        if (session.Phase != Phase.Serving)
            return;
        if (session.BellWatch is { IsMuted: true })
        {
            LookAtMuted(session);
            return;
        }
        Look(session);
        if (session.Phase == Phase.Serving && session.Bell < 0)
            session.Timer!.NoLaterThan(EventLoop.Now + (session.Polls++ < FastPolls ? FastPollMs : SlowPollMs) * 1_000_000L);
    }

    // A client that draws as fast as it is let rings too early each time: it is looked at when its next frame is due, and its bell is heard again
    // once it has none then. That is one wake-up a frame and not two.
    private void LookAtMuted(ClientSession session)
    {
        if (!TakeRings(session, out _))
            return;
        var frames = session.Frames;
        Look(session);
        if (session.Phase != Phase.Serving || session.Timer!.IsRunning)
            return;
        if (session.Frames > frames)
            session.Timer.At(session.NextFrameNs);
        else
            session.BellWatch!.Mute(false);
    }

    /// <summary>The client may have drawn, moved, spoken or queued sound.</summary>
    public void Look(ClientSession session)
    {
        var file = session.File!;
        if (!file.Refresh())
        {
            Drop(session, $"its file ends at {file.Length:N0} bytes, inside its headers");
            return;
        }
        var state = file.State;
        switch (state.Flip)
        {
            // Flipping is only ever left behind by a host that ended: this one does not come here while it copies.
            case FlipState.WaitFlip or FlipState.Flipping when EventLoop.Now < session.NextFrameNs:
                session.Timer!.NoLaterThan(session.NextFrameNs); // what else there is can wait as long
                session.BellWatch?.Mute(true);
                return;
            case FlipState.WaitFlip or FlipState.Flipping when _screen.Display.IsBusy:
                session.WaitsForDisplay = true;
                break;
            case FlipState.WaitFlip or FlipState.Flipping:
                TakeFrame(session, state);
                break;
            case FlipState.Neutral when session.Layer?.Differs(state) == true:
                Place(session, state);
                break;
        }
        if (session.Phase == Phase.Serving)
            Follow(session);
        if (session.Phase == Phase.Serving)
            TakeMessages(session);
        if (session.Phase == Phase.Serving)
            Looked?.Invoke(session);
    }

    private void LookAtWaiting()
    {
        while (_stack.Find(s => s.WaitsForDisplay) is { } session && !_screen.Display.IsBusy)
        {
            session.WaitsForDisplay = false;
            Look(session);
        }
    }

    private void TakeFrame(ClientSession session, ClientState state)
    {
        var now = EventLoop.Now;
        var pace = _screen.Display.FrameNs;
        session.NextFrameNs = Math.Max(session.NextFrameNs + pace, now + pace / 2);
        session.LastFrameNs = now;
        session.Polls = 0;
        if (!session.File!.BeginFlip())
        {
            Drop(session, "its file cannot be written");
            return;
        }
        if (session.Layer is null || session.Layer.Differs(state))
        {
            Place(session, state);
            session.Layer?.TakeExposed(); // not painted out of turn: the client waits
        }
        else // as it was checked when it was placed; if the file has been cut short since, its pixels cannot be read
            _screen.Paint(session.Layer, state.DamageInside().Union(session.Layer.TakeExposed()));
        DropFailed();
        if (session.Phase != Phase.Serving)
            return;
        session.File.EndFlip();
        Ring(session);
        FrameShown?.Invoke();
        if (++session.Frames == 1)
            FirstFrame?.Invoke(session);
    }

    // Shows a picture at a new place, or with a new geometry.
    private void Place(ClientSession session, in ClientState state)
    {
        if (state.Fault(session.File!.Length) is { } fault)
        {
            Drop(session, fault);
            return;
        }
        if (session.File.UnknownPixelFormat is { } format && session.Said.Add("format"))
            _log.AboutClient($"{session.DisplayName} (pid {session.Pid}) has the pixel format \"{format}\", which is not known; it is shown as B,G,R,A");
        if (session.Layer is { } layer)
        {
            var before = layer.Bounds;
            layer.Update(state);
            _screen.Repaint(before);
            _screen.Repaint(layer.Bounds);
        }
        else
        {
            session.Layer = new Layer(session.File);
            session.Layer.Update(state);
            _log.AboutClient($"{session.DisplayName} (pid {session.Pid}): {state.Width}x{state.Height}, {(session.Bell >= 0 ? "bell" : "polled")}");
            _screen.Add(session.Layer);
            WriteStacking();
        }
        Arranged?.Invoke();
    }

    /// <summary>Puts a client before all others and gives it the focus, or behind them.</summary>
    public void Restack(ClientSession session, bool toTop)
    {
        _stack.Remove(session);
        _stack.Insert(toTop ? _stack.Count : 0, session);
        if (session.Layer is { } layer)
            _screen.Restack(layer, toTop);
        WriteStacking();
        TellFocus();
        Arranged?.Invoke();
    }

    private void WriteStacking()
    {
        foreach (var session in _stack)
        {
            if (session.Layer is { } layer)
                session.File!.SetZ(_screen.Layers.ToList().IndexOf(layer));
        }
    }

    /// <summary>The client whose picture is uppermost at a pixel of the screen.</summary>
    public ClientSession? At(int x, int y)
    {
        if (_screen.At(x, y) is not { } layer)
            return null;
        foreach (var session in _stack) // for each motion: no delegate
        {
            if (session.Layer == layer)
                return session;
        }
        return null;
    }

    /// <summary>Drops clients whose pixels could not be read while something was painted; called before the loop sleeps.</summary>
    public void DropFailed()
    {
        while (_stack.Find(s => s.Layer is { Failed: true }) is { } session)
        {
            Drop(session, session.Layer!.State.Fault(session.File!.Length) ?? "its pixels cannot be read");
        }
    }

    // A file that was cut short fails first wherever it is looked at next: the reason is its length.
    private static string? FileFault(ClientSession session) => session.File!.State.Fault(session.File.Length);

    /// <summary>Stops serving a broken client. Its file is left until its process ends.</summary>
    private void Drop(ClientSession session, string why)
    {
        if (session.Phase != Phase.Serving)
            return;
        var name = session.DisplayName == session.FileName ? session.FileName : $"{session.DisplayName} {session.FileName}";
        _log.AboutClient($"client {name} (pid {session.Pid}) dropped: {why}");
        session.Dropped = session.File;
        session.File = null;
        Release(session);
        session.Phase = Phase.Ignored;
        Dropped?.Invoke();
        Gone?.Invoke(session);
    }

    /// <summary>The client's process, bell or file is gone.</summary>
    private void End(ClientSession session, bool deleteFile)
    {
        if (deleteFile)
            (session.File ?? session.Dropped)?.Delete();
        var served = session.Phase == Phase.Serving;
        var wasClient = served || session.PidFd >= 0;
        Release(session);
        Forget(session);
        if (served)
            Gone?.Invoke(session);
        if (wasClient)
            Ended?.Invoke(session);
    }

    private void Release(ClientSession session)
    {
        _stack.Remove(session);
        CloseBell(session);
        var layer = session.Layer;
        (session.Layer, session.Events) = (null, null);
        session.Timer!.Cancel();
        if (layer is not null)
            _screen.Remove(layer);
        session.File?.Dispose();
        session.File = null;
        TellFocus();
        Arranged?.Invoke();
    }

    private void Forget(ClientSession session)
    {
        session.PidWatch?.Dispose();
        Sys.Close(session.PidFd);
        session.PidFd = -1;
        session.PidWatch = null;
        session.File?.Dispose();
        session.Dropped?.Dispose();
        (session.File, session.Dropped) = (null, null);
        session.Phase = Phase.Ignored;
        _loop.Remove(session.Timer!);
        if (_sessions.TryGetValue(session.FileName, out var current) && current == session)
            _sessions.Remove(session.FileName);
        if (_leftOut && !_roomTimer!.IsRunning)
            _roomTimer.After(RoomMs);
    }

    public void Dispose()
    {
        foreach (var session in _sessions.Values)
        {
            CloseBell(session);
            session.File?.Dispose();
            session.Dropped?.Dispose();
            Sys.Close(session.PidFd);
        }
        CloseRendezvous();
    }
}
