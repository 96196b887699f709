using System.Globalization;
using System.Text;
using FbHost.Loop;
using Mmm;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Clients;

/// <summary>
/// One directory in which clients meet the host, and the only type that touches it: which one it is, that one host at a time serves it, the
/// watch over its names, and the bell by which clients say who they are. Its user decides what a name or a greeting is worth.
/// </summary>
internal sealed class ClientDirectory : IDisposable
{
    private const int NamesATurn = 512; // of a directory that somebody fills
    private const long NextTurnMs = 5, LostMs = 100;
    private const uint WatchedEvents = Sys.IN_CREATE | Sys.IN_MOVED_TO | Sys.IN_MOVED_FROM | Sys.IN_DELETE | Sys.IN_ATTRIB
        | Sys.IN_CLOSE_WRITE | Sys.IN_DELETE_SELF | Sys.IN_MOVE_SELF;
    private readonly byte[] _records = new byte[16 * 1024];
    private readonly bool _made;
    private readonly int _fd; // locked; not only O_PATH, since such a one cannot be
    private EventLoop? _loop;
    private int _inotify = -1;
    private Watch? _watch;
    private Listener? _bell;
    private UnknownBells? _bells;
    private LoopTimer? _lostTimer;
    private LoopTimer? _scanTimer;
    private IEnumerator<string>? _scan;

