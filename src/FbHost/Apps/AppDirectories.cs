using FbHost.Clients;
using FbHost.Loop;
using FbHost.State;
using Mmm;
using Mmm.Linux;
using Mmm.Protocol;
using static Tmds.Linux.LibC;

namespace FbHost.Apps;

/// <summary>
/// The clients' directories of sandboxed apps, below that of the host. Inside its sandbox an app sees only its own one, and what is in it
/// belongs to the app, whatever the files say.
/// </summary>
/// <param name="loop">Watches the directories.</param>
/// <param name="clients">The path of the host's directory.</param>
/// <param name="log">Takes a line if a directory is removed.</param>
internal sealed class AppDirectories(EventLoop loop, string clients, HostLog log) : IDisposable
{
    /// <summary>The name in the host's directory. It begins with a dot, so it is no client's file.</summary>
    public const string Name = ".apps";

    private const int Private = 0x1C0 /* 0700 */, Passable = 0x1C9 /* 0711 */;
    private readonly Dictionary<string, ClientDirectory> _all = [];
    private ClientTable? _table;

    /// <summary>Returns the path of an app's directory, which may not exist yet.</summary>
    public string PathOf(string app) => Path.Combine(clients, Name, app);

    /// <summary>Makes an app's directory, gives it to its user, and serves it.</summary>
    /// <param name="app">The app's name.</param>
    /// <param name="user">Its user; null for the host's.</param>
    /// <param name="clears">True if no process of the app exists: the files that its clients have left are removed. A new process may get
    /// the pid that one of them has written.</param>
    /// <exception cref="MmmException">It cannot be made. The message is one line.</exception>
    public void Make(string app, AppUser? user, bool clears)
    {
        // Another user must be able to pass the host's directory to its own one. In its sandbox, it sees nothing else of it.
        if (user is not null && FileStatus.Of(clients, out var status) >= 0 && (status.Mode & 1) == 0)
            File.SetUnixFileMode(clients, (UnixFileMode)(status.Mode & 0xFFF | 0x9 /* 0011 */));
        var fault = OwnedFolder.Make(clients, Name, null, Passable)
            ?? OwnedFolder.Make(Path.Combine(clients, Name), app, user is { } own ? (own.User, own.Group) : null, Private);
        if (fault is not null)
            throw new MmmException($"its clients' directory {fault}");
        if (clears)
            Clear(PathOf(app));
        if (_all.ContainsKey(app))
            return;
        var directory = new ClientDirectory(loop, PathOf(app), log.Warn, ofApp: true);
        _all.Add(app, directory);
        directory.Listen();
        directory.Lost += () =>
        {
            log.Warn($"{directory.Path} was removed, so clients of {app} cannot reach the host until the app is started again");
            Remove(app);
        };
        _table?.AddDirectory(directory, app);
    }

    private static void Clear(string path)
    {
        const int most = 4096; // what a hostile app leaves beyond that, the next start removes
        var fd = Sys.Open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
            return;
        foreach (var name in Directory.EnumerateFileSystemEntries($"/proc/self/fd/{fd}/").Select(Path.GetFileName).Take(most).ToList())
        {
            if (Rendezvous.IsClientName(name!))
                Sys.UnlinkAt(fd, name!);
        }
        Sys.Close(fd);
    }

    /// <summary>Serves the directories from now on.</summary>
    public void Serve(ClientTable table)
    {
        _table = table;
        foreach (var (app, directory) in _all)
            table.AddDirectory(directory, app);
    }

    /// <summary>Ends the service of an app that is no longer configured.</summary>
    public void Remove(string app)
    {
        if (!_all.Remove(app, out var directory))
            return;
        _table?.RemoveDirectory(directory);
        directory.Dispose();
    }

    public void Dispose()
    {
        foreach (var directory in _all.Values)
            directory.Dispose();
        try
        {
            Directory.Delete(Path.Combine(clients, Name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // An app has left files of its own, or there never was one.
        }
    }
}
