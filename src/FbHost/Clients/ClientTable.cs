using FbHost.Loop;
using FbHost.Screens;
using Mmm.Protocol;
using Mmm;
using Mmm.Hosting;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Clients;

/// <summary>
/// The table of the clients: it serves the clients that are found in the main directory and in those of apps, and drops them when they end.
/// Any number in a client's file may be wrong. A broken client is dropped with one log line and does not affect the others.
/// </summary>
internal sealed partial class ClientTable : IDisposable
{
    private const long GraceMs = 1000; // for a pid that does not exist here: its bell may still give the right one
    private const long FirstLookMs = 20; // for the process of a file in an app's directory: most clients connect their bell meanwhile
    private const long RoomMs = 1000;
    private const int DeletionMs = 1000; // at the end: a client may block a deletion for ever
    private const int MostSettlements = 8;
    private readonly EventLoop _loop;
    private readonly Screen _screen;
    private readonly HostLog _log;
    private readonly ClientProcesses _processes;
    private readonly ClientTurns _turns;
    private readonly ClientQuota _quota = new();
    private readonly SeenClients _seen;
    private readonly ClientSizes _sizes;
    private readonly List<ClientSession> _serving = []; // oldest first
    private readonly List<Task> _deletions = [];

    /// <param name="loop">Runs the timers.</param>
    /// <param name="screen">Shows the clients' pictures.</param>
    /// <param name="log">Takes one line for each event.</param>
    /// <param name="directory">The main directory.</param>
    /// <param name="seen">The clients that were seen alive, by this host or the previous one.</param>
    /// <param name="allowedMessages">Words that all clients may use.</param>
    public ClientTable(
        EventLoop loop, Screen screen, HostLog log, ClientDirectory directory, SeenClients seen, IReadOnlySet<string> allowedMessages)
    {
        (_loop, _screen, _log, _seen) = (loop, screen, log, seen);
        _processes = new ClientProcesses(loop);
        Events = new ClientEvents(log);
        Stack = new ClientStack(screen, Events);
        Messages = new ClientMessages(screen, Events, allowedMessages, Find);
        Frames = new ClientFrames(screen, Stack, Messages, log);
        _turns = new ClientTurns(loop, screen, Events, Stack, Messages, Frames);
        Events.Broken += session => Drop(session, session.FileFault ?? session.File!.EventFault());
        Frames.Broken += Drop;
        _turns.Broken += Drop;
        _turns.HungUp += HangUp;
        _processes.Ended += session => End(session, deleteFile: true);
        _sizes = new ClientSizes(screen, Messages, Frames, _serving);
        Follow(directory, app: null);
    }

    /// <summary>The events to clients.</summary>
    public ClientEvents Events { get; }

    /// <summary>The stacking order of the clients with a picture, and the focus.</summary>
    public ClientStack Stack { get; }

    /// <summary>The messages from clients.</summary>
    public ClientMessages Messages { get; }

    /// <summary>Takes the clients' frames.</summary>
    public ClientFrames Frames { get; }

    /// <summary>
    /// Returns the app of the configuration that a process belongs to; null if there is none. For clients in the main directory.
    /// </summary>
    public Func<int, ClientApp?> AppOfProcess
    {
        get => _processes.AppOfProcess;
        set => _processes.AppOfProcess = value;
    }

    /// <summary>Returns the app of the configuration of that name; null if there is none. For clients in the directory of an app.</summary>
    public Func<string, ClientApp?> AppNamed
    {
        get => _processes.AppNamed;
        set => _processes.AppNamed = value;
    }

    /// <summary>
    /// Returns the pid of the process of an app that has a pid in the app's own pid namespace; 0 if it is not known yet. It is called again
    /// a few times within a second. See <see cref="NamespacePid"/>.
    /// </summary>
    public Func<string, int, int> HostPid
    {
        get => _processes.HostPid;
        set => _processes.HostPid = value;
    }

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

