using FbHost.Loop;
using Mmm;
using Mmm.Linux;
using Mmm.Protocol;
using static Tmds.Linux.LibC;

namespace FbHost.Clients;

/// <summary>
/// The directories of apps. Each app that runs in a sandbox has a directory of clients of its own, in the folder <c>.apps</c> of the main
/// directory, and sees only that one: so the directory tells which app a client belongs to. Only the host's user can write the folder. The
/// directory belongs to the app's user, has mode 0700, and has a bell of its own.
/// </summary>
/// <remarks>
/// An app can do anything to its directory, so nothing in it is trusted: the rules are those of the main directory. The directory is
/// emptied before the app's process starts: in a new pid namespace, that process has the pid of a former one, and a file that the
/// former one has left would be taken for a client of the new one. All members are for the loop's thread.
/// </remarks>
internal sealed class AppDirectories : IDisposable
{
    /// <summary>The name of the folder in the main directory.</summary>
    public const string FolderName = ".apps";

    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StartPatience = TimeSpan.FromMilliseconds(200); // the loop waits so long; then the start fails
    private readonly EventLoop _loop;
    private readonly ClientDirectory _main;
    private readonly HostLog _log;
    private readonly Dictionary<string, Served> _served = [];
    private readonly Dictionary<string, ClientDirectory> _leaving = []; // being removed
    private readonly HashSet<ClientDirectory> _closing = []; // these, and the former ones of directories that were lost
    private int _folder = -1;

    private sealed record Served(ClientDirectory Directory, uint User, uint Group);

    /// <param name="loop">Runs the callbacks of the directories.</param>
    /// <param name="main">The main directory. It is disposed after this object.</param>
    /// <param name="log">Takes one line for each event.</param>
    public AppDirectories(EventLoop loop, ClientDirectory main, HostLog log) => (_loop, _main, _log) = (loop, main, log);

    /// <summary>The directories, with the names of their apps.</summary>
    public IEnumerable<(ClientDirectory Directory, string App)> All => _served.Select(s => (s.Value.Directory, s.Key));

    /// <summary>A directory was added. A handler that throws prevents that.</summary>
    public event Action<ClientDirectory, string>? Added;

    /// <summary>A directory is to be served no longer.</summary>
    public event Action<ClientDirectory>? Removed;

    /// <summary>
    /// The directory of an app was removed or moved, and there is a new one. The app's processes see the former one, in which no client can
    /// be made: the app must be restarted.
    /// </summary>
    public event Action<string>? Lost;

    /// <summary>
    /// Creates the directory of an app. Call it before each start of the app. It stays until <see cref="Remove"/>; further calls return the
    /// same path.
    /// </summary>
    /// <param name="app">The app's name: a file name.</param>
    /// <param name="user">The user id of the app's processes, as the host sees it.</param>
    /// <param name="group">The group id.</param>
    /// <param name="isRunning">True if processes of the app run, which a former host has started: the files are kept. Otherwise all that is
    /// in the directory is removed.</param>
    /// <returns>The absolute path, to be mounted in the app's sandbox.</returns>
    /// <exception cref="MmmException">The directory cannot be created, or emptied soon. The message is one line.</exception>
    public string Add(string app, uint user, uint group, bool isRunning = false)
    {
        if (_served.TryGetValue(app, out var there))
        {
            if ((there.User, there.Group) == (user, group))
            {
                if (!isRunning)
                    Empty(there.Directory, () => DirectoryContent.Remove(there.Directory.Fd, keep: Rendezvous.BellName));
                return there.Directory.Path;
            }
            Remove(app);
        }
        if (_leaving.TryGetValue(app, out var former) && !former.WaitForEnd(StartPatience))
            throw new MmmException($"{former.Path}: is still being removed; end the processes that use it");
        var directory = Make(app, user, group, isRunning);
        try
        {
            if (!isRunning)
                directory.Listen(); // before the app looks for it
            Added?.Invoke(directory, app);
        }
        catch
        {
            Close(directory, isLeft: !isRunning);
            throw;
        }
        directory.Lost += () => Renew(app, directory);
        _served.Add(app, new Served(directory, user, group));
        return directory.Path;
    }

