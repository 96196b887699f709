using FbHost.Loop;
using Mmm.Protocol;
using Mmm;
using Mmm.Hosting;
using Mmm.Linux;

namespace FbHost.Clients;

/// <summary>
/// Keeps a record of the files in one directory: clients, files that are not clients yet, and files that are no clients. The directory's
/// thread examines a name and passes the result back to this type. A file that is not a client yet is examined again at growing intervals,
/// and after that only when it changes.
/// </summary>
internal sealed class ClientFinder
{
    private const int PendingProbes = 100, LastProbeMs = 100;
    private const int FirstOpenRetryMs = 10, LastOpenRetryMs = 1000;
    private const int MostLooks = 512; // in progress at one time
    private const long RoomMs = 100;
    private readonly EventLoop _loop;
    private readonly ClientDirectory _directory;
    private readonly ClientQuota _quota;
    private readonly HostLog _log;
    private readonly Dictionary<string, ClientSession> _sessions = [];
    private readonly Dictionary<string, NameLook> _looks = [];
    private readonly LoopTimer _roomTimer;
    private bool _leftOut; // some files were not considered because a limit was reached
    private bool _missed; // some names were not examined because too many examinations were in progress
    private bool _allNamed; // the scan of the directory has reported every name
    private bool _isClosed;

    // An examination of a name that is still in progress.
    private sealed class NameLook
    {
        /// <summary>The name has changed meanwhile and must be examined again.</summary>
        public bool IsAgain { get; set; }

        /// <summary>The name was removed meanwhile: the result is discarded.</summary>
        public bool IsOld { get; set; }
        public Action? Then { get; set; }
    }

    /// <param name="loop">Runs the timers.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="quota">The limits, and the records of all directories.</param>
    /// <param name="log">Takes one line for each event.</param>
    /// <param name="app">The name of the app whose directory it is; null for the main directory.</param>
    public ClientFinder(EventLoop loop, ClientDirectory directory, ClientQuota quota, HostLog log, string? app = null)
    {
        (_loop, _directory, _quota, _log, App) = (loop, directory, quota, log, app);
        _roomTimer = loop.CreateTimer(() =>
        {
            _leftOut = false; // set again by the first file for which there is still no room
            directory.Rescan();
        });
        directory.Changed += name => Look(name);
        directory.Left += OnLeft;
        directory.AllNamed += () =>
        {
            _allNamed = true;
            EndScan();
        };
        directory.Missed += () =>
        {
            foreach (var name in _sessions.Keys.Union(_looks.Keys).ToList())
                Look(name);
        };
    }

    /// <summary>The name of the app whose directory it is; null for the main directory.</summary>
    public string? App { get; }

    public ClientDirectory Directory => _directory;

    /// <summary>A file's name for log lines.</summary>
    public string Label(string name) => App is null ? name : $"{App}/{name}";

    /// <summary>The recorded files, in no order.</summary>
    public IReadOnlyCollection<ClientSession> Sessions => _sessions.Values;

    /// <summary>True while names are being read or examined.</summary>
    public bool IsBusy => _directory.IsScanning || _looks.Count > 0;

    /// <summary>True if all files that were in the directory when it was opened have been examined.</summary>
    public bool HasFoundAll { get; private set; }

    /// <summary>A session's timer has elapsed.</summary>
    public event Action<ClientSession>? Due;

    /// <summary>A file was found to be a client's, which can be served.</summary>
    public event Action<ClientSession>? Found;

    /// <summary>A record is to be dropped: the file is gone, another file has its name, or a place is needed.</summary>
    public event Action<ClientSession>? Vanished;

    /// <summary>All files that were in the directory have been examined.</summary>
    public event Action? AllFound;

    /// <summary>Returns the record of a name; null if there is none.</summary>
    public ClientSession? Get(string name) => _sessions.GetValueOrDefault(name);

    /// <summary>Examines what a name refers to now.</summary>
    /// <param name="name">Any text.</param>
    /// <param name="then">Called when that is known, or when the name cannot be examined now.</param>
    public void Look(string name, Action? then = null)
    {
        if (_isClosed)
        {
            then?.Invoke();
        }
        else if (_looks.TryGetValue(name, out var look))
        {
            look.IsAgain = true;
            look.Then += then;
        }
        else if (Rendezvous.IsClientName(name) && (_looks.Count < MostLooks || then is not null))
        {
            Begin(name, new NameLook { Then = then });
        }
        else
        {
            _missed |= Rendezvous.IsClientName(name);
            then?.Invoke();
        }
    }

    private void Begin(string name, NameLook look)
    {
        var session = Get(name);
        var file = session is { Phase: Phase.Pending } ? session.File : null;
        if (file is not null)
            session!.File = null; // the directory's thread owns it until it has examined the name
        if (_directory.Find(name, session?.Identity, file, session is null || MayBecomeOne(session), found => End(name, look, found)))
        {
            _looks[name] = look;
            return;
        }
        if (file is not null)
            session!.File = file;
        _missed = true;
        look.Then?.Invoke();
    }

