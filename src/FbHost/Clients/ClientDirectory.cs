using System.Globalization;
using System.Text;
using FbHost.Loop;
using Mmm.Protocol;
using Mmm;
using Mmm.Hosting;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Clients;

/// <summary>
/// The directory in which clients and the host meet. Only this type accesses it: it chooses the directory, ensures that one host at a time
/// serves it, watches its names, and creates the sockets in it. Its caller decides what to do about a name or a greeting. Any process that
/// may list the directory can hold its kernel lock for ever. Therefore all calls that take that lock run on a separate thread, and the loop
/// never waits for them.
/// </summary>
internal sealed class ClientDirectory : IDisposable
{
    private const int NamesATurn = 256; // names per batch, since any user may fill the directory
    private const int MostCalls = 1024; // calls that may wait for the thread
    private const string OrAnother = "or choose another directory with --path DIR";
    private const long NextTurnMs = 5, LostMs = 100;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(3), EndPatience = TimeSpan.FromSeconds(1);
    private const uint WatchedEvents = Sys.IN_CREATE | Sys.IN_MOVED_TO | Sys.IN_MOVED_FROM | Sys.IN_DELETE | Sys.IN_ATTRIB
        | Sys.IN_CLOSE_WRITE | Sys.IN_DELETE_SELF | Sys.IN_MOVE_SELF;
    private readonly byte[] _records = new byte[16 * 1024];
    private readonly bool _made; // so it is removed at the end
    private readonly int _fd; // locked; not opened with O_PATH, since such a descriptor cannot be locked
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
    private IEnumerator<string>? _names; // used only on the thread

