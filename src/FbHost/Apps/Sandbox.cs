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
    private static readonly string[] Shared = ["/", "/tmp", "/var/tmp", "/home", "/root", "/run", "/var", "/dev", "/proc", "/sys", "/data"];

    /// <summary>Returns the command line.</summary>
    /// <param name="app">The app's options.</param>
    /// <param name="program">The full path of its program.</param>
    /// <param name="clients">Its clients' directory.</param>
    /// <param name="state">Its state folder; null if it has none.</param>
    /// <param name="seccomp">The descriptor of the seccomp filter.</param>
    public static List<string> Command(AppOptions app, string program, string clients, string? state, int seccomp)
    {
        var start = app.Start!;
        List<string> words =
        [
            Program, "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
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
        foreach (var path in ProgramPaths(program))
            words.AddRange(["--ro-bind", path, path]);
        foreach (var bind in start.Binds)
        {
            var path = AppStart.PathOf(bind);
            words.AddRange([AppStart.IsWritable(bind) ? "--bind" : "--ro-bind", path, path]);
        }
        words.AddRange(["--bind", clients, clients]);
        if (state is not null)
            words.AddRange(["--bind", state, state]);
        words.AddRange(["--chdir", start.WorkingDirectory ?? state ?? "/", "--", program]);
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

    // /etc/resolv.conf is often a link to a file that a service writes.
    private static string? Resolver()
    {
        try
        {
            return Path.GetDirectoryName(File.ResolveLinkTarget("/etc/resolv.conf", returnFinalTarget: true)?.FullName);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The folder of a program, or only its file if the folder has others; where a link leads to, too.</summary>
    internal static IEnumerable<string> ProgramPaths(string program)
    {
        List<string> files = [program];
        var real = RealPath(program);
        if (real != program)
            files.Add(real);
        foreach (var file in files)
        {
            var folder = Path.GetDirectoryName(file)!;
            if (System.Any(s => file.StartsWith(s + "/", StringComparison.Ordinal)) || SystemLinks.Contains(folder))
                continue;
            yield return Shared.Contains(folder) || IsHome(folder) ? file : folder;
        }
    }

    private static bool IsHome(string folder) => Path.GetDirectoryName(folder) == "/home";

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
