using System.Globalization;
using System.Text;
using FbHost.Loop;
using Mmm;
using Mmm.Host;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Clients;

/// <summary>
/// One directory in which clients meet the host, and the only type that touches it: which one it is, that one host at a time serves it, the
/// watch over its names, and the sockets in it. Its user decides what a name or a greeting is worth. Whoever may list the directory can
/// hold its lock for ever, so all that takes that lock is done on a thread of its own, and nothing on the loop waits for it.
/// </summary>
internal sealed class ClientDirectory : IDisposable
{
    private const int NamesATurn = 256; // of a directory that somebody fills
    private const int MostCalls = 1024; // that wait for the thread
    private const string OrAnother = "or choose another directory with --path DIR";
    private const long NextTurnMs = 5, LostMs = 100;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(3), EndPatience = TimeSpan.FromSeconds(1);
    private const uint WatchedEvents = Sys.IN_CREATE | Sys.IN_MOVED_TO | Sys.IN_MOVED_FROM | Sys.IN_DELETE | Sys.IN_ATTRIB
        | Sys.IN_CLOSE_WRITE | Sys.IN_DELETE_SELF | Sys.IN_MOVE_SELF;
    private readonly byte[] _records = new byte[16 * 1024];
    private readonly bool _made;
    private readonly int _fd; // locked; not only O_PATH, since such a one cannot be
    private readonly EventLoop _loop;
    private readonly Worker _calls;
    private readonly LoopTimer _lostTimer;
    private readonly LoopTimer _scanTimer;
    private int _inotify = -1;
    private Watch? _watch;
    private SocketName? _bell;
    private UnknownBells? _bells;
    private bool _isScanning;
    private bool _scanAnew;
    private IEnumerator<string>? _names; // the thread's

    /// <param name="loop">Runs what follows a look into the directory.</param>
    /// <param name="given">--path; null: MMM_PATH, or a new one.</param>
    /// <param name="warn">Gets what the user should know of the choice.</param>
    /// <exception cref="MmmException">It is a file, cannot be made or opened, or another host serves it: one line.</exception>
    public ClientDirectory(EventLoop loop, string? given, Action<string> warn)
    {
        _loop = loop;
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
            throw new MmmException(
                $"{Path}: is a file; the clients' directory ({(given is null ? Rendezvous.PathVariable : "--path")}) must be a directory");
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
        _lostTimer = loop.CreateTimer(FindOut);
        _scanTimer = loop.CreateTimer(Scan);
        _calls = new Worker(loop, EndPatience, "directory", MostCalls);
    }

    /// <summary>Absolute.</summary>
    public string Path { get; }

    /// <summary>A descriptor of it, valid until it is disposed.</summary>
    public int Fd => _fd;

    /// <summary>A name appeared or changed.</summary>
    public event Action<string>? Changed;

    /// <summary>A name is gone.</summary>
    public event Action<string>? Left;

    /// <summary>
    /// Changes were missed: what is known may be gone or another file by now. <see cref="Changed"/> follows for all that is there.
    /// </summary>
    public event Action? Missed;

    /// <summary><see cref="Changed"/> was called for all that was there.</summary>
    public event Action? AllNamed;

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

