using FbHost.Loop;
using FbHost.Screens;
using Mmm;
using Mmm.Host;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Clients;

/// <summary>
/// Who is there: finds client files, serves them, and lets go of them. Bell clients are looked at when they ring, the others by a timer whose
/// rate follows use. Every number in a client's file may be a lie; a broken client is dropped with one line and harms nobody else.
/// </summary>
internal sealed class ClientTable : IDisposable
{
    private const int FastPollMs = 4, SlowPollMs = 20, FastPolls = 125; // 4 ms for half a second after use, then 50 a second
    private const int PendingProbes = 100, LastProbeMs = 100;
    private const int FirstOpenRetryMs = 10, LastOpenRetryMs = 1000;
    private const long GraceMs = 1000; // for a pid that does not exist here: its bell may still tell the right one
    private const long ProcessCheckMs = 1000; // for a process without a pidfd
    private const long RoomMs = 100;
    private const int DeletionMs = 1000; // at the end: a client may hold one for ever
    private const int MostSettlements = 8;
    private readonly EventLoop _loop;
    private readonly Screen _screen;
    private readonly HostLog _log;
    private readonly ClientDirectory _directory;
    private readonly ClientQuota _quota = new();
    private readonly SeenClients _seen;
    private readonly Dictionary<string, ClientSession> _sessions = [];
    private readonly List<ClientSession> _serving = []; // oldest first
    private readonly List<Task> _deletions = [];
    private readonly LoopTimer _roomTimer;
    private bool _leftOut; // files that were not considered for want of room

    /// <param name="loop">Runs the timers.</param>
    /// <param name="screen">Shows the clients' pictures.</param>
    /// <param name="log">Gets one line a fact.</param>
    /// <param name="directory">Where the clients are.</param>
    /// <param name="seen">The clients that were seen alive, over the host's end.</param>
    /// <param name="allowedMessages">Words that all clients may use.</param>
    public ClientTable(
        EventLoop loop, Screen screen, HostLog log, ClientDirectory directory, SeenClients seen, IReadOnlySet<string> allowedMessages)
    {
        (_loop, _screen, _log, _directory, _seen) = (loop, screen, log, directory, seen);
        Events = new ClientEvents(log);
        Stack = new ClientStack(screen, Events);
        Messages = new ClientMessages(screen, Events, allowedMessages, Find);
        Frames = new ClientFrames(screen, Stack, Messages, log);
        Events.Broken += session => Drop(session, FileFault(session) ?? session.File!.EventFault());
        Events.Sent += Wake;
        Frames.Broken += Drop;
        Frames.Due += Look;
        _roomTimer = loop.CreateTimer(() =>
        {
            _leftOut = false; // set again by the first that still finds no room
            directory.Rescan();
        });
        screen.Resized += TellSize;
        directory.Changed += name => Consider(name);
        directory.Left += name =>
        {
            if (_sessions.TryGetValue(name, out var session))
                End(session, deleteFile: false);
        };
        directory.Missed += () =>
        {
            foreach (var session in _sessions.Values.Where(s => !IsStillThere(s)).ToList())
                End(session, deleteFile: false);
        };
    }

    /// <summary>What goes to clients.</summary>
    public ClientEvents Events { get; }

    /// <summary>The clients with a picture in their order, and who has the focus.</summary>
    public ClientStack Stack { get; }

    /// <summary>What clients say.</summary>
    public ClientMessages Messages { get; }

    /// <summary>Whose frame is taken.</summary>
    public ClientFrames Frames { get; }

    /// <summary>Which app of the configuration a process belongs to; null: none.</summary>
    public Func<int, ClientApp?> AppOf { get; set; } = _ => null;

    /// <summary>All clients that are served, those without a picture too.</summary>
    public IReadOnlyList<ClientSession> Serving => _serving;

    /// <summary>The same, bottom first; those without a picture before the others.</summary>
    public IEnumerable<ClientSession> Ordered => _serving.Where(s => s.Picture is null).Concat(Stack.Order);

    /// <summary>A client that was served is gone or dropped.</summary>
    public event Action<ClientSession>? Gone;

    /// <summary>A client that was served has ended: its process, bell or file is gone.</summary>
    public event Action<ClientSession>? Ended;