    /// <param name="given">--path; null: MMM_PATH, or a new one.</param>
    /// <param name="warn">Gets what the user should know of the choice.</param>
    /// <exception cref="MmmException">It is a file, cannot be made or opened, or another host serves it: one line.</exception>
    public ClientDirectory(string? given, Action<string> warn)
    {
        var path = given ?? Environment.GetEnvironmentVariable(Rendezvous.PathVariable);
        if (string.IsNullOrEmpty(path))
        {
            path = OwnDirectory.Make(out var warning);
            _made = true;
            if (warning is not null)
                warn(warning);
        }
        Path = System.IO.Path.GetFullPath(path);
        if (File.Exists(Path))
            throw new MmmException($"{Path}: is a file; the clients' directory ({(given is null ? Rendezvous.PathVariable : "--path")}) must be a directory");
        if (!Directory.Exists(Path))
        {
            Make();
            _made = true;
        }
        _fd = Sys.Open(Path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
        if (_fd < 0)
            throw Unusable(_fd);
        try
        {
            if (Sys.Access(_fd, Sys.W_OK | Sys.X_OK) is < 0 and var error)
                throw Unusable(error);
            Lock(warn);
        }
        catch
        {
            Sys.Close(_fd);
            throw;
        }
    }

    /// <summary>Absolute.</summary>
    public string Path { get; }

    /// <summary>A descriptor of it, valid until it is disposed.</summary>
    public int Fd => _fd;

    /// <summary>A name appeared or changed.</summary>
    public event Action<string>? Changed;

    /// <summary>A name is gone.</summary>
    public event Action<string>? Left;

    /// <summary>Changes were missed: what is known may be gone or another file by now. <see cref="Changed"/> follows for all that is there.</summary>
    public event Action? Missed;

    /// <summary>The directory was removed or moved: nobody can reach this host any more.</summary>
    public event Action? Lost;

    private MmmException Unusable(long error) =>
        new($"{Path}: cannot be served: {Sys.ErrorText(error)}; choose another directory with --path DIR");

    private void Make()
    {
        try
        {
            Directory.CreateDirectory(Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MmmException($"{Path}: the clients' directory cannot be made: {IoFault.Text(e)}");
        }
    }

    // The directory itself is locked: there is no file that somebody could replace or hold, and nothing is left behind. The lock ends with the
    // process. Anybody who can read the directory can lock it as well, so only a lock of somebody who may serve it counts.
    private void Lock(Action<string> warn)
    {
        if (Sys.Lock(_fd) >= 0)
            return;
        var pid = LockHolder();
        if (pid > 0 && !MayServe(pid))
        {
            warn($"{Path}: is locked by process {pid}, which is another user's; served all the same");
            return;
        }
        throw new MmmException($"{Path}: another host serves it{(pid > 0 ? $" (pid {pid})" : "")}; end that one, or choose another directory with --path DIR");
    }

    // Root, this user and the directory's owner may.
    private bool MayServe(int pid)
    {
        if (FileStatus.Of(Sys.WorkingDirectory, $"/proc/{pid}", out var process) < 0 || FileStatus.Of(_fd, "", out var directory) < 0)
            return true;
        return process.Owner == 0 || process.Owner == Sys.EffectiveUserId || process.Owner == directory.Owner;
    }

    // "1: FLOCK  ADVISORY  WRITE 1234 00:2a:4711 0 EOF"; 0 when it is not known.
    private int LockHolder()
    {
        if (FileStatus.Of(_fd, "", out var status) < 0)
            return 0;
        try
        {
            foreach (var line in File.ReadLines("/proc/locks"))
            {
                var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words.Length > 5 && words[1] == "FLOCK" && int.TryParse(words[4], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                    && words[5].EndsWith($":{status.Identity.Inode}", StringComparison.Ordinal))
                    return pid;
            }
        }
        catch (IOException)
        {
            // Without /proc nobody is named.
        }
        return 0;
    }

    /// <summary>Watches the names, and listens at the bell.</summary>
    /// <param name="loop">Waits.</param>
    /// <param name="greeted">Gets each client that says who it is.</param>
    /// <exception cref="MmmException">The directory cannot be used: one line.</exception>
    public void Open(EventLoop loop, GreetingHandler greeted)
    {
        _loop = loop;
        _inotify = Sys.WatchDirectory(Path, WatchedEvents);
        if (_inotify < 0)
            throw new MmmException($"{Path}: cannot be watched: {Sys.ErrorText(_inotify)}");
        _lostTimer = loop.CreateTimer(FindOut);
        _scanTimer = loop.CreateTimer(Scan);
        _bells = new UnknownBells(loop, greeted);
        Listen();
        _watch = loop.Add(_inotify, _ => ReadEvents());
    }

    // Whoever can write client files into the directory can ring: the directory's mode decides.
    private void Listen() => _bell = new Listener(_loop!, Path, Rendezvous.BellName, SOCK_SEQPACKET, (UnixFileMode)0x1B6 /* 0666 */, _bells!.Add);

    /// <summary>What a name stands for now. False: nothing.</summary>
    public bool TryFind(string name, out FileStatus status) => FileStatus.Of(_fd, name, out status) == 0;

    /// <summary>Calls <see cref="Changed"/> for all names that are there: the first of them now, those of a very full directory bit by bit.</summary>
    public void Rescan()
    {
        _scan?.Dispose();
        _scan = null;
        Scan();
    }

    private void Scan()
    {
        try
        {
            _scan ??= Directory.EnumerateFileSystemEntries($"/proc/self/fd/{_fd}/").GetEnumerator();
            for (var i = 0; i < NamesATurn; i++)
            {
                if (!_scan.MoveNext())
                {
                    EndScan();
                    return;
                }
                Changed?.Invoke(System.IO.Path.GetFileName(_scan.Current));
            }
            _scanTimer!.After(NextTurnMs);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            EndScan();
            _lostTimer!.After(0); // removed just now
        }
    }

    private void EndScan()
    {
        _scan?.Dispose();
        _scan = null;
    }

    private void ReadEvents()
    {
        var n = Sys.Read(_inotify, _records);
        var events = new InotifyEvents(_records.AsSpan(0, (int)Math.Max(0, n)));
        while (events.Next())
        {
            if ((events.Mask & Sys.IN_Q_OVERFLOW) != 0)
            {
                Missed?.Invoke();
                Rescan();
            }
            else if ((events.Mask & (Sys.IN_DELETE_SELF | Sys.IN_MOVE_SELF | Sys.IN_IGNORED)) != 0)
            {
                Lost?.Invoke();
                return;
            }
            else if ((events.Mask & (Sys.IN_DELETE | Sys.IN_MOVED_FROM)) != 0)
            {
                // The kernel tells of the directory's own end only when nothing of it is open any more, and this host has it open.
                if (events.Name == Rendezvous.BellName)
                    _lostTimer!.After(LostMs);
                Left?.Invoke(events.Name);
            }
            else
            {
                Changed?.Invoke(events.Name);
            }
        }
    }

    // The bell's name is gone: with the directory, or alone.
    private void FindOut()
    {
        if (FileStatus.Of(_fd, "", out var held) < 0 || FileStatus.Of(Sys.WorkingDirectory, Path, out var named) < 0 || held.Identity != named.Identity)
        {
            Lost?.Invoke();
            return;
        }
        if (TryFind(Rendezvous.BellName, out _))
            return;
        try
        {
            _bell?.Dispose();
            _bell = null;
            Listen();
        }
        catch (MmmException)
        {
            _lostTimer!.After(10 * LostMs);
        }
    }

    public void Dispose()
    {
        EndScan();
        _bell?.Dispose();
        _bells?.Dispose();
        _watch?.Dispose();
        Sys.Close(_inotify);
        try
        {
            if (_made || OwnDirectory.IsName(Path))
                Directory.Delete(Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Clients live on in it, and a next host serves them.
        }
        Sys.Close(_fd);
    }
}
