using FbHost.Loop;
using FbHost.Screens;
using Mmm.Protocol;
using Mmm;
using Mmm.Hosting;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Clients;

/// <summary>
/// The table of the clients: it serves the clients that are found, and drops them when they end. Any number in a client's file may be
/// wrong. A broken client is dropped with one log line and does not affect the others.
/// </summary>
internal sealed class ClientTable : IDisposable
{
    private const long GraceMs = 1000; // for a pid that does not exist here: its bell may still give the right one
    private const long ProcessCheckMs = 1000; // for a process without a pidfd
    private const long RoomMs = 1000;
    private const int DeletionMs = 1000; // at the end: a client may block a deletion for ever
    private const int MostSettlements = 8;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(1); // for a directory whose lock another process holds
    private readonly EventLoop _loop;
    private readonly Screen _screen;
    private readonly HostLog _log;
    private readonly List<Place> _places = []; // the host's directory first, then those of apps
    private readonly ClientTurns _turns;
    private readonly ClientQuota _quota = new();
    private readonly SeenClients _seen;
    private readonly ClientSizes _sizes;
    private readonly List<ClientSession> _serving = []; // oldest first
    private bool _isOpen;

    private sealed record Place(ClientDirectory Directory, ClientFinder Finder);
    private readonly List<Task> _deletions = [];

    /// <param name="loop">Runs the timers.</param>
    /// <param name="screen">Shows the clients' pictures.</param>
    /// <param name="log">Takes one line for each event.</param>
    /// <param name="directory">The clients' directory.</param>
    /// <param name="seen">The clients that were seen alive, by this host or the previous one.</param>
    /// <param name="allowedMessages">Words that all clients may use.</param>
    public ClientTable(
        EventLoop loop, Screen screen, HostLog log, ClientDirectory directory, SeenClients seen, IReadOnlySet<string> allowedMessages)
    {
        (_loop, _screen, _log, _seen) = (loop, screen, log, seen);
        Events = new ClientEvents(log);
        Stack = new ClientStack(screen, Events);
        Messages = new ClientMessages(screen, Events, allowedMessages, Find);
        Frames = new ClientFrames(screen, Stack, Messages, log);
        _turns = new ClientTurns(loop, screen, Events, Stack, Messages, Frames);
        Events.Broken += session => Drop(session, session.FileFault ?? session.File!.EventFault());
        Frames.Broken += Drop;
        _turns.Broken += Drop;
        _turns.HungUp += HangUp;
        _sizes = new ClientSizes(screen, Messages, Frames, _serving);
        Add(directory, app: null);
    }

    private Place Add(ClientDirectory directory, string? app)
    {
        var finder = new ClientFinder(_loop, directory, app, _quota, _log);
        finder.Found += session => Serve(session, PidOf(session));
        finder.Vanished += session => End(session, deleteFile: false);
        finder.Due += OnTimer;
        finder.AllFound += ForgetUnseen;
        var place = new Place(directory, finder);
        _places.Add(place);
        return place;
    }

    // The files of the former host's clients are known when all directories have been read.
    private void ForgetUnseen()
    {
        if (_places.TrueForAll(p => p.Finder.HasFoundAll))
            _seen.KeepOnly(_places.SelectMany(p => p.Finder.Sessions).Select(s => s.Identity));
    }

    /// <summary>Serves the directory of an app: every client in it belongs to this app.</summary>
    /// <param name="directory">The directory. The caller keeps it.</param>
    /// <param name="app">The app's name.</param>
    /// <exception cref="MmmException">The directory cannot be watched. The message is one line.</exception>
    public void AddDirectory(ClientDirectory directory, string app)
    {
        var place = Add(directory, app);
        if (!_isOpen)
            return;
        Open(place);
        directory.Rescan();
    }

    /// <summary>Ends the clients of a directory that was added, and does not serve it any more.</summary>
    public void RemoveDirectory(ClientDirectory directory)
    {
        if (_places.Find(p => p.Directory == directory) is not { } place)
            return;
        _places.Remove(place);
        place.Finder.Clear();
    }

    private void Open(Place place) => place.Directory.Open(place.Finder.Look, (name, peer) => Greet(place.Finder, name, peer));

    /// <summary>The events to clients.</summary>
    public ClientEvents Events { get; }

    /// <summary>The stacking order of the clients with a picture, and the focus.</summary>
    public ClientStack Stack { get; }

    /// <summary>The messages from clients.</summary>
    public ClientMessages Messages { get; }

    /// <summary>Takes the clients' frames.</summary>
    public ClientFrames Frames { get; }

    /// <summary>Returns the app of the configuration that a process belongs to; null if there is none.</summary>
    public Func<int, ClientApp?> AppOfProcess { get; set; } = _ => null;

