using System.Globalization;
using System.Runtime.InteropServices;
using FbHost.Options;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Apps;

/// <summary>
/// The first program of an app's process: the host's own, started with <see cref="Argument"/>. It does what must happen in the process
/// itself, before the app's program: it enters the cgroup, sets limits and the user, and takes care that the process ends with the host.
/// Then it becomes the app's program, or the one that makes the sandbox.
/// </summary>
internal static unsafe partial class AppGate
{
    /// <summary>The first argument of the gate. After it come settings, the word "--", and the command.</summary>
    public const string Argument = "--start-app";

    private const string EndOfSettings = "--";
    // RLIMIT_*, of Linux on x86 and ARM
    private const int LimitFileSize = 1, LimitCore = 4, LimitProcesses = 6, LimitFiles = 7, LimitNice = 13, LimitRealTime = 14;

    private const int SetPDeathSignal = 1; // PR_SET_PDEATHSIG

    [LibraryImport("libc.so.6", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int option, nint value, nint unused3, nint unused4, nint unused5);

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int setresuid(uint real, uint effective, uint saved);

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int setresgid(uint real, uint effective, uint saved);

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int setgroups(nuint count, uint* groups);

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int setrlimit(int resource, ulong* limits);

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int chdir(byte* path);

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int dup3(int from, int to, int flags);

    /// <summary>The descriptor that has the seccomp filter when the command is run.</summary>
    public const int SeccompDescriptor = 200; // a number that the runtime does not use

    /// <summary>Returns the gate's arguments.</summary>
    /// <param name="start">How the app is started.</param>
    /// <param name="cgroup">Its cgroup; null for none.</param>
    /// <param name="user">Its user; null for the host's.</param>
    /// <param name="host">The host's pid: if another process is the parent, the host has ended already.</param>
    /// <param name="command">The command.</param>
    public static List<string> Arguments(AppStart start, string? cgroup, AppUser? user, int host, IEnumerable<string> command)
    {
        List<string> words = ["/proc/self/exe", Argument];
        if (cgroup is not null)
            words.Add($"cgroup={cgroup}");
        if (start.IsSandboxed)
            words.Add("seccomp");
        else if (start.WorkingDirectory is { } directory)
            words.Add($"directory={directory}");
        var limits = start.Limits;
        // The number of processes counts all of the user's, so it is only set for a user that runs nothing else.
        words.Add(string.Create(CultureInfo.InvariantCulture,
            $"limits={limits.Files},{limits.FileMb},{(user is { IsOwn: true } ? limits.Processes : 0)}"));
        if (user is { } known)
            words.Add(string.Create(CultureInfo.InvariantCulture, $"user={known.User}:{known.Group}:{string.Join(',', known.Groups)}"));
        if (!start.KeepRunning)
            words.Add(string.Create(CultureInfo.InvariantCulture, $"parent={host}")); // after the user, whose change clears it
        words.Add(EndOfSettings);
        words.AddRange(command);
        return words;
    }

    /// <summary>Runs the gate. Returns only if it failed.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string[] arguments)
    {
        var end = Array.IndexOf(arguments, EndOfSettings);
        if (end < 0 || end + 1 >= arguments.Length)
        {
            Console.Error.WriteLine($"mmm: {Argument} is only for the host itself");
            return 1;
        }
        foreach (var setting in arguments.AsSpan(1, end - 1))
        {
            var (name, value) = setting.IndexOf('=') is > 0 and var at ? (setting[..at], setting[(at + 1)..]) : (setting, "");
            if (Do(name, value) is < 0 and var error)
            {
                Console.Error.WriteLine($"mmm: cannot start the app: {name} {value}: {Sys.ErrorText(error)}");
                return 126;
            }
        }
        Console.Error.WriteLine(ChildProcess.Become(arguments[(end + 1)..], keepsDescriptor: SeccompDescriptor));
        return 127;
    }

    private static int Do(string name, string value)
    {
        var numbers = value.Split(',', ':');
        switch (name)
        {
            case "cgroup":
                return Cgroups.Enter(value);
            case "limits":
                // More memory first is taken from apps, not from the host. A core file of an app would fill the disk.
                WriteOwn("oom_score_adj", "500");
                SetLimit(LimitCore, 0);
                var (files, fileMb, processes) = (ulong.Parse(numbers[0]), ulong.Parse(numbers[1]), ulong.Parse(numbers[2]));
                Limit(LimitFiles, files);
                Limit(LimitFileSize, fileMb << 20);
                Limit(LimitProcesses, processes);
                return 0;
            case "directory":
                fixed (byte* path = Sys.Path(value))
                    return Sys.Check(chdir(path));
            case "user":
                return SetUser(
                    uint.Parse(numbers[0]), uint.Parse(numbers[1]), [.. numbers[2..].Where(n => n.Length > 0).Select(uint.Parse)]);
            case "seccomp":
                // The host's sound may have priority over others (LimitRTPRIO=), which cpuWeight does not limit.
                SetLimit(LimitNice, 0);
                SetLimit(LimitRealTime, 0);
                return OfferFilter();
            case "parent":
                Control(SetPDeathSignal, SIGKILL, 0, 0, 0);
                return ((int)getppid()).ToString(CultureInfo.InvariantCulture) == value ? 0 : -ESRCH; // the host has ended already
            default:
                return -EINVAL;
        }
    }

    private static int SetUser(uint user, uint group, uint[] groups)
    {
        fixed (uint* all = groups)
        {
            return Sys.Check(setgroups((nuint)groups.Length, all)) is < 0 and var error ? error
                : Sys.Check(setresgid(group, group, group)) is < 0 and var second ? second
                : Sys.Check(setresuid(user, user, user));
        }
    }

    private static void Limit(int resource, ulong most)
    {
        if (most > 0)
            SetLimit(resource, most);
    }

    // Fails only if the process has a lower limit already.
    private static void SetLimit(int resource, ulong most)
    {
        var limits = stackalloc ulong[2];
        (limits[0], limits[1]) = (most, most);
        setrlimit(resource, limits);
    }

    private static void WriteOwn(string file, string text)
    {
        var fd = Sys.Open($"/proc/self/{file}", O_WRONLY | O_CLOEXEC);
        Sys.Write(fd, System.Text.Encoding.ASCII.GetBytes(text));
        Sys.Close(fd);
    }

    private static int OfferFilter()
    {
        var fd = Sys.MemoryFile("seccomp");
        if (fd < 0)
            return fd;
        var filter = SeccompFilter.Build(RuntimeInformation.OSArchitecture);
        var written = Sys.PWrite(fd, filter, 0);
        return written < filter.Length ? -EIO
            : fd == SeccompDescriptor ? 0
            : Math.Min(0, Sys.Check(dup3(fd, SeccompDescriptor, O_CLOEXEC)));
    }
}
