using System.Globalization;
using System.Text;
using FbHost.Options;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Apps;

/// <summary>
/// A cgroup (v2) for each app, below the host's own, where the host may make them: for root, and for a service with Delegate=. With them
/// the kernel limits the app's memory, processes and share of the processor, and no process of an app can leave it. Without them the host
/// finds the processes by <see cref="ProcessTree"/>.
/// </summary>
internal sealed class Cgroups
{
    private const string Host = "host";
    private static readonly string[] Controllers = ["memory", "pids", "cpu"];
    private readonly string _prefix;
    private readonly Lazy<string?> _root; // not needed for mmm COMMAND

    /// <param name="directory">The clients' directory: the names of the cgroups tell hosts of other directories apart.</param>
    public Cgroups(string directory)
    {
        _prefix = string.Create(CultureInfo.InvariantCulture, $"mmm-{StableHash.Of(directory):x8}-");
        _root = new Lazy<string?>(Prepare);
    }

    /// <summary>Which limits of apps have no effect, and why: one line; null if all have. Known after the first app was started.</summary>
    public string? Fault { get; private set; }

    private string? Prepare()
    {
        Fault = "limits of memory, processes and processor of apps have no effect: ";
        if (Root() is not { } root)
        {
            Fault += "there is no cgroup file system (version 2); mount one";
            return null;
        }
        var test = Path.Combine(root, _prefix + "test");
        var error = Make(test);
        Remove(test);
        if (error < 0)
        {
            Fault += $"no cgroup can be made in {root}: {Sys.ErrorText(error)}; run the host as root, or as a service with Delegate=yes";
            return null;
        }
        EnableControllers(root);
        var enabled = Read(Path.Combine(root, "cgroup.subtree_control")).Split(' ', '\n');
        var missing = Controllers.Except(enabled).ToList();
        Fault = missing.Count == 0 ? null
            : $"limits of apps have no effect that need the cgroup controllers {string.Join(", ", missing)}, which {root} does not have";
        return root;
    }

    /// <summary>Returns the cgroup of an app, which may not exist yet; null if there are none.</summary>
    public string? PathOf(string app) =>
        _root.Value is not { } root ? null : Path.Combine(root, NameOf(app));

    /// <summary>Returns the name of an app's cgroup.</summary>
    public string NameOf(string app) => _prefix + Uri.EscapeDataString(app).Replace(".", "%2E");

    /// <summary>Returns the paths of all cgroups that hosts of this clients' directory have made.</summary>
    public List<string> All()
    {
        try
        {
            return Root() is { } root ? [.. Directory.EnumerateDirectories(root, _prefix + "*")] : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Makes an app's cgroup with its limits. Returns its path; null if there are none.</summary>
    public string? Make(string app, AppLimits limits)
    {
        if (PathOf(app) is not { } path || Make(path) < 0)
            return null;
        // A controller that the kernel lacks, or that is not delegated, has no files.
        Write(path, "memory.max", limits.MemoryMb == 0 ? "max" : $"{(long)limits.MemoryMb << 20}");
        Write(path, "memory.swap.max", limits.MemoryMb == 0 ? "max" : "0");
        Write(path, "memory.oom.group", "1");
        Write(path, "pids.max", limits.Processes == 0 ? "max" : $"{limits.Processes}");
        Write(path, "cpu.weight", $"{(limits.CpuWeight == 0 ? 100 : limits.CpuWeight)}");
        return path;
    }

    /// <summary>Returns the processes in a cgroup; zombies are left out.</summary>
    public static List<int> Processes(string cgroup) =>
        [.. Read(Path.Combine(cgroup, "cgroup.procs")).Split('\n')
            .Select(l => int.TryParse(l, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => pid > 0 && Sys.ProcessLives(pid))];

    /// <summary>Kills all processes in a cgroup at once.</summary>
    public static void Kill(string cgroup)
    {
        if (Write(cgroup, "cgroup.kill", "1") < 0) // since Linux 5.14
            Processes(cgroup).ForEach(pid => Sys.Kill(pid, SIGKILL));
    }

    /// <summary>Removes a cgroup, if no process is in it.</summary>
    public static void Remove(string cgroup)
    {
        try
        {
            Directory.Delete(cgroup);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // not there, or not empty: the next start of the app uses it
        }
    }

    /// <summary>Puts this process into a cgroup.</summary>
    /// <returns>0 or minus errno.</returns>
    public static int Enter(string cgroup) => Write(cgroup, "cgroup.procs", "0");

    private static int Make(string path)
    {
        try
        {
            Directory.CreateDirectory(path, (UnixFileMode)0x1ED /* 0755 */);
            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e is UnauthorizedAccessException ? -EACCES : e.HResult is > 0 and < 4096 ? -e.HResult : -EIO;
        }
    }

    // A cgroup that has both processes and further cgroups cannot pass on controllers, so the host moves into one of its own. The outermost
    // cgroup is an exception.
    private static void EnableControllers(string root)
    {
        if (File.Exists(Path.Combine(root, "cgroup.type")) && Read(Path.Combine(root, "cgroup.procs")).Length > 0)
        {
            var host = Path.Combine(root, Host);
            var own = Processes(root);
            if (own.Exists(pid => !IsOwn(pid)) || Make(host) < 0)
                return; // it belongs to others, too: a login, for example
            own.ForEach(pid => Write(host, "cgroup.procs", $"{pid}"));
        }
        foreach (var controller in Controllers)
            Write(root, "cgroup.subtree_control", "+" + controller);
    }

    private static bool IsOwn(int pid)
    {
        int host = getpid();
        return pid == host || Sys.ProcessField(pid, 4) == host.ToString(CultureInfo.InvariantCulture);
    }

    // The mount of cgroup v2 with the path of this process below it.
    private static string? Root()
    {
        var own = Read("/proc/self/cgroup").Split('\n').FirstOrDefault(l => l.StartsWith("0::", StringComparison.Ordinal))?[3..];
        foreach (var line in Read("/proc/self/mountinfo").Split('\n'))
        {
            var words = line.Split(' ');
            var rest = Array.IndexOf(words, "-");
            if (own is null || rest < 5 || words.Length <= rest + 1 || words[rest + 1] != "cgroup2" || words[3] != "/")
                continue;
            var path = words[4] + own;
            if (Path.GetFileName(path) == Host) // a former host has moved there, and this one was started by it
                path = Path.GetDirectoryName(path)!;
            return path.TrimEnd('/');
        }
        return null;
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static int Write(string cgroup, string file, string text)
    {
        var fd = Sys.Open(Path.Combine(cgroup, file), O_WRONLY | O_CLOEXEC);
        var result = fd < 0 ? fd : (int)Sys.Write(fd, Encoding.ASCII.GetBytes(text));
        Sys.Close(fd);
        return Math.Min(result, 0);
    }
}
