using FbHost.Loop;
using Mmm;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Clients;

// The directory and the bell (protocol.md sections 1 and 9).
internal sealed partial class ClientTable
{
    private const int MostUnknownBells = 64;
    private const long RoomMs = 100;
    private const long FloodWindowNs = 100_000_000;
    private const int FloodRings = 400; // in one window: more is a flood, and its sender has to wait for the window's end
    private readonly byte[] _records = new byte[16 * 1024];
    private readonly List<(int Fd, Watch Watch)> _unknownBells = []; // oldest first
    private int _inotify = -1;
    private int _directory = -1;
    private Listener? _listener;
    private LoopTimer? _lostTimer;
    private LoopTimer? _roomTimer;

    /// <summary>The directory was removed or moved: nobody can reach this host any more.</summary>
    public event Action? DirectoryLost;

    /// <summary>Picks up the clients that are there, and listens for more.</summary>
    /// <exception cref="MmmException">The directory cannot be used: one line.</exception>
    public void Open()
    {
        _inotify = Sys.WatchDirectory(Directory, Sys.IN_CREATE | Sys.IN_MOVED_TO | Sys.IN_MOVED_FROM | Sys.IN_DELETE | Sys.IN_ATTRIB
            | Sys.IN_CLOSE_WRITE | Sys.IN_DELETE_SELF | Sys.IN_MOVE_SELF);
        _directory = Sys.Open(Directory, O_PATH | O_DIRECTORY);
        if (_directory < 0)
            throw new MmmException($"{Directory}: cannot be opened: {Sys.ErrorText(_directory)}");
        if (_inotify < 0)
            throw new MmmException($"{Directory}: cannot be watched: {Sys.ErrorText(_inotify)}");
        _lostTimer = _loop.CreateTimer(() =>
        {
            if (!File.Exists(Path.Combine(Directory, ClientDirectory.LockName)))
                DirectoryLost?.Invoke();
        });
        _roomTimer = _loop.CreateTimer(() =>
        {
            _leftOut = false; // set again by the first that still finds no room
            ConsiderAll();
        });
        // Whoever can write client files into the directory can ring: the directory's mode decides.
        _listener = new Listener(_loop, Directory, Rendezvous.BellName, SOCK_SEQPACKET, (UnixFileMode)0x1B6 /* 0666 */, Accept);
        PickUp();
        _loop.Add(_inotify, _ => ReadDirectoryEvents());
    }

    // Clients of a host that ended: shown at once, in the order in which that host had stacked them.
    private void PickUp()
    {
        ConsiderAll();
        var found = _stack.Where(s => s.File!.Refresh()).OrderBy(s => s.File!.State.Z).ToList();
        _stack.RemoveAll(found.Contains);
        _stack.AddRange(found);
        TellFocus();
        foreach (var session in found.Where(s => s.File!.State is { Flip: FlipState.Neutral or FlipState.Drawing } state && state.Fault(s.File.Length) is null))
            Place(session, session.File!.State);
    }

    private void ReadDirectoryEvents()
    {
        var n = Sys.Read(_inotify, _records);
        var events = new InotifyEvents(_records.AsSpan(0, (int)Math.Max(0, n)));
        while (events.Next())
        {
            if ((events.Mask & Sys.IN_Q_OVERFLOW) != 0)
            {
                Rescan();
            }
            else if ((events.Mask & (Sys.IN_DELETE_SELF | Sys.IN_MOVE_SELF | Sys.IN_IGNORED)) != 0)
            {
                DirectoryLost?.Invoke();
                return;
            }
            else if ((events.Mask & (Sys.IN_DELETE | Sys.IN_MOVED_FROM)) != 0)
            {
                // The kernel tells of the directory's own end only when no file that was in it is open any more, and this host has some.
                if (events.Name == ClientDirectory.LockName)
                    _lostTimer!.After(100);
                if (_sessions.TryGetValue(events.Name, out var session))
                    End(session, deleteFile: false);
            }
            else
            {
                if ((events.Mask & (Sys.IN_CREATE | Sys.IN_MOVED_TO)) != 0 && _sessions.TryGetValue(events.Name, out var replaced) && IsAnotherFile(replaced))
                    End(replaced, deleteFile: false);
                Consider(events.Name);
            }
        }
    }

    private bool IsAnotherFile(ClientSession session) => IdentityOf(session.FileName) != session.Identity;

    private FileIdentity IdentityOf(string name) => FileStatus.Of(_directory, name, out var status) == 0 ? status.Identity : default;

    private void Rescan()
    {
        foreach (var session in _sessions.Values.Where(IsAnotherFile).ToList())
            End(session, deleteFile: false);
        ConsiderAll();
    }