    /// <summary>Returns the app of a name in the configuration; null if there is none.</summary>
    public Func<string, ClientApp?> AppNamed { get; set; } = _ => null;

    /// <summary>
    /// Returns the process here of an app's client, which may be in a pid namespace of its own: by the app's name and the pid that the
    /// client has there. 0 if there is none.
    /// </summary>
    public Func<string, int, int> PidOfClient { get; set; } = (_, pid) => pid;

    /// <summary>All clients that are served, including those without a picture.</summary>
    public IReadOnlyList<ClientSession> Serving => _serving;

    /// <summary>All clients that are served, bottom first; those without a picture come before the others.</summary>
    public IEnumerable<ClientSession> Ordered => _serving.Where(s => s.Picture is null).Concat(Stack.Order);

    /// <summary>A client that was served has ended or was dropped.</summary>
    public event Action<ClientSession>? Gone;

    /// <summary>A client that was served has ended: its process, bell or file is gone.</summary>
    public event Action<ClientSession>? Ended;

    /// <summary>A broken client is no longer served.</summary>
    public event Action? Dropped;

    /// <summary>A served client has been handled: its sound may have begun.</summary>
    public event Action<ClientSession>? Looked
    {
        add => _turns.Looked += value;
        remove => _turns.Looked -= value;
    }

    /// <summary>Serves the clients that exist, and watches for further ones.</summary>
    /// <exception cref="MmmException">The directory cannot be used. The message is one line.</exception>
    public void Open()
    {
        _isOpen = true;
        foreach (var place in _places)
        {
            Open(place);
            place.Directory.Rescan();
        }
        var until = EventLoop.Now + (long)StartPatience.TotalNanoseconds;
        while (_places.Find(p => p.Directory.IsScanning || p.Finder.IsLooking) is { } busy && EventLoop.Now < until)
        {
            busy.Directory.Wait(StartPatience);
            _loop.RunPosted();
        }
        // Clients of a previous host are shown at once, in the order in which that host had stacked them. Apps that this host started are
        // left out, because they have not drawn yet.
        foreach (var session in _serving.Where(s => s.App is not { IsNew: true } && s.File!.Refresh())
            .OrderBy(s => s.File!.State.Z).ToList())
        {
            if (session.File!.State is { Flip: FlipState.Neutral or FlipState.Drawing } state && state.Fault(session.File.Length) is null)
                Frames.Place(session, state);
        }
    }

    // The pid in the file is one of the app's pid namespace, if the file is in an app's directory.
    private int PidOf(ClientSession session) => session.Home is { } app ? PidOfClient(app, session.File!.Pid) : session.File!.Pid;

    private void Serve(ClientSession session, int pid)
    {
        session.Pid = pid;
        session.App = AppOf(session, pid);
        if (!_quota.MayServe(_serving, session, out var why))
        {
            session.Finder.LeaveOut(why);
            session.Timer.After(RoomMs);
            return;
        }
        var pidFd = pid > 0 ? Sys.PidFdOpen(pid) : -ESRCH;
        if (pidFd == -ESRCH && session.Bell is null)
        {
            AwaitBell(session);
            return;
        }
        session.Phase = Phase.Serving;
        session.WasAlive |= pidFd != -ESRCH;
        WatchProcess(session, pidFd);
        _sizes.Tell(session);
        session.Events ??= new EventQueue(session.File!);
        _serving.Add(session);
        _seen.Add(session);
        _turns.Begin(session);
    }

    // The file's owner writes the pid in the file, so it identifies an app only if the process runs as that owner. The pid of a bell comes
    // from the kernel.
    private ClientApp? AppOf(ClientSession session, int pid) => session.Home is { } app ? AppNamed(app)
        : session.Bell is not null || Sys.RunsAs(pid, session.User) ? AppOfProcess(pid) : null;

