using FbHost.Loop;
using Mmm;
using Mmm.Host;
using Mmm.Linux;

namespace FbHost.Clients;

/// <summary>
/// Which files are in the directory, and what they are: a client, not one yet, or none. The directory's thread looks, and what it has seen
/// comes back here. A file that is not a client yet is looked at again, ever less often, then only when something happens to it.
/// </summary>
internal sealed class ClientFinder
{
    private const int PendingProbes = 100, LastProbeMs = 100;
    private const int FirstOpenRetryMs = 10, LastOpenRetryMs = 1000;
    private const int MostLooks = 512; // at one time
    private const long RoomMs = 100;
    private readonly EventLoop _loop;
    private readonly ClientDirectory _directory;
    private readonly ClientQuota _quota;
    private readonly HostLog _log;
    private readonly Dictionary<string, ClientSession> _sessions = [];
    private readonly Dictionary<string, NameLook> _looks = [];
    private readonly LoopTimer _roomTimer;
    private bool _leftOut; // files that were not considered for want of room
    private bool _missed; // names that were not looked at, there being too many
    private bool _allNamed; // that were in the directory

    // A look at a name that is not over yet.
    private sealed class NameLook
    {
        /// <summary>What happened to the name meanwhile wants another look.</summary>
        public bool IsAgain { get; set; }

        /// <summary>The name was gone meanwhile: what is found is not believed.</summary>
        public bool IsOld { get; set; }
        public Action? Then { get; set; }
    }

    public ClientFinder(EventLoop loop, ClientDirectory directory, ClientQuota quota, HostLog log)
    {
        (_loop, _directory, _quota, _log) = (loop, directory, quota, log);
        _roomTimer = loop.CreateTimer(() =>
        {
            _leftOut = false; // set again by the first that still finds no room
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

    /// <summary>The files that are known, in no order.</summary>
    public IReadOnlyCollection<ClientSession> Sessions => _sessions.Values;

    /// <summary>Some look is not over yet.</summary>
    public bool IsLooking => _looks.Count > 0;

    /// <summary>Runs when the time of a session's timer has come.</summary>
    public event Action<ClientSession>? Due;

    /// <summary>A file is a client's: it can be served.</summary>
    public event Action<ClientSession>? Found;

    /// <summary>A file is gone, or another one has its name, or it makes room: to be forgotten.</summary>
    public event Action<ClientSession>? Vanished;

    /// <summary>All files that were in the directory have been looked at.</summary>
    public event Action? AllFound;

    /// <summary>The file of that name; null: none is known.</summary>
    public ClientSession? Get(string name) => _sessions.GetValueOrDefault(name);

    /// <summary>Finds out what a name stands for now.</summary>
    /// <param name="name">Any text.</param>
    /// <param name="then">Called when that is known, or cannot be found out now.</param>
    public void Look(string name, Action? then = null)
    {
        if (_looks.TryGetValue(name, out var look))
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
            session!.File = null; // the thread's, until it has looked
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

    // One that was never served may have been refused for something that can change: its mode, its second name.
    private static bool MayBecomeOne(ClientSession session) =>
        session is { Phase: Phase.Pending } or { Phase: Phase.Ignored, WasAlive: false };

    private void End(string name, NameLook look, in FoundName found)
    {
        _looks.Remove(name);
        if (look.IsOld)
            found.File?.Dispose();
        else
            Take(name, found);
        if (look.IsAgain)
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
            _allNamed = false;
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
            Ignore(session, $"{name} is not served: {found.Fault}, not a client file");
        else if (found.IsClient)
            Found?.Invoke(session);
        else if (found.Fault is not null)
            Ignore(session, $"{name} is not served: {found.Fault}");
        else
            Await(session);
    }

    private ClientSession? Meet(string name, in FoundName found)
    {
        if (!_quota.MayMeet(_sessions.Values, found.Owner, out var forgotten))
        {
            LeaveOut($"{_directory.Path}: more than {ClientQuota.MostFiles} files are looked at; {name} and further ones are not served");
            return null;
        }
        if (forgotten is not null)
            Vanished?.Invoke(forgotten);
        ClientSession? session = null;
        session = new ClientSession(name, found.Identity, found.Owner, _loop.CreateTimer(() => Due?.Invoke(session!)));
        _sessions.Add(name, session);
        return session;
    }

    private void TryLater(ClientSession session, string reason)
    {
        if (session.Said.Add("open"))
            _log.AboutClient($"{session.FileName} cannot be opened: {reason}; trying again");
        session.Polls++;
        session.Timer.After(Math.Min(FirstOpenRetryMs << Math.Min(session.Polls, 10), LastOpenRetryMs));
    }

    private void Await(ClientSession session)
    {
        if (session.Polls++ < PendingProbes)
            session.Timer.After(Math.Min(session.Polls, LastProbeMs));
        else if (session.Said.Add("pending"))
            _log.AboutClient(
                $"{session.FileName} is not a client yet ({session.File!.Length:N0} bytes, no pid); it is looked at when it changes");
    }

    /// <summary>Leaves a file alone until something happens to it.</summary>
    public void Ignore(ClientSession session, string why)
    {
        session.File?.Dispose();
        session.File = null;
        session.Timer.Cancel();
        session.Phase = Phase.Ignored;
        if (session.Said.Add(why))
            _log.AboutClient(why);
    }

    /// <summary>A file is not served for want of room: that is said once, and it is looked at again when there is room.</summary>
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

    /// <summary>Knows a file no more, and closes it.</summary>
    public void Forget(ClientSession session)
    {
        session.File?.Dispose();
        session.File = null;
        session.Phase = Phase.Ignored;
        session.Timer.Cancel();
        _loop.Remove(session.Timer);
        if (Get(session.FileName) == session)
            _sessions.Remove(session.FileName);
        if (_leftOut && !_roomTimer.IsRunning)
            _roomTimer.After(RoomMs);
    }
}