    // The directory itself is locked: there is no file that somebody could replace or hold, and nothing is left behind. The lock ends
    // with the process. Anybody who can read the directory can lock it as well, so only a lock of somebody who may serve it counts.
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
        throw new MmmException($"{Path}: another host serves it{(pid > 0 ? $" (pid {pid})" : "")}; end that one, {OrAnother}");
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
                if (words.Length > 5 && words[1] == "FLOCK"
                    && int.TryParse(words[4], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
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

    /// <summary>Listens at the bell: who connects is answered after <see cref="Open"/>.</summary>
    /// <exception cref="MmmException">The socket cannot be made: one line.</exception>
    public void Listen() => _bell ??= Listen(Rendezvous.BellName, SOCK_SEQPACKET, BellMode, fd => _bells!.Add(fd));

    /// <summary>Watches the names, and listens at the bell.</summary>
    /// <param name="look">Looks at what a name stands for now, then calls back; what it knows afterwards is what a greeting is compared
    /// with.</param>
    /// <param name="greeted">Gets each client that says who it is.</param>
    /// <exception cref="MmmException">The directory cannot be used: one line.</exception>
    public void Open(Action<string, Action> look, GreetingHandler greeted)
    {
        _inotify = Sys.WatchDirectory(Path, WatchedEvents);
        if (_inotify < 0)
            throw new MmmException($"{Path}: cannot be watched: {Sys.ErrorText(_inotify)}");
        _bells = new UnknownBells(_loop, look, greeted);
        Listen();
        _watch = _loop.Add(_inotify, _ => ReadEvents());
    }

    // Whoever can write client files into the directory can ring: the directory's mode decides.
    private const UnixFileMode BellMode = (UnixFileMode)0x1B6; // 0666

    /// <summary>Makes a listening socket in the directory; at the start, before the loop runs.</summary>
    /// <param name="name">Its name; a stale one is replaced.</param>
    /// <param name="type">SOCK_STREAM or SOCK_SEQPACKET.</param>
    /// <param name="mode">Who may connect.</param>
    /// <param name="accepted">Gets each connection: a non-blocking descriptor that is its own to close.</param>
    /// <returns>Disposed, its name is gone.</returns>
    /// <exception cref="MmmException">It cannot be made.</exception>
    public SocketName Listen(string name, int type, UnixFileMode mode, Action<int> accepted)
    {
        var made = new TaskCompletionSource<int>();
        _calls.Run(() => made.SetResult(DirectorySocket.Listen(_fd, name, type, mode)));
        if (!made.Task.Wait(StartPatience))
            throw new MmmException($"{Path}: another process holds the directory's lock; end that one, {OrAnother}");
        var fd = made.Task.Result;
        if (fd < 0)
            throw new MmmException($"{System.IO.Path.Combine(Path, name)}: the socket cannot be made: {Sys.ErrorText(fd)}");
        return new SocketName(this, name, fd, accepted);
    }

    /// <summary>A socket that listens under a name of the directory.</summary>
    internal sealed class SocketName(ClientDirectory directory, string name, int fd, Action<int> accepted) : IDisposable
    {
        private readonly Listener _listener = new(directory._loop, fd, accepted);

        public void Dispose()
        {
            directory._calls.Run(() => Sys.UnlinkAt(directory._fd, name));
            Forget();
        }

        /// <summary>Ends it; its name is another one's by now.</summary>
        public void Forget()
        {
            _listener.Dispose();
            Sys.Close(fd);
        }
    }

    /// <summary>Finds out what a name stands for now (<see cref="FoundName.Look"/>), and calls back on the loop.</summary>
    /// <returns>False: too many names are looked at; nothing is done.</returns>
    public bool Find(string name, FileIdentity? known, ClientFile? file, bool open, Action<FoundName> then) =>
        _calls.Run(() => FoundName.Look(_fd, name, known, file, open), then);

    /// <summary>Waits until all that was to be found is found, for a bounded time; what follows is posted to the loop by then.</summary>
    public void Wait(TimeSpan patience) => _calls.Wait(patience);

    /// <summary>Names are being read.</summary>
    public bool IsScanning => _isScanning;

    /// <summary>Calls <see cref="Changed"/> for all names that are there, those of a very full directory bit by bit.</summary>
    public void Rescan()
    {
        _scanAnew = true;
        Scan();
    }

    private void Scan()
    {
        if (_isScanning)
            return;
        var anew = _scanAnew;
        _isScanning = _calls.Run(() => NextNames(anew), Scanned);
        if (_isScanning)
            _scanAnew = false;
        else
            _scanTimer.After(NextTurnMs);
    }

    // Of the thread. Null: the directory was removed just now. Less than a turn's: these are the last ones.
    private List<string>? NextNames(bool anew)
    {
        if (anew)
            EndNames();
        var names = new List<string>();
        try
        {
            _names ??= Directory.EnumerateFileSystemEntries($"/proc/self/fd/{_fd}/").GetEnumerator();
            while (names.Count < NamesATurn && _names.MoveNext())
                names.Add(System.IO.Path.GetFileName(_names.Current));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            names = null;
        }
        if (names is null || names.Count < NamesATurn)
            EndNames();
        return names;
    }

    private void EndNames()
    {
        _names?.Dispose();
        _names = null;
    }

    private void Scanned(List<string>? names)
    {
        _isScanning = false;
        foreach (var name in names ?? [])
            Changed?.Invoke(name);
        if (names is null)
            _lostTimer.After(0);
        else if (_scanAnew || names.Count == NamesATurn)
            _scanTimer.After(NextTurnMs);
        else
            AllNamed?.Invoke();
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
                    _lostTimer.After(LostMs);
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
        if (!_calls.Run(Examine, Act))
            _lostTimer.After(LostMs);
    }

    private (bool IsLost, int Bell) Examine()
    {
        if (FileStatus.Of(_fd, "", out var held) < 0 || FileStatus.Of(Path, out var named) < 0 || held.Identity != named.Identity)
            return (true, -1);
        if (FileStatus.Of(_fd, Rendezvous.BellName, out _) == 0)
            return (false, -EEXIST);
        return (false, DirectorySocket.Listen(_fd, Rendezvous.BellName, SOCK_SEQPACKET, BellMode));
    }

    private void Act((bool IsLost, int Bell) found)
    {
        if (found.IsLost)
        {
            Lost?.Invoke();
        }
        else if (found.Bell >= 0)
        {
            _bell?.Forget();
            _bell = new SocketName(this, Rendezvous.BellName, found.Bell, _bells!.Add);
        }
        else if (found.Bell != -EEXIST)
        {
            _lostTimer.After(10 * LostMs);
        }
    }

    public void Dispose()
    {
        _bell?.Dispose();
        _bells?.Dispose();
        _watch?.Dispose();
        Sys.Close(_inotify);
        if (_made || OwnDirectory.IsName(Path))
            _calls.Run(Remove);
        _calls.Dispose();
        if (_calls.HasEnded) // else its thread waits for whoever holds the directory, and goes on with the descriptor when that lets go
            Sys.Close(_fd);
    }

    private void Remove()
    {
        try
        {
            Directory.Delete(Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Clients live on in it, and a next host serves them.
        }
    }
}