    private void ConsiderAll()
    {
        try
        {
            foreach (var file in System.IO.Directory.EnumerateFileSystemEntries(Directory))
                Consider(Path.GetFileName(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _lostTimer!.After(0); // removed just now
        }
    }

    private void Accept(int fd)
    {
        if (_unknownBells.Count >= MostUnknownBells) // the one that has been silent for longest goes: it keeps nobody out
            Sys.Close(Known(_unknownBells[0].Fd));
        _unknownBells.Add((fd, _loop.Add(fd, _ => Greet(fd))));
    }

    // Takes a bell out of those that have not said who they are.
    private int Known(int fd)
    {
        var at = _unknownBells.FindIndex(b => b.Fd == fd);
        _unknownBells[at].Watch.Dispose();
        _unknownBells.RemoveAt(at);
        return fd;
    }

    private static void Refuse(int fd, string reason)
    {
        Sys.Send(fd, Bell.Error(reason));
        Sys.Close(fd);
    }

    private void Greet(int fd)
    {
        Span<byte> packet = stackalloc byte[Bell.MaxPacket];
        var n = Sys.Receive(fd, packet);
        if (n == -EAGAIN)
            return;
        Known(fd);
        if (n <= 0)
        {
            Sys.Close(fd);
            return;
        }
        if (!Bell.TryParseHello(packet[..(int)n], out var name, out var reason))
        {
            Refuse(fd, reason);
            return;
        }
        var (pid, uid) = Sys.PeerCredentials(fd);
        var session = Consider(name);
        var fault = session switch
        {
            null or { Phase: Phase.Ignored } => $"{name} is not a client file that this host serves",
            { File: null } => $"{name} is not there",
            { Bell: >= 0 } => $"{name} has a bell already",
            { File: var file } when file.Owner != uid && uid != 0 => $"{name} belongs to another user",
            { Phase: Phase.Pending, File.Pid: 0 } => $"{name} has no pid yet; connect when the file is complete",
            _ => null,
        };
        if (fault is not null)
        {
            Refuse(fd, fault);
            return;
        }
        Attach(session!, fd, pid);
    }

    private void Attach(ClientSession session, int fd, int pid)
    {
        session.Bell = fd;
        if (session.Phase == Phase.Serving && session.Pid != pid)
        {
            // The header's pid was that of another pid namespace: the kernel knows better.
            session.PidWatch?.Dispose();
            session.PidWatch = null;
            Sys.Close(session.PidFd);
            session.PidFd = -1;
            _stack.Remove(session);
            session.Phase = Phase.Pending;
        }
        if (session.Phase == Phase.Pending)
            Serve(session, pid);
        session.Timer!.Cancel();
        session.BellWatch = _loop.Add(fd, _ => OnRing(session));
        Sys.Send(fd, Bell.Ok);
        Look(session);
    }

    private void OnRing(ClientSession session)
    {
        if (!TakeRings(session, out var rings))
            return;
        Retry(session);
        if (session.Phase == Phase.Serving)
            Look(session);
        if (session.Phase == Phase.Serving)
            LimitRings(session, Math.Max(0, rings));
    }

    // What does not fit one call is there at once again. False: the client has hung up, and is gone.
    private bool TakeRings(ClientSession session, out int rings)
    {
        rings = Sys.ReceivePackets(session.Bell);
        if (rings > 0 || rings == -EAGAIN || rings == -EINTR)
            return true;
        End(session, deleteFile: true);
        return false;
    }

    private static void LimitRings(ClientSession session, int rings)
    {
        var now = EventLoop.Now;
        if (now - session.RingWindowNs > FloodWindowNs)
            (session.RingWindowNs, session.RingsInWindow) = (now, 0);
        session.RingsInWindow += rings;
        if (session.RingsInWindow < FloodRings)
            return;
        session.BellWatch!.Mute(true);
        session.Timer!.NoLaterThan(session.RingWindowNs + FloodWindowNs);
    }

    /// <summary>Tells a bell client to look. A full socket means that a ring is waiting already.</summary>
    private static void Ring(ClientSession session)
    {
        if (session.Bell >= 0)
            Sys.Send(session.Bell, [0]);
    }

    private static void CloseBell(ClientSession session)
    {
        session.BellWatch?.Dispose();
        session.BellWatch = null;
        if (session.Bell < 0)
            return;
        shutdown(session.Bell, SHUT_RDWR); // the audio thread may hold a second descriptor: the client must see the hang-up now
        Sys.Close(session.Bell);
        session.Bell = -1;
    }

    private void CloseRendezvous()
    {
        _listener?.Dispose();
        Sys.Close(_inotify);
        Sys.Close(_directory);
    }
}