    // A file that was never served may have been refused for a reason that can change, for example its mode or a second hard link.
    private static bool MayBecomeOne(ClientSession session) =>
        session is { Phase: Phase.Pending } or { Phase: Phase.Ignored, WasAlive: false };

    private void End(string name, NameLook look, in FoundName found)
    {
        _looks.Remove(name);
        if (look.IsOld || _isClosed)
            found.File?.Dispose();
        else
            Take(name, found);
        if (look.IsAgain && !_isClosed)
            Begin(name, new NameLook { Then = look.Then });
        else
            look.Then?.Invoke();
        EndScan();
    }

    private void EndScan()
    {
        if (_looks.Count > 0)
            return;
        if (_missed)
        {
            (_missed, _allNamed) = (false, false);
            _directory.Rescan();
        }
        if (_allNamed)
        {
            (_allNamed, HasFoundAll) = (false, true);
            AllFound?.Invoke();
        }
    }

    private void Take(string name, in FoundName found)
    {
        var session = Get(name);
        if (session is not null && (!found.IsThere || found.Identity != session.Identity))
        {
            Vanished?.Invoke(session);
            session = null;
        }
        if (found is not { IsThere: true, Outcome: { } outcome })
            return;
        session ??= Meet(name, found);
        if (session is null || !MayBecomeOne(session))
        {
            found.File?.Dispose();
            return;
        }
        (session.Phase, session.File) = (Phase.Pending, found.File);
        if (outcome == OpenOutcome.TryLater)
            TryLater(session, found.Fault!);
        else if (outcome == OpenOutcome.Refused)
            Ignore(session, $"{session.Label} is not served: {found.Fault}, not a client file");
        else if (found.IsClient)
            Found?.Invoke(session);
        else if (found.Fault is not null)
            Ignore(session, $"{session.Label} is not served: {found.Fault}");
        else
            Await(session);
    }

    private ClientSession? Meet(string name, in FoundName found)
    {
        if (!_quota.MayMeet(_quota.Recorded, found.Owner, out var forgotten, App))
        {
            LeaveOut($"{_directory.Path}: more than {ClientQuota.MostFiles} files, the host's limit; "
                + $"{Label(name)} and further ones are not served");
            return null;
        }
        if (forgotten is not null)
            Vanished?.Invoke(forgotten);
        ClientSession? session = null;
        session = new ClientSession(name, found.Identity, found.Owner, _loop.CreateTimer(() => Due?.Invoke(session!))) { Finder = this };
        _sessions.Add(name, session);
        _quota.Recorded.Add(session);
        return session;
    }

    private void TryLater(ClientSession session, string reason)
    {
        if (session.Said.Add("open"))
            _log.AboutClient($"{session.Label} cannot be opened: {reason}; trying again");
        session.Polls++;
        session.Timer.After(Math.Min(FirstOpenRetryMs << Math.Min(session.Polls, 10), LastOpenRetryMs));
    }

    private void Await(ClientSession session)
    {
        if (session.Polls++ < PendingProbes)
            session.Timer.After(Math.Min(session.Polls, LastProbeMs));
        else if (session.Said.Add("pending"))
            _log.AboutClient(
                $"{session.Label} is not a client yet ({session.File!.Length:N0} bytes, no pid); it is read again when it changes");
    }

    /// <summary>Ignores a file until it changes.</summary>
    public void Ignore(ClientSession session, string why)
    {
        session.File?.Dispose();
        session.File = null;
        session.Timer.Cancel();
        session.Phase = Phase.Ignored;
        if (session.Said.Add(why))
            _log.AboutClient(why);
    }

    /// <summary>
    /// Notes that a file is not served because a limit is reached. The reason is logged once, and the file is examined again when there is
    /// room.
    /// </summary>
    public void LeaveOut(string why)
    {
        if (_quota.Said.Add(why.Split(';')[0]))
            _log.Warn(why);
        _leftOut = true;
    }

    private void OnLeft(string name)
    {
        if (_looks.TryGetValue(name, out var look))
            (look.IsAgain, look.IsOld) = (true, true);
        if (Get(name) is { } session)
            Vanished?.Invoke(session);
    }

    /// <summary>Drops the record of a file and closes the file.</summary>
    public void Forget(ClientSession session)
    {
        session.File?.Dispose();
        session.File = null;
        session.Phase = Phase.Ignored;
        session.Timer.Cancel();
        _loop.Remove(session.Timer);
        if (Get(session.FileName) == session)
            _sessions.Remove(session.FileName);
        _quota.Recorded.Remove(session);
    }

    /// <summary>A record of some directory was dropped: files that were left out may have room now.</summary>
    public void NoteRoom()
    {
        if (_leftOut && !_roomTimer.IsRunning && !_isClosed)
            _roomTimer.After(RoomMs);
    }

    /// <summary>Records no more files: the directory is served no longer. The caller drops the records.</summary>
    public void Close()
    {
        _isClosed = true;
        _loop.Remove(_roomTimer);
    }
}