    /// <summary>A broken client is no longer served.</summary>
    public event Action? Dropped;

    /// <summary>A served client is looked at: its sound may have begun.</summary>
    public event Action<ClientSession>? Looked;

    /// <summary>Picks up the clients that are there, and listens for more.</summary>
    /// <exception cref="MmmException">The directory cannot be used: one line.</exception>
    public void Open()
    {
        _directory.Open(_loop, Greet);
        _directory.Rescan();
        // Clients of a host that ended: shown at once, in the order in which that host had stacked them.
        foreach (var session in _serving.Where(s => s.File!.Refresh()).OrderBy(s => s.File!.State.Z).ToList())
        {
            if (session.File!.State is { Flip: FlipState.Neutral or FlipState.Drawing } state && state.Fault(session.File.Length) is null)
                Frames.Place(session, state);
        }
    }

    /// <summary>A name in the directory appeared or changed, or a bell speaks for it.</summary>
    public ClientSession? Consider(string name)
    {
        if (!Rendezvous.IsClientName(name))
            return null;
        if (_sessions.TryGetValue(name, out var session) && !IsStillThere(session))
        {
            End(session, deleteFile: false);
            session = null;
        }
        session ??= Meet(name);
        // One that was never served may have been refused for something that can change: its mode, its second name.
        if (session is { Phase: Phase.Ignored, WasAlive: false })
            session.Phase = Phase.Pending;
        if (session is { Phase: Phase.Pending })
            Probe(session);
        return session is not null && _sessions.ContainsKey(name) ? session : null;
    }

    private bool IsStillThere(ClientSession session) => _directory.TryFind(session.FileName, out var status) && status.Identity == session.Identity;

    private ClientSession? Meet(string name)
    {
        if (!_directory.TryFind(name, out var status))
            return null;
        if (!_quota.MayMeet(_sessions.Values, status.Owner, out var forgotten))
        {
            LeaveOut($"{_directory.Path}: more than {ClientQuota.MostFiles} files are looked at; {name} and further ones are not served");
            return null;
        }
        if (forgotten is not null)
            Forget(forgotten);
        ClientSession? session = null;
        session = new ClientSession(name, status.Identity, status.Owner, _loop.CreateTimer(() => OnTimer(session!)));
        _sessions.Add(name, session);
        return session;
    }

    private void LeaveOut(string why)
    {
        if (!_leftOut && _quota.Said.Add(why.Split(';')[0]))
            _log.Warn(why);
        _leftOut = true;
    }

    // Opens and identifies a file; a file that is not a client yet is looked at again, ever less often, then only when something happens to it.
    private void Probe(ClientSession session)
    {
        if (session.File is null && !Open(session))
            return;
        if (session.File!.TryIdentify(out var fault))
        {
            Serve(session, session.File.Pid);
            return;
        }
        if (fault is not null)
            Ignore(session, $"{session.FileName} is not served: {fault}");
        else if (session.Polls++ < PendingProbes)
            session.Timer.After(Math.Min(session.Polls, LastProbeMs));
        else if (session.Said.Add("pending"))
            _log.AboutClient($"{session.FileName} is not a client yet ({session.File.Length:N0} bytes, no pid); it is looked at when it changes");
    }

    private bool Open(ClientSession session)
    {
        var (outcome, file, reason) = ClientFile.Open(_directory.Fd, session.FileName);
        session.File = file;
        switch (outcome)
        {
            case OpenOutcome.Gone:
                Forget(session);
                break;
            case OpenOutcome.TryLater:
                if (session.Said.Add("open"))
                    _log.AboutClient($"{session.FileName} cannot be opened: {reason}; trying again");
                session.Polls++;
                session.Timer.After(Math.Min(FirstOpenRetryMs << Math.Min(session.Polls, 10), LastOpenRetryMs));
                break;
            case OpenOutcome.Refused:
                Ignore(session, $"{session.FileName} is not served: {reason}, not a client file");
                break;
        }
        return file is not null;
    }

    private void Ignore(ClientSession session, string why)
    {
        session.File?.Dispose();
        session.File = null;
        session.Timer.Cancel();
        session.Phase = Phase.Ignored;
        if (session.Said.Add(why))
            _log.AboutClient(why);
    }

