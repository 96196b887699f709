using System.Globalization;
using FbHost.Options;

namespace FbHost.Apps;

/// <summary>
/// Writes the command line of bubblewrap (bwrap(1)) for an app: namespaces of its own for users, processes, mounts, IPC and the network; a
/// read-only system; and nothing else of the machine but the folder of its program, its state folder, its clients' directory, and what its
/// entry names. docs/security.md says what that keeps apart.
/// </summary>
internal static class Sandbox
{
    /// <summary>The program that makes the sandbox.</summary>
    public const string Program = "bwrap";

    private const string TemporaryBytes = "67108864"; // of /tmp and of /dev/shm each
    private static readonly string[] Nodes = ["null", "zero", "full", "random", "urandom"];
    private static readonly string[] System = ["/usr", "/etc", "/opt"];
    private static readonly string[] SystemLinks = ["/bin", "/sbin", "/lib", "/lib32", "/lib64"];

    // Folders that belong to more than one program: of these, a program gets only its own file.
    private static readonly string[] Shared =
    [
        "/", "/tmp", "/var", "/var/tmp", "/var/lib", "/home", "/root", "/run", "/dev", "/proc", "/sys", "/data", "/srv", "/mnt", "/media",
    ];

    // Folders of which each user has one.
    private static readonly string[] OfUsers = ["/home", "/run/user", "/media"];

    /// <summary>The paths of an app's sandbox, all of them full ones.</summary>
    /// <param name="Bubblewrap">The program that makes the sandbox.</param>
    /// <param name="Program">The app's program.</param>
    /// <param name="Clients">Its clients' directory, in the folder for those of all apps.</param>
    /// <param name="State">Its state folder, in the folder for those of all apps.</param>
    internal readonly record struct Paths(string Bubblewrap, string Program, string Clients, string State)
    {
        /// <summary>The folders that have something of other apps and of the host.</summary>
        public IEnumerable<string> OfOthers => [Path.GetDirectoryName(Path.GetDirectoryName(Clients))!, Path.GetDirectoryName(State)!];
    }

    /// <summary>Returns the command line.</summary>
    /// <param name="app">The app's options.</param>
    /// <param name="paths">The paths.</param>
    /// <param name="seccomp">The descriptor of the seccomp filter.</param>
    public static List<string> Command(AppOptions app, Paths paths, int seccomp)
    {
        var start = app.Start!;
        List<string> words =
        [
            paths.Bubblewrap, "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
            "--seccomp", seccomp.ToString(CultureInfo.InvariantCulture),
        ];
        if (!start.KeepRunning)
            words.Add("--die-with-parent");
        if (!start.Network)
            words.Add("--unshare-net");
        foreach (var folder in System)
            words.AddRange(["--ro-bind-try", folder, folder]);
        foreach (var path in SystemLinks)
            words.AddRange(new FileInfo(path).LinkTarget is { } target ? ["--symlink", target, path] : ["--ro-bind-try", path, path]);
        AddDevices(words, start);
        words.AddRange(["--proc", "/proc", "--size", TemporaryBytes, "--tmpfs", "/tmp", "--symlink", "../tmp", "/var/tmp"]);
        if (start.Network && Resolver() is { } resolver)
            words.AddRange(["--ro-bind-try", resolver, resolver]);
        foreach (var path in ProgramPaths(paths))
            words.AddRange(["--ro-bind", path, path]);
        foreach (var bind in start.Binds)
        {
            var path = AppStart.PathOf(bind);
            words.AddRange([AppStart.IsWritable(bind) ? "--bind" : "--ro-bind", path, path]);
        }
        words.AddRange(["--bind", paths.Clients, paths.Clients, "--bind", paths.State, paths.State]);
        // The root directory is in memory and has no size of its own.
        words.AddRange(["--remount-ro", "/", "--chdir", start.WorkingDirectory ?? paths.State, "--", paths.Program]);
        words.AddRange(app.Command.Skip(1));
        return words;
    }

    private static void AddDevices(List<string> words, AppStart start)
    {
        words.AddRange(["--tmpfs", "/dev"]);
        foreach (var path in Nodes.Select(node => "/dev/" + node).Concat(start.Devices))
            words.AddRange(["--dev-bind", path, path]);
        words.AddRange(["--symlink", "/proc/self/fd", "/dev/fd", "--symlink", "/proc/self/fd/0", "/dev/stdin"]);
        words.AddRange(["--symlink", "/proc/self/fd/1", "/dev/stdout", "--symlink", "/proc/self/fd/2", "/dev/stderr"]);
        words.AddRange(["--size", TemporaryBytes, "--perms", "1777", "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]);
        // The runtimes of languages read the processors' caches; libraries for devices read everything about them.
        var sys = start.Devices.Count > 0 ? "/sys" : "/sys/devices/system/cpu";
        words.AddRange(["--ro-bind-try", sys, sys]);
    }

    // /etc/resolv.conf is often a link to a file that a service writes. The service replaces it, so the folder is what counts.
    private static string? Resolver()
    {
        try
        {
            return File.ResolveLinkTarget("/etc/resolv.conf", returnFinalTarget: true)?.FullName is { } file ? ResolverPath(file) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The folder of the file with the name servers, or only the file if the folder has others.</summary>
    internal static string ResolverPath(string file) =>
        Path.GetDirectoryName(file)! is var folder && (Shared.Contains(folder) || IsOfUser(folder)) ? file : folder;

    /// <summary>The folder of a program, or only its file if the folder has others; where a link leads to, too.</summary>
    internal static IEnumerable<string> ProgramPaths(Paths paths)
    {
        List<string> files = [paths.Program], others = [.. paths.OfOthers, .. paths.OfOthers.Select(RealPath)];
        if (RealPath(paths.Program) is var real && real != paths.Program)
            files.Add(real);
        foreach (var file in files)
        {
            var folder = Path.GetDirectoryName(file)!;
            if (System.Any(s => IsIn(file, s)) || SystemLinks.Contains(folder))
                continue;
            yield return Shared.Contains(folder) || IsOfUser(folder) || others.Any(o => IsIn(o, folder) || IsIn(folder, o)) ? file : folder;
        }
    }

    /// <summary>Returns whether a file of the machine that can be executed is in the sandbox, too, at the same path.</summary>
    public static bool Shows(AppStart start, Paths paths, string file)
    {
        List<string> shown = [.. System, .. SystemLinks, .. ProgramPaths(paths), .. start.Binds.Select(AppStart.PathOf), paths.State];
        return shown.Exists(p => IsIn(file, p)) && RealPath(file) is var real && shown.Exists(p => IsIn(real, p));
    }

    private static bool IsIn(string path, string folder) =>
        path == folder || path.StartsWith(folder == "/" ? folder : folder + "/", StringComparison.Ordinal);

    private static bool IsOfUser(string folder) =>
        OfUsers.Contains(Path.GetDirectoryName(folder)) || folder == Environment.GetEnvironmentVariable("HOME");

    private static string RealPath(string path)
    {
        try
        {
            var real = "/";
            foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                var next = Path.Combine(real, part);
                real = new FileInfo(next).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? next;
            }
            return real;
        }
        catch (IOException)
        {
            return path;
        }
    }
}