    private ClientDirectory Make(string app, uint user, uint group, bool isRunning)
    {
        if (app is "" or "." or ".." || app.AsSpan().ContainsAny('/', '\0'))
            throw new MmmException($"app {app}: its name cannot be that of a directory; choose another name");
        var path = Path.Combine(OpenFolder(), app);
        var error = Sys.MakeDirectoryIn(_folder, app, 0x1C0 /* 0700 */);
        var isNew = error == 0;
        var fd = isNew || error == -EEXIST ? Sys.OpenDirectoryIn(_folder, app) : error;
        if (fd < 0)
            throw new MmmException($"{path}: the directory of app {app} cannot be {(fd == error ? "created" : "opened")}: "
                + $"{Sys.ErrorText(fd)}; remove what has that name, if there is something");
        var directory = new ClientDirectory(_loop, path, _folder, fd);
        try
        {
            error = 0;
            if (!isRunning || isNew)
                Empty(directory, () => error = DirectoryContent.Prepare(fd, user, group));
            if (error < 0)
                throw new MmmException($"{path}: cannot be given to user {user} and group {group}: {Sys.ErrorText(error)}; "
                    + "run the host as root, or the app as the host's user");
            error = Sys.Access(fd, Sys.W_OK | Sys.X_OK);
            if (error < 0)
                throw new MmmException($"{path}: the host cannot write the directory of user {user}: {Sys.ErrorText(error)}; "
                    + "a host for apps of other users needs the capability CAP_DAC_OVERRIDE");
            return directory;
        }
        catch
        {
            Leave(app, directory, isLeft: false); // the next start waits for a call that is still being made
            throw;
        }
    }

    // An app can leave so many files that it takes long.
    private static void Empty(ClientDirectory directory, Action remove)
    {
        if (!directory.TryCall(remove, StartPatience))
            throw new MmmException($"{directory.Path}: the files that the app has left are still being removed");
    }

    // Returns the path of the folder.
    private string OpenFolder()
    {
        var path = Path.Combine(_main.Path, FolderName);
        if (_folder < 0)
            _folder = _main.Call(() => OpenFolder(_main.Fd));
        return _folder >= 0 ? path : throw new MmmException(_folder == -EPERM
            ? $"{path}: is not a directory that only the host's user can write; remove it"
            : $"{path}: the folder of the apps' directories cannot be created: {Sys.ErrorText(_folder)}");
    }

    private static int OpenFolder(int main)
    {
        var error = Sys.MakeDirectoryIn(main, FolderName, 0x1C9);
        if (error < 0 && error != -EEXIST)
            return error;
        var fd = Sys.OpenDirectoryIn(main, FolderName);
        if (fd == -ELOOP || fd == -ENOTDIR)
            return -EPERM;
        if (fd < 0)
            return fd;
        error = FileStatus.Of(fd, "", out var status);
        if (error == 0 && !status.IsOnlyUsers)
            error = -EPERM;
        if (error == 0)
            error = Sys.Check(fchmod(fd, (Tmds.Linux.mode_t)0x1C9u)); // 0711, whatever the umask: the app's user can pass
        if (error == 0)
            return fd;
        Sys.Close(fd);
        return error;
    }

    /// <summary>
    /// Removes the directory of an app that is configured no longer, with everything in it, in the background. Call it when the app's
    /// processes have ended.
    /// </summary>
    public void Remove(string app)
    {
        if (!_served.Remove(app, out var served))
            return;
        Removed?.Invoke(served.Directory);
        Leave(app, served.Directory, isLeft: true, isGone =>
        {
            if (!isGone)
                _log.Warn($"{served.Directory.Path}: is not removed, because it is not empty");
        });
    }

    private void Leave(string app, ClientDirectory directory, bool isLeft, Action<bool>? removed = null)
    {
        _leaving[app] = directory;
        Close(directory, isLeft, isGone =>
        {
            if (_leaving.GetValueOrDefault(app) == directory)
                _leaving.Remove(app);
            removed?.Invoke(isGone);
        });
    }

    private void Close(ClientDirectory directory, bool isLeft, Action<bool>? removed = null)
    {
        _closing.Add(directory);
        directory.Close(isLeft, isGone =>
        {
            _closing.Remove(directory);
            removed?.Invoke(isGone);
        });
    }

    private void Renew(string app, ClientDirectory lost)
    {
        if (!_served.TryGetValue(app, out var served) || served.Directory != lost)
            return;
        _served.Remove(app);
        Removed?.Invoke(lost);
        Close(lost, isLeft: false);
        try
        {
            Add(app, served.User, served.Group, isRunning: true);
            _log.AboutClient($"{lost.Path} was removed; there is a new one, which app {app} sees when it is restarted");
        }
        catch (MmmException e)
        {
            _log.AboutClient($"{lost.Path} was removed, so no client of app {app} can reach the host: {e.Message}");
        }
        Lost?.Invoke(app);
    }

    /// <summary>Removes the directories that are empty. Call it after those who serve them were disposed.</summary>
    public void Dispose()
    {
        var end = EventLoop.Now + (long)EndPatience.TotalNanoseconds;
        foreach (var served in _served.Values)
            Close(served.Directory, isLeft: false);
        var haveEnded = true;
        foreach (var directory in _closing)
        {
            haveEnded &= directory.WaitForEnd(TimeSpan.FromMicroseconds(Math.Max(0, end - EventLoop.Now) / 1000));
            directory.Abandon();
        }
        if (_folder >= 0 && haveEnded) // else a call that blocks uses the folder after that
        {
            _main.RemoveFolder(FolderName);
            Sys.Close(_folder);
        }
    }
}
