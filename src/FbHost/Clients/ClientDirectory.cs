using FbHost.Loop;
using Mmm.Protocol;
using Mmm;
using Mmm.Hosting;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Clients;

/// <summary>
/// A directory in which clients and the host meet: the main one, or one of an app (<see cref="AppDirectories"/>). Only this type accesses
/// it: it chooses the main directory, ensures that one host at a time serves it, watches its names, and creates the sockets in it. Its
/// caller decides what to do about a name or a greeting. Any process that may list the directory can hold its kernel lock for ever.
/// Therefore all calls that take that lock run on another thread (<see cref="DirectoryCalls"/>), and the loop never waits for them.
/// </summary>
/// <remarks>
/// Measured on x64 (native code): a directory of an app takes 16 KB of memory and three descriptors. A thread of its own would take another
/// 21 KB, and 16 KB of the kernel's.
/// </remarks>
internal sealed class ClientDirectory : IDisposable
{
    private const int RecordBytes = 8 * 1024; // of changes that are read at once
    private const long LostMs = 100;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(3);
    private const uint WatchedEvents = Sys.IN_CREATE | Sys.IN_MOVED_TO | Sys.IN_MOVED_FROM | Sys.IN_DELETE | Sys.IN_ATTRIB
        | Sys.IN_CLOSE_WRITE | Sys.IN_DELETE_SELF | Sys.IN_MOVE_SELF;
    private readonly bool _made;
    private readonly int _fd; // the main one is locked; not opened with O_PATH, since such a descriptor cannot be locked
    private readonly int _folder = -1; // of an app's directory: a descriptor of the folder that it is in
    private readonly EventLoop _loop;
    private readonly DirectoryCalls _calls;
    private readonly LoopTimer _lostTimer;
    private readonly DirectoryScan _scan;
    private int _inotify = -1;
    private Watch? _watch;
    private SocketName? _bell;
    private UnknownBells? _bells;
    private int _users = 1; // of the descriptor; the last one closes it

    /// <summary>What to do when the main directory cannot be used, for messages.</summary>
    public const string OrAnother = "or choose another directory with --path DIR";

