using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Apps;

/// <summary>
/// The processes below the host. The host is the parent of every process that is orphaned below it (PR_SET_CHILD_SUBREAPER, prctl(2)). So
/// it finds all processes that an app has started, in whatever group or session they are.
/// </summary>
/// <remarks>
/// Orphans that have ended are reaped when an app, a client or a program of a button ends, not on SIGCHLD: the runtime starts a thread
/// for that signal, and the host must also work when no thread can be created.
/// </remarks>
internal static partial class ProcessTree
{
    /// <summary>The environment variable with the name of an app, by which orphans are told to which app they belong.</summary>
    public const string AppVariable = "MMM_APP";

    /// <summary>Its value for a program that a button starts: no app has this name.</summary>
    public const string OfButtons = "/";

    private static readonly HashSet<int> Before = []; // children of the program that has become the host, which are none of its

    /// <summary>How many bytes of an environment are searched for a variable.</summary>
    public const int MostEnvironment = 128 * 1024;

    private readonly record struct Process(int Pid, int Parent, int Group, int Session);

    [LibraryImport("libc.so.6", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int option, nint value, nint unused3, nint unused4, nint unused5);

    [LibraryImport("libc.so.6", EntryPoint = "waitid", SetLastError = true)]
    private static unsafe partial int WaitForAny(int kind, int id, byte* info, int options);

    /// <summary>Makes this process the parent of the orphans below it.</summary>
    public static void Adopt()
    {
        const int setChildSubreaper = 36; // PR_SET_CHILD_SUBREAPER
        Control(setChildSubreaper, 1, 0, 0, 0);
        var (self, text) = (getpid(), new byte[4096]);
        var fd = Sys.Open($"/proc/self/task/{self}/children", O_RDONLY); // not in every kernel
        var length = (int)Math.Max(0, Sys.Read(fd, text));
        Sys.Close(fd);
        foreach (var pid in Encoding.ASCII.GetString(text, 0, length).Split(' '))
        {
            if (int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                Before.Add(number);
        }
    }

    /// <summary>
    /// Reaps the orphans that have ended, up to the first child of the host's own that has ended and was not reaped yet.
    /// </summary>
    public static unsafe void ReapOrphans()
    {
        const int all = 0, ended = 4, noHang = 1, leave = 0x01000000; // P_ALL, WEXITED, WNOHANG, WNOWAIT
        var info = stackalloc byte[128];
        while (true)
        {
            new Span<byte>(info, 128).Clear();
            if (WaitForAny(all, 0, info, ended | noHang | leave) != 0)
                return;
            var pid = ((int*)info)[IntPtr.Size == 8 ? 4 : 3]; // si_pid of siginfo_t
            if (pid == 0 || ChildProcess.IsOwn(pid) || !ChildProcess.TryReap(pid, out _))
                return;
        }
    }

    /// <summary>
    /// Returns the processes of an app: those in its session, their descendants, and orphans with the app's name in their environment, with
    /// all descendants. Zombies are left out.
    /// </summary>
    /// <param name="leader">The process that the host started, which leads the session.</param>
    /// <param name="app">The app's name.</param>
    public static List<int> Of(int leader, string app) => Among(All(), leader, app);

    /// <summary>Returns the same for several apps, with one pass through /proc.</summary>
    public static IReadOnlyList<(int Leader, List<int> Processes)> OfEach(IReadOnlyList<(int Leader, string App)> apps)
    {
        var all = All();
        return [.. apps.Select(a => (a.Leader, Among(all, a.Leader, a.App)))];
    }

    private static List<int> Among(List<Process> all, int leader, string app)
    {
        var (host, own) = (getpid(), Sys.SessionOf(0));
        return WithDescendants(all, p => p.Pid == leader || p.Session == leader || p.Group == leader
            || (p.Parent == host && p.Session != own && AppOf(p.Pid) == app));
    }

    /// <summary>Returns all processes below the host that are not in the host's session: apps, and what they started.</summary>
    public static List<int> OfHost()
    {
        var (host, own) = (getpid(), Sys.SessionOf(0));
        return WithDescendants(All(), p => p.Parent == host && p.Session != own && !Before.Contains(p.Pid));
    }

    /// <summary>Returns the name of the app that a process was started for, by its environment; null if there is none.</summary>
    public static string? AppOf(int pid)
    {
        var bytes = new byte[MostEnvironment];
        return Variable(EnvironmentOf(pid, bytes), AppVariable);
    }

    /// <summary>Reads the environment with which a process was started; empty if it cannot be read.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="bytes">Takes it; what does not fit is left out.</param>
    public static ReadOnlySpan<byte> EnvironmentOf(int pid, byte[] bytes)
    {
        var fd = Sys.Open($"/proc/{pid}/environ", O_RDONLY | O_CLOEXEC);
        var length = 0;
        for (long n = 1; n > 0 && length < bytes.Length; length += (int)Math.Max(0, n))
            n = Sys.Read(fd, bytes.AsSpan(length));
        Sys.Close(fd);
        return bytes.AsSpan(0, length);
    }

    /// <summary>Returns the value of a variable; null if there is none.</summary>
    /// <param name="environment">The variables, each with a NUL at the end.</param>
    /// <param name="name">The variable.</param>
    public static string? Variable(ReadOnlySpan<byte> environment, string name)
    {
        var start = Encoding.UTF8.GetBytes(name + "=");
        foreach (var range in environment.Split((byte)0))
        {
            if (environment[range].StartsWith(start))
                return Encoding.UTF8.GetString(environment[range][start.Length..]);
        }
        return null;
    }

    private static List<int> WithDescendants(List<Process> all, Predicate<Process> first)
    {
        var found = all.FindAll(first).ConvertAll(p => p.Pid).ToHashSet();
        while (all.FindAll(p => found.Contains(p.Parent) && !found.Contains(p.Pid)) is { Count: > 0 } more)
            found.UnionWith(more.ConvertAll(p => p.Pid));
        return [.. found];
    }

    private static List<Process> All()
    {
        var all = new List<Process>();
        foreach (var pid in Pids())
        {
            // The fields of /proc/PID/stat from the third on: state, parent, group, session.
            if (Sys.ProcessFields(pid) is [not ("Z" or "X"), var parent, var group, var session, ..])
                all.Add(new Process(pid, Number(parent), Number(group), Number(session)));
        }
        return all;

        static int Number(string text) => int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    /// <summary>The processes of the machine; none if no descriptor is left.</summary>
    public static List<int> Pids()
    {
        List<int> pids = [];
        try
        {
            foreach (var folder in Directory.GetDirectories("/proc"))
            {
                if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
                    pids.Add(pid);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // no descriptor is left
        }
        return pids;
    }
}