    /// <param name="loop">Runs the callbacks that follow an examination of the directory.</param>
    /// <param name="given">The argument of --path; null for MMM_PATH or, if that is unset, a new directory.</param>
    /// <param name="warn">Called with a warning about the chosen directory.</param>
    /// <param name="ofApp">True for an app's own directory, below that of the host: it exists and is not locked, because the app may lock
    /// it, and it is removed at the end.</param>
    /// <exception cref="MmmException">The path is a file, the directory cannot be created or opened, or another host serves it. The message
    /// is one line.</exception>
    public ClientDirectory(EventLoop loop, string? given, Action<string> warn, bool ofApp = false)
    {
        _loop = loop;
        _made = ofApp;
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
            if (!ofApp)
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

    /// <summary>The absolute path.</summary>
    public string Path { get; }

    /// <summary>A descriptor of the directory, valid until this object is disposed.</summary>
    public int Fd => _fd;

    /// <summary>A name appeared or changed.</summary>
    public event Action<string>? Changed;

    /// <summary>A name was removed.</summary>
    public event Action<string>? Left;

    /// <summary>
    /// Changes were missed: recorded files may be gone or replaced. <see cref="Changed"/> follows for every name that exists.
    /// </summary>
    public event Action? Missed;

    /// <summary><see cref="Changed"/> was called for every name that existed.</summary>
    public event Action? AllNamed;

    /// <summary>The directory was removed or moved: no client can reach this host any more.</summary>
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
            throw new MmmException($"{Path}: the clients' directory cannot be created: {IoFault.Text(e)}");
        }
    }

    // The lock is on the directory itself: there is no lock file that another process could replace or that would be left behind. The lock
    // ends with the process. Any process that can read the directory can lock it, too, so only the lock of a process that may serve the
    // directory counts.
    private void Lock(Action<string> warn)
    {
        if (Sys.Lock(_fd) >= 0)
            return;
        var pid = LockHolder();
        if (pid > 0 && !MayServe(pid))
        {
            warn($"{Path}: is locked by process {pid} of another user; this host serves it nevertheless");
            return;
        }
        throw new MmmException($"{Path}: another host serves it{(pid > 0 ? $" (pid {pid})" : "")}; end that one, {OrAnother}",
            innerException: new ServedElsewhereException(Path));
    }

    // Root, this process's user and the directory's owner may serve it.
    private bool MayServe(int pid)
    {
        if (FileStatus.Of(Sys.WorkingDirectory, $"/proc/{pid}", out var process) < 0 || FileStatus.Of(_fd, "", out var directory) < 0)
            return true;
        return process.Owner == 0 || process.Owner == Sys.EffectiveUserId || process.Owner == directory.Owner;
    }

    // A line is "1: FLOCK ADVISORY WRITE 1234 00:2a:4711 0 EOF". Returns 0 if the holder is not known.
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
            // Without /proc the holder is not known.
        }
        return 0;
    }

    /// <summary>Listens on the bell. Connections are answered after <see cref="Open"/>.</summary>
    /// <exception cref="MmmException">The socket cannot be created. The message is one line.</exception>
    public void Listen() => _bell ??= Listen(Rendezvous.BellName, SOCK_SEQPACKET, BellMode, fd => _bells!.Add(fd));

    /// <summary>Watches the names, and listens on the bell.</summary>
    /// <param name="look">Examines what a name refers to now, then calls back. A greeting is compared with the record as it is after
    /// that.</param>
    /// <param name="greeted">Called for each client that has sent a greeting.</param>
    /// <exception cref="MmmException">The directory cannot be used. The message is one line.</exception>
    public void Open(Action<string, Action> look, GreetingHandler greeted)
    {
        _inotify = Sys.WatchDirectory(Path, WatchedEvents);
        if (_inotify < 0)
            throw new MmmException($"{Path}: cannot be watched: {Sys.ErrorText(_inotify)}");
        _bells = new UnknownBells(_loop, look, greeted);
        Listen();
        _watch = _loop.Add(_inotify, _ => ReadEvents());
    }

    // Every process that can create client files in the directory may ring, so the directory's mode decides.
    private const UnixFileMode BellMode = (UnixFileMode)0x1B6; // 0666

    /// <summary>Creates a listening socket in the directory. Called at the start, before the loop runs.</summary>
    /// <param name="name">The socket's name; a stale socket of that name is replaced.</param>
    /// <param name="type">SOCK_STREAM or SOCK_SEQPACKET.</param>
    /// <param name="mode">The socket's mode, which decides who may connect.</param>
    /// <param name="accepted">Called with each connection: a non-blocking descriptor, which the callback must close.</param>
    /// <returns>The socket. Disposing it removes its name.</returns>
    /// <exception cref="MmmException">The socket cannot be created.</exception>
    public SocketName Listen(string name, int type, UnixFileMode mode, Action<int> accepted)
    {
        var made = new TaskCompletionSource<int>();
        _calls.Run(() => made.SetResult(DirectorySocket.Listen(_fd, name, type, mode)));
        if (!made.Task.Wait(StartPatience))
            throw new MmmException($"{Path}: another process holds the directory's lock; end that one, {OrAnother}");
        var fd = made.Task.Result;
        if (fd < 0)
            throw new MmmException($"{System.IO.Path.Combine(Path, name)}: the socket cannot be created: {Sys.ErrorText(fd)}");
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

        /// <summary>Closes the socket without removing its name, which another socket has by now.</summary>
        public void Forget()
        {
            _listener.Dispose();
            Sys.Close(fd);
        }
    }

    /// <summary>Examines what a name refers to now (<see cref="FoundName.Look"/>), and calls back on the loop.</summary>
    /// <returns>False if too many names are being examined; nothing is done then.</returns>
    public bool Find(string name, FileIdentity? known, ClientFile? file, bool open, Action<FoundName> then) =>
        _calls.Run(() => FoundName.Look(_fd, name, known, file, open), then);

    /// <summary>Waits for a limited time until all examinations have ended. Their callbacks are posted to the loop by then.</summary>
    public void Wait(TimeSpan patience) => _calls.Wait(patience);

    /// <summary>True while the directory's names are being read.</summary>
    public bool IsScanning => _isScanning;

    /// <summary>Calls <see cref="Changed"/> for every name that exists. The names of a very full directory are read in batches.</summary>
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

    // Runs on the thread. Returns null if the directory was removed just now. A batch that is not full is the last one.
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
                // The kernel reports the removal of the directory itself only when no process has it open any more, and this host has it
                // open.
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

    // The bell's name is gone. This finds out whether the directory is gone, too.
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
        if (_calls.HasEnded) // else the thread still waits for a process that holds the directory, and uses the descriptor after that
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
            // The clients in it continue, and the next host serves them.
        }
    }
}