    /// <summary>Opens or creates the main directory, and locks it.</summary>
    /// <param name="loop">Runs the callbacks that follow an examination of the directory.</param>
    /// <param name="given">The argument of --path; null for MMM_PATH or, if that is unset, a new directory.</param>
    /// <param name="warn">Called with a warning about the chosen directory.</param>
    /// <exception cref="MmmException">The path is a file, the directory cannot be created or opened, or another host serves it. The message
    /// is one line.</exception>
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
            DirectoryLock.Take(_fd, Path, warn);
        }
        catch
        {
            Sys.Close(_fd);
            throw;
        }
        _lostTimer = loop.CreateTimer(FindOut);
        _calls = new DirectoryCalls(loop, ownThread: true);
        _scan = NewScan();
    }

    /// <summary>A directory of an app.</summary>
    /// <param name="loop">Runs the callbacks that follow an examination of the directory.</param>
    /// <param name="path">The absolute path.</param>
    /// <param name="folder">A descriptor of the folder that the directory is in, in which only the host's user can write. It must stay
    /// valid while this object and its calls exist.</param>
    /// <param name="fd">A descriptor of the directory, which this object owns.</param>
    public ClientDirectory(EventLoop loop, string path, int folder, int fd)
    {
        (_loop, Path, _folder, _fd) = (loop, path, folder, fd);
        _lostTimer = loop.CreateTimer(FindOut);
        _calls = new DirectoryCalls(loop, ownThread: false);
        _scan = NewScan();
    }

    private DirectoryScan NewScan()
    {
        var scan = new DirectoryScan(_loop, _fd, _calls);
        scan.Named += name => Changed?.Invoke(name);
        scan.AllNamed += () => AllNamed?.Invoke();
        scan.Failed += () => _lostTimer.After(0);
        return scan;
    }

    /// <summary>The absolute path.</summary>
    public string Path { get; }

    /// <summary>A descriptor of the directory, valid until this object is disposed.</summary>
    public int Fd => _fd;

    /// <summary>Keeps the descriptor valid until <see cref="Release"/>, also after this object was disposed.</summary>
    public void Hold() => Interlocked.Increment(ref _users);

    /// <summary>Ends a <see cref="Hold"/>. May be called on any thread.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            Sys.Close(_fd);
    }

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
        _inotify = Sys.WatchDirectory($"/proc/self/fd/{_fd}/.", WatchedEvents); // this directory, whatever has its name now
        if (_inotify < 0)
            throw new MmmException($"{Path}: cannot be watched: {Sys.ErrorText(_inotify)}");
        _bells = new UnknownBells(_loop, look, greeted);
        if (_folder < 0)
            Listen();
        else if (_bell is null)
            FindOut();
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
        var fd = Call(() => DirectorySocket.Listen(_fd, name, type, mode));
        if (fd < 0)
            throw new MmmException($"{System.IO.Path.Combine(Path, name)}: the socket cannot be created: {Sys.ErrorText(fd)}");
        return new SocketName(this, name, fd, accepted);
    }

    /// <summary>Makes a call that may block, and waits for it for a limited time.</summary>
    /// <exception cref="MmmException">The call has not ended by then.</exception>
    public T Call<T>(Func<T> call)
    {
        T result = default!;
        var orAnother = _folder < 0 ? $", {OrAnother}" : "";
        return TryCall(() => result = call(), StartPatience) ? result
            : throw new MmmException($"{Path}: another process holds the directory's lock; end that one{orAnother}");
    }

    /// <summary>
    /// Makes a call that may block after those that were queued before, and waits for a limited time. Returns false if it is not made by
    /// then; it is made later.
    /// </summary>
    public bool TryCall(Action call, TimeSpan patience)
    {
        var made = new TaskCompletionSource();
        return _calls.Run(() =>
        {
            call();
            made.SetResult();
        }) && made.Task.Wait(patience);
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

    /// <summary>
    /// Waits for a limited time until all examinations have ended. Their callbacks are posted to the loop by then. Returns false if some
    /// have not ended.
    /// </summary>
    public bool Wait(TimeSpan patience) => _calls.Wait(patience);

    /// <summary>True while the directory's names are being read.</summary>
    public bool IsScanning => _scan.IsRunning;

    /// <summary>Calls <see cref="Changed"/> for every name that exists. The names of a very full directory are read in batches.</summary>
    public void Rescan() => _scan.Start();

    private void ReadEvents()
    {
        Span<byte> records = stackalloc byte[RecordBytes];
        var n = Sys.Read(_inotify, records);
        var events = new InotifyEvents(records[..(int)Math.Max(0, n)]);
        while (_watch is not null && events.Next()) // a callback may close this directory
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
        var hasBell = _bell is not null;
        if (!_calls.Run(() => Examine(hasBell), Act))
            _lostTimer.After(LostMs);
    }

    private (bool IsLost, int Bell) Examine(bool hasBell)
    {
        if (!HasItsName())
            return (true, -1);
        if (hasBell && FileStatus.Of(_fd, Rendezvous.BellName, out _) == 0)
            return (false, -EEXIST);
        return (false, DirectorySocket.Listen(_fd, Rendezvous.BellName, SOCK_SEQPACKET, BellMode));
    }

    // An app's directory is looked for in its folder, whose lock no other user can hold.
    private bool HasItsName()
    {
        FileStatus named;
        var error = _folder < 0 ? FileStatus.Of(Path, out named) : FileStatus.Of(_folder, System.IO.Path.GetFileName(Path), out named);
        return error == 0 && FileStatus.Of(_fd, "", out var held) == 0 && held.Identity == named.Identity;
    }

    private void Act((bool IsLost, int Bell) found)
    {
        if (_inotify < 0) // closed meanwhile
        {
            Sys.Close(found.Bell);
        }
        else if (found.IsLost)
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
        EndService();
        if (_made || OwnDirectory.IsName(Path))
            _calls.Run(Remove);
        _calls.Dispose();
        if (_calls.HasEnded) // else the thread still waits for a process that holds the directory, and uses the descriptor after that
            Release();
    }

    /// <summary>
    /// Stops serving a directory of an app, and removes it. Never waits. This object needs no <see cref="Dispose"/> then.
    /// </summary>
    /// <param name="isLeft">True if no process uses it any more: everything in it is removed, too. Otherwise it is removed only if it is
    /// empty.</param>
    /// <param name="removed">Called with false if the directory is not empty, or its removal failed.</param>
    public void Close(bool isLeft, Action<bool> removed)
    {
        EndService();
        _loop.Remove(_lostTimer);
        _calls.Close(() =>
        {
            _scan.End();
            if (isLeft)
                DirectoryContent.Remove(_fd);
            var isGone = !HasItsName() || Sys.RemoveDirectoryIn(_folder, System.IO.Path.GetFileName(Path)) == 0;
            Release();
            return isGone;
        }, removed);
    }

    /// <summary>Removes an empty directory in this one.</summary>
    public void RemoveFolder(string name) => _calls.Run(() => Sys.RemoveDirectoryIn(_fd, name));

    /// <summary>Waits for a limited time for the end of <see cref="Close"/>. Returns false if it has not ended by then.</summary>
    public bool WaitForEnd(TimeSpan patience) => _calls.WaitForEnd(patience);

    /// <summary>Ends the callbacks of <see cref="Close"/>, because the loop ends.</summary>
    public void Abandon() => _calls.Dispose();

    private void EndService()
    {
        _scan.Dispose();
        _bell?.Dispose();
        _bells?.Dispose();
        _watch?.Dispose();
        Sys.Close(_inotify);
        (_bell, _watch, _inotify) = (null, null, -1);
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