    private void WatchProcess(ClientSession session, int pidFd)
    {
        session.PidFd = Math.Max(pidFd, -1);
        session.ProcessCheckNs = long.MaxValue;
        if (pidFd >= 0)
            session.PidWatch = _loop.Add(pidFd, _ => End(session, deleteFile: true));
        else if (pidFd != -ESRCH) // no descriptor is left, or the kernel or a filter does not allow the call: checked by the timer
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

    // Returns false if the process has ended, and with it the client.
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

    // The pid does not exist here. Either the client has ended, or the pid belongs to another pid namespace and a bell will give the right
    // one.
    private void AwaitBell(ClientSession session)
    {
        session.GoneNs = Math.Min(session.GoneNs, EventLoop.Now + GraceMs * 1_000_000);
        if (EventLoop.Now < session.GoneNs)
        {
            session.Timer.At(session.GoneNs);
            return;
        }
        if (session.WasAlive || _seen.Contains(session) || session.Home is not null)
        {
            Delete(session.File);
            Forget(session);
        }
        else
        {
            session.Finder.Ignore(session, $"{session.FileName} is not served: there is no process {session.File!.Pid}; the file is not deleted, "
                + "since no host has seen its process alive");
        }
    }

    /// <summary>Sends visibility events to the clients that requested them: the screen is hidden, or shown again.</summary>
    public void TellVisibility(bool hidden)
    {
        foreach (var session in _serving)
        {
            session.File!.RefreshValues(); // called rarely, so it is cheap enough to include clients that requested the events just now
            if (session.Wants(EventKinds.Visibility))
                Events.To(session)?.Offer(hidden ? EventText.Hidden : EventText.Shown);
        }
    }

    private void OnTimer(ClientSession session)
    {
        switch (session.Phase)
        {
            case Phase.Pending:
                session.Finder.Look(session.FileName);
                break;
            case Phase.Serving when CheckProcess(session):
                _turns.OnTimer(session);
                break;
            case Phase.Ignored when CheckProcess(session):
                ClientTurns.Arm(session);
                break;
        }
    }

    /// <summary>Handles a client: it may have drawn, moved, sent messages or queued sound.</summary>
    public void Look(ClientSession session) => _turns.Look(session);

    /// <summary>
    /// Does the work that was gathered while the loop ran: writes events into the rings, paints and shows damage, and returns frames to
    /// their clients. Called before the loop sleeps.
    /// </summary>
    public void Settle()
    {
        for (var i = 0; i < MostSettlements; i++) // a client that is dropped here leaves damage and moves the focus
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

    private string? Greet(ClientFinder finder, string name, BellPeer peer)
    {
        var session = finder.Get(name);
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
            // The pid in the header belongs to another pid namespace: the pid from the kernel is used.
            UnwatchProcess(session);
            _serving.Remove(session);
            session.Phase = Phase.Pending;
        }
        session.Bell = new ClientBell(_loop, peer.Fd, () => _turns.OnRing(session));
        if (session.Phase == Phase.Pending)
            Serve(session, peer.Pid);
        else
            session.App ??= AppOf(session, peer.Pid);
        if (session.Phase != Phase.Serving)
        {
            CloseBell(session);
            return null;
        }
        _turns.Connect(session);
        return null;
    }

    // A client whose process still runs is polled from now on, and may connect another bell.
    private void HangUp(ClientSession session)
    {
        CloseBell(session);
        if (!Lives(session))
        {
            End(session, deleteFile: true);
            return;
        }
        session.Rhythm.Wake();
        session.Timer.NoLaterThan(EventLoop.Now);
    }

    private static void CloseBell(ClientSession session)
    {
        session.Bell?.Dispose();
        session.Bell = null;
    }

    private static bool Lives(ClientSession session) => session.PidFd >= 0 ? !Sys.PollIn(session.PidFd, 0) : Sys.ProcessLives(session.Pid);

    /// <summary>Stops serving a broken client. Its file is kept until its process ends.</summary>
    private void Drop(ClientSession session, string why)
    {
        if (session.Phase != Phase.Serving)
            return;
        var name = session.DisplayName == session.FileName ? session.FileName : $"{session.DisplayName} {session.FileName}";
        _log.AboutClient($"client {name} (pid {session.Pid}) dropped: {why}");
        Release(session);
        session.Phase = Phase.Ignored;
        session.Timer.Cancel();
        ClientTurns.Arm(session);
        Dropped?.Invoke();
        Gone?.Invoke(session);
    }

    /// <summary>Ends a client whose process, bell or file is gone.</summary>
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
        session.Finder.Forget(session);
        _seen.Remove(session);
    }

    /// <summary>Returns the clients with that title or file name.</summary>
    public IReadOnlyList<ClientSession> Find(string nameOrTitle) => _serving.FindAll(s => s.IsNamed(nameOrTitle));

    /// <summary>Returns an error text: no client has that name, and which clients exist.</summary>
    public string NobodyIs(string nameOrTitle)
    {
        var there = string.Join(", ", _serving.Select(c => c.DisplayName));
        return $"no client is named {nameOrTitle}; {(there.Length == 0 ? "there are none" : $"there is {there}")}";
    }

    public void Dispose()
    {
        foreach (var session in _places.SelectMany(p => p.Finder.Sessions))
        {
            if (session.WasAlive && !Lives(session)) // for example apps that were ended just now
            {
                Delete(session.File);
                _seen.Remove(session);
            }
            session.Bell?.Dispose();
            session.PidWatch?.Dispose();
            session.File?.Dispose();
            Sys.Close(session.PidFd);
        }
        _serving.Clear();
        Task.WaitAll([.. _deletions], DeletionMs); // so that the directory can be empty when it is removed
    }

    private void Delete(ClientFile? file)
    {
        _deletions.RemoveAll(d => d.IsCompleted);
        if (file is not null)
            _deletions.Add(file.Delete());
    }
}
