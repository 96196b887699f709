using FbHost.Options;
using FbHost.State;
using Mmm;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Apps;

/// <summary>
/// The state folders of apps, which are kept over restarts, and the users that own them. For a host that is root, each sandboxed app has a
/// user of its own from the range that systemd uses for dynamic users; the owner of the app's folder is its user, so the user of a name
/// stays the same.
/// </summary>
internal sealed class AppFolders
{
    private const uint FirstUser = 61184, LastUser = 65519; // of dynamic users in systemd
    private const int Private = 0x1C0 /* 0700 */, Passable = 0x1C9 /* 0711 */;
    private readonly string _all;

    /// <param name="all">The folder of the folders; null for the usual one: <c>apps</c> in systemd's STATE_DIRECTORY,
    /// /var/lib/mmm-host/apps for root, and ~/.local/state/mmm/apps (or below XDG_STATE_HOME) for others.</param>
    public AppFolders(string? all = null) => _all = all ?? Usual();

    private static string Usual()
    {
        var service = Environment.GetEnvironmentVariable("STATE_DIRECTORY")?.Split(':')[0];
        var home = Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } h ? h : "/tmp";
        var parent = !string.IsNullOrEmpty(service) ? service
            : Sys.EffectiveUserId == 0 ? "/var/lib/mmm-host"
            : Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } state ? Path.Combine(state, "mmm")
            : Path.Combine(home, ".local/state/mmm");
        return Path.Combine(parent, "apps");
    }

    /// <summary>Returns the user of an app; null if it runs as the host's user.</summary>
    /// <exception cref="MmmException">The user or group does not exist, or no number is left. The message is one line.</exception>
    public AppUser? UserOf(AppOptions app)
    {
        var start = app.Start!;
        if (Sys.EffectiveUserId != 0)
        {
            return start.User is null && start.Group is null ? null
                : throw new MmmException("user and group need a host that is root; leave them out, or start the host as root");
        }
        if (start is { User: null, Group: null, IsSandboxed: false })
            return null;
        var groups = start.Devices.SelectMany(GroupsOf).Where(g => g != 0).Distinct();
        var named = start.User is { } name
            ? UserTable.User(name) ?? throw Unknown("user", name) : default;
        var user = start.User is not null ? named.Id : start.IsSandboxed ? OwnUser(app.Name) : 0;
        var group = start.Group is { } groupName
            ? UserTable.Group(groupName) ?? throw Unknown("group", groupName)
            : start.User is not null ? named.Group : user;
        return new AppUser(user, group, [.. groups], IsOwn: start.User is null && start.IsSandboxed);
    }

    // A name such as /dev/serial/by-id/... is a link; /dev/dri is a folder with nodes.
    private static IEnumerable<uint> GroupsOf(string device)
    {
        try
        {
            string[] nodes = Directory.Exists(device) ? Directory.GetFiles(device) : [device];
            return [.. nodes.Select(n => File.ResolveLinkTarget(n, returnFinalTarget: true)?.FullName ?? n)
                .Select(n => FileStatus.Of(n, out var status) < 0 ? 0 : status.Group)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // gone just now
        }
    }

    private static MmmException Unknown(string kind, string name) =>
        new($"this machine has no {kind} {name}; create it (add{kind}), or leave it out");

    private uint OwnUser(string app)
    {
        if (FileStatus.Of(PathOf(app), out var status) >= 0 && status.Owner is >= FirstUser and <= LastUser)
            return status.Owner;
        var taken = new HashSet<uint>();
        if (Directory.Exists(_all))
        {
            foreach (var folder in Directory.EnumerateDirectories(_all))
            {
                if (FileStatus.Of(folder, out var other) >= 0)
                    taken.Add(other.Owner);
            }
        }
        var first = FirstUser + StableHash.Of(app) % (LastUser - FirstUser + 1);
        for (var i = 0u; i <= LastUser - FirstUser; i++)
        {
            var user = FirstUser + (first - FirstUser + i) % (LastUser - FirstUser + 1);
            if (!taken.Contains(user))
                return user;
        }
        throw new MmmException($"no user is left for the app: {_all} has a folder for each of them; remove folders of apps that are gone");
    }

    private string PathOf(string app) => Path.Combine(_all, app);

    /// <summary>Makes an app's state folder, if it is not there, and gives it to its user.</summary>
    /// <param name="app">The app's name.</param>
    /// <param name="user">Its user; null for the host's.</param>
    /// <param name="fault">Why there is none; else null.</param>
    /// <returns>The full path; null if it cannot be made.</returns>
    public string? Make(string app, AppUser? user, out string? fault)
    {
        var path = PathOf(app);
        try
        {
            if (!Directory.Exists(_all))
            {
                Directory.CreateDirectory(_all, (UnixFileMode)Passable);
                File.SetUnixFileMode(_all, (UnixFileMode)Passable);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            fault = $"{_all}: cannot be made: {IoFault.Text(e)}";
            return null;
        }
        fault = OwnedFolder.Make(_all, app, user is { } own ? (own.User, own.Group) : null, Private);
        return fault is null ? path : null;
    }
}