    private void Serve(ClientSession session, int pid)
    {
        session.Pid = pid;
        session.App = AppOf(pid);
        if (!_quota.MayServe(_serving, session, out var why))
        {
            LeaveOut(why);
            session.Timer.After(RoomMs * 10);
            return;
        }
        var pidFd = Sys.PidFdOpen(pid);
        if (pidFd == -ESRCH && session.Bell is null)
        {
            AwaitBell(session);
            return;
        }
        session.Phase = Phase.Serving;
        session.WasAlive |= pidFd != -ESRCH;
        WatchProcess(session, pidFd);
        TellSize(session);
        session.File!.CaughtUp = () => _loop.Post(() => Resume(session));
        session.Events ??= new EventQueue(session.File);
        _serving.Add(session);
        _seen.Add(session);
        session.Polls = 0;
        if (session.Bell is null)
            session.Timer.After(0);
        else
            session.Timer.Cancel();
        Arm(session);
    }

    private void WatchProcess(ClientSession session, int pidFd)
    {
        session.PidFd = Math.Max(pidFd, -1);
        session.ProcessCheckNs = long.MaxValue;
        if (pidFd >= 0)
            session.PidWatch = _loop.Add(pidFd, _ => End(session, deleteFile: true));
        else if (pidFd != -ESRCH) // no descriptor is left, or the kernel or a filter has not the call: looked after now and then
            session.ProcessCheckNs = EventLoop.Now + ProcessCheckMs * 1_000_000;
    }

    private void UnwatchProcess(ClientSession session)
    {
        session.PidWatch?.Dispose();
        session.PidWatch = null;
        Sys.Close(session.PidFd);
        session.PidFd = -1;
        session.ProcessCheckNs = long.MaxValue;
    }

    // False: the process has ended, and the client with it.
    private bool CheckProcess(ClientSession session)
    {
        if (EventLoop.Now < session.ProcessCheckNs)
            return true;
        var pidFd = Sys.PidFdOpen(session.Pid);
        if (pidFd == -ESRCH || (pidFd < 0 && !Sys.ProcessLives(session.Pid)))
        {
            End(session, deleteFile: true);
            return false;
        }
        WatchProcess(session, pidFd);
        return true;
    }

    // The pid does not exist here: either the client is gone, or it is that of another pid namespace and a bell will tell the right one.
    private void AwaitBell(ClientSession session)
    {
        session.GoneNs = Math.Min(session.GoneNs, EventLoop.Now + GraceMs * 1_000_000);
        if (EventLoop.Now < session.GoneNs)
        {
            session.Timer.At(session.GoneNs);
            return;
        }
        if (session.WasAlive || _seen.Contains(session))
        {
            Delete(session.File);
            Forget(session);
        }
        else
        {
            Ignore(session, $"{session.FileName} is not served: there is no process {session.Pid}; it is left where it is, since nobody has seen it as a client");
        }
    }

    private void TellSize()
    {
        foreach (var session in _serving)
        {
            TellSize(session);
            if (session.IsFullScreen)
                Messages.MakeFullScreen(session);
        }
    }

    /// <summary>Tells the clients that asked for it that nobody can see them, or that somebody can again.</summary>
    public void TellVisibility(bool hidden)
    {
        foreach (var session in _serving)
        {
            session.File!.RefreshValues(); // seldom enough: who asked just now is told too
            if (session.Wants(EventKinds.Visibility))
                Events.To(session)?.Offer(hidden ? EventText.Hidden : EventText.Shown);
        }
    }

    private void TellSize(ClientSession session)
    {
        session.File!.SetValue("host-width", _screen.Display.Width.ToString());
        session.File.SetValue("host-height", _screen.Display.Height.ToString());
    }

    private void OnTimer(ClientSession session)
    {
        switch (session.Phase)
        {
            case Phase.Pending:
                Consider(session.FileName);
                break;
            case Phase.Serving when CheckProcess(session):
                OnServingTimer(session);
                break;
            case Phase.Ignored when CheckProcess(session):
                Arm(session);
                break;
        }
    }