    // The pid is that of a bell, from the kernel; without one, the pid in the file is used.
    private void Serve(ClientSession session, int? pid = null)
    {
        if (pid is null && MayGreetSoon(session))
            return;
        session.Pid = pid ?? _processes.PidOf(session);
        session.App = _processes.AppOf(session);
        if (!_quota.MayServe(_serving, session, out var why))
        {
            session.Finder!.LeaveOut(why);
            session.Timer.After(RoomMs);
            return;
        }
        var pidFd = pid is null && session.Pid == 0 ? -ESRCH : Sys.PidFdOpen(session.Pid);
        if (pidFd == -ESRCH && session.Bell is null)
        {
            AwaitBell(session);
            return;
        }
        session.Phase = Phase.Serving;
        session.WasAlive |= pidFd != -ESRCH;
        _processes.Watch(session, pidFd);
        _sizes.Tell(session);
        session.Events ??= new EventQueue(session.File!);
        _serving.Add(session);
        _seen.Add(session);
        _turns.Begin(session);
    }

    // The search for the process of a new file in an app's directory is left out if the client connects its bell at once, as most do.
    private bool MayGreetSoon(ClientSession session)
    {
        if (session.Finder!.App is null || !session.Finder.HasFoundAll || session.PidLooks > 0)
            return false;
        session.PidLooks = 1;
        session.Timer.After(FirstLookMs);
        return true;
    }

    // The pid does not exist here. Either the client has ended, or the pid belongs to another pid namespace and a bell will give the right
    // one. The process of a file in an app's directory is looked for again meanwhile.
    private void AwaitBell(ClientSession session)
    {
        session.GoneNs = Math.Min(session.GoneNs, EventLoop.Now + GraceMs * 1_000_000);
        if (EventLoop.Now < session.GoneNs)
        {
            session.Timer.At(session.GoneNs);
            if (session.Finder!.App is not null)
                session.Timer.NoLaterThan(EventLoop.Now + (FirstLookMs * 1_000_000 << Math.Min(session.PidLooks++, 6)));
            return;
        }
        if (session.WasAlive || _seen.Contains(session))
        {
            Delete(session);
            Forget(session);
        }
        else
        {
            var process = session.Finder!.App is { } app ? $"app {app} has no process {session.File!.Pid}"
                : $"there is no process {session.Pid}";
            session.Finder.Ignore(session, $"{session.Label} is not served: {process}; the file is not deleted, "
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
                session.Finder!.Look(session.FileName);
                break;
            case Phase.Serving when _processes.Check(session):
                _turns.OnTimer(session);
                break;
            case Phase.Ignored when _processes.Check(session):
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
            ClientProcesses.Unwatch(session);
            _serving.Remove(session);
            session.Phase = Phase.Pending;
        }
        session.Bell = new ClientBell(_loop, peer.Fd, () => _turns.OnRing(session));
        if (session.Phase == Phase.Pending)
            Serve(session, peer.Pid);
        else
            session.App ??= _processes.AppOf(session);
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
        if (!ClientProcesses.Lives(session))
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

    /// <summary>Stops serving a broken client. Its file is kept until its process ends.</summary>
    private void Drop(ClientSession session, string why)
    {
        if (session.Phase != Phase.Serving)
            return;
        var name = session.DisplayName == session.FileName ? session.Label : $"{session.DisplayName} {session.Label}";
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
            Delete(session);
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
        ClientProcesses.Unwatch(session);
        session.Finder!.Forget(session);
        _seen.Remove(session);
        foreach (var finder in _finders)
            finder.NoteRoom();
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
        foreach (var session in _quota.Recorded)
        {
            if (session.WasAlive && !ClientProcesses.Lives(session)) // for example apps that were ended just now
            {
                Delete(session);
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

    // In the directory of an app, everything that looks like a client's file is one: the app's next process may have the pid of this one.
    private void Delete(ClientSession session)
    {
        _deletions.RemoveAll(d => d.IsCompleted);
        if (session.File is not { } file)
            return;
        var directory = session.Finder!.Directory;
        directory.Hold();
        _deletions.Add(file.Delete(always: session.Finder.App is not null).ContinueWith(
            _ => directory.Release(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default));
    }
}