    // A client that draws as fast as it is let rings too early each time: it is looked at when its next frame is due, and its bell is heard again
    // once it has none then. That is one wake-up a frame and not two.
    private void OnServingTimer(ClientSession session)
    {
        Events.Retry(session);
        if (session is { Phase: Phase.Serving, Bell: { MutedUntilNs: > 0 } bell } && EventLoop.Now >= bell.MutedUntilNs)
        {
            if (!bell.TakeRings())
            {
                HangUp(session);
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

    // The session's one timer runs for whatever comes first.
    private static void Arm(ClientSession session)
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

    /// <summary>The client may have drawn, moved, spoken or queued sound.</summary>
    public void Look(ClientSession session)
    {
        var file = session.File!;
        if (!file.Refresh())
        {
            Drop(session, $"its file ends at {file.Length:N0} bytes, inside its headers");
            return;
        }
        Frames.Look(session);
        if (session.Phase == Phase.Serving)
            Follow(session);
        if (session.Phase == Phase.Serving)
            TakeMessages(session);
        if (session.Phase == Phase.Serving)
            Looked?.Invoke(session);
    }

    // What the client was told is in its file only now: it was rung too early.
    private void Resume(ClientSession session)
    {
        if (session.Phase != Phase.Serving)
            return;
        session.Bell?.Ring();
        Events.Retry(session);
        if (session.Phase == Phase.Serving)
            Look(session);
    }

    // The client may have asked for other events.
    private void Follow(ClientSession session)
    {
        session.File!.RefreshValues();
        if (session.File.Kinds == session.Asked)
            return;
        session.Asked = session.File.Kinds;
        Stack.TellFocus();
    }

    private void TakeMessages(ClientSession session)
    {
        if (Messages.Take(session, out var fault))
            session.Timer.NoLaterThan(EventLoop.Now + FastPollMs * 1_000_000L);
        if (fault is not null)
            Drop(session, FileFault(session) ?? fault);
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
        Stack.Restack(session, toTop);
    }

    private static void Wake(ClientSession session)
    {
        session.Polls = 0;
        if (session.Bell is { } bell)
            bell.Ring();
        else
            session.Timer.NoLaterThan(EventLoop.Now + FastPollMs * 1_000_000L);
    }

    /// <summary>
    /// Everything that waits for the end of a turn of the loop: events go into the rings, damage is painted and shown, frames are given back.
    /// Called before the loop sleeps.
    /// </summary>
    public void Settle()
    {
        for (var i = 0; i < MostSettlements; i++) // a client that is dropped on the way leaves damage and moves the focus
        {
            Events.Deliver();
            _screen.Paint();
            _screen.Flush();
            Frames.GiveBack();
            Frames.ReportFailed();
            if (!Events.HasUnsent && !_screen.HasWork)
                return;
        }
        _loop.Post(() => { });
    }

    private string? Greet(string name, BellPeer peer)
    {
        var session = Consider(name);
        var fault = session switch
        {
            null or { Phase: Phase.Ignored } => $"{name} is not a client file that this host serves",
            { File: null } => $"{name} cannot be opened",
            { Bell: not null } => $"{name} has a bell already",
            { File: var file } when file.Owner != peer.User && peer.User != 0 => $"{name} belongs to another user",
            { Phase: Phase.Pending, File.Pid: 0 } => $"{name} has no pid yet; connect when the file is complete",
            _ => null,
        };
        if (fault is not null)
            return fault;
        if (session!.Phase == Phase.Serving && session.Pid != peer.Pid)
        {
            // The header's pid was that of another pid namespace: the kernel knows better.
            UnwatchProcess(session);
            _serving.Remove(session);
            session.Phase = Phase.Pending;
        }
        session.Bell = new ClientBell(_loop, peer.Fd, () => OnRing(session));
        if (session.Phase == Phase.Pending)
            Serve(session, peer.Pid);
        if (session.Phase != Phase.Serving)
        {
            CloseBell(session);
            return null;
        }
        session.Timer.Cancel();
        Arm(session);
        Sys.Send(peer.Fd, Bell.Ok);
        Look(session);
        return null;
    }

    private void OnRing(ClientSession session)
    {
        var bell = session.Bell!;
        if (!bell.TakeRings())
        {
            HangUp(session);
            return;
        }
        Events.Retry(session);
        if (session.Phase == Phase.Serving)
            Look(session);
        if (session.Phase != Phase.Serving || session.Bell != bell || bell.FloodUntilNs <= EventLoop.Now)
            return;
        bell.Mute(bell.FloodUntilNs);
        Arm(session);
    }

    // The bell is only a faster way to look: a client whose process lives is polled from now on, and may come back with another bell.
    private void HangUp(ClientSession session)
    {
        CloseBell(session);
        if (!Lives(session))
        {
            End(session, deleteFile: true);
            return;
        }
        session.Polls = 0;
        session.Timer.NoLaterThan(EventLoop.Now);
    }

    private static void CloseBell(ClientSession session)
    {
        session.Bell?.Dispose();
        session.Bell = null;
    }

    private static bool Lives(ClientSession session) => session.PidFd >= 0 ? !Sys.PollIn(session.PidFd, 0) : Sys.ProcessLives(session.Pid);

    // A file that was cut short fails first wherever it is looked at next: the reason is its length.
    private static string? FileFault(ClientSession session) => session.File!.State.Fault(session.File.Length);

    /// <summary>Stops serving a broken client. Its file is left until its process ends.</summary>
    private void Drop(ClientSession session, string why)
    {
        if (session.Phase != Phase.Serving)
            return;
        var name = session.DisplayName == session.FileName ? session.FileName : $"{session.DisplayName} {session.FileName}";
        _log.AboutClient($"client {name} (pid {session.Pid}) dropped: {why}");
        Release(session);
        session.Phase = Phase.Ignored;
        session.Timer.Cancel();
        Arm(session);
        Dropped?.Invoke();
        Gone?.Invoke(session);
    }

    /// <summary>The client's process, bell or file is gone.</summary>
    private void End(ClientSession session, bool deleteFile)
    {
        if (deleteFile && session.WasAlive)
            Delete(session.File);
        var served = session.Phase == Phase.Serving;
        var wasClient = served || session.WasAlive;
        Release(session);
        Forget(session);
        if (served)
            Gone?.Invoke(session);
        if (wasClient)
            Ended?.Invoke(session);
    }

    private void Release(ClientSession session)
    {
        _serving.Remove(session);
        CloseBell(session);
        session.Events = null;
        session.HasFrameTaken = false;
        Stack.Remove(session);
        session.Picture = null;
    }

    private void Forget(ClientSession session)
    {
        UnwatchProcess(session);
        session.File?.Dispose();
        session.File = null;
        session.Phase = Phase.Ignored;
        session.Timer.Cancel();
        _loop.Remove(session.Timer);
        _seen.Remove(session);
        if (_sessions.TryGetValue(session.FileName, out var current) && current == session)
            _sessions.Remove(session.FileName);
        if (_leftOut && !_roomTimer.IsRunning)
            _roomTimer.After(RoomMs);
    }

    /// <summary>The clients of that title or file name.</summary>
    public IReadOnlyList<ClientSession> Find(string nameOrTitle) => _serving.FindAll(s => s.IsNamed(nameOrTitle));

    /// <summary>That there is no such client, for people.</summary>
    public string NobodyIs(string nameOrTitle)
    {
        var there = string.Join(", ", _serving.Select(c => c.DisplayName));
        return $"no client is named {nameOrTitle}; {(there.Length == 0 ? "there are none" : $"there is {there}")}";
    }

    public void Dispose()
    {
        foreach (var session in _sessions.Values)
        {
            if (session.WasAlive && !Lives(session)) // as apps that were ended just now
            {
                Delete(session.File);
                _seen.Remove(session);
            }
            session.Bell?.Dispose();
            session.PidWatch?.Dispose();
            session.File?.Dispose();
            Sys.Close(session.PidFd);
        }
        _sessions.Clear();
        _serving.Clear();
        Task.WaitAll([.. _deletions], DeletionMs); // the directory may be left empty
    }

    private void Delete(ClientFile? file)
    {
        _deletions.RemoveAll(d => d.IsCompleted);
        if (file is not null)
            _deletions.Add(file.Delete());
    }
}
