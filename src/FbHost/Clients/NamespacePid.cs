using System.Globalization;
using System.Text;
using FbHost.Loop;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Clients;

/// <summary>
/// Finds the process that has a pid in the pid namespace of an app's sandbox. A client without a bell gives only that pid, for example 2;
/// in the host's namespace, process 2 is another one.
/// </summary>
/// <remarks>
/// The line <c>NSpid</c> of /proc/PID/status (proc(5), Linux 4.1) has the process's pid in the host's namespace and in all that are nested
/// in it, so a process with one number is in the host's namespace. Unlike the link /proc/PID/ns/pid, it can be read of any process.
/// </remarks>
/// <param name="processesOf">Returns the processes of the app of that name, by their pids here. Called rarely; see <see
/// cref="Find"/>.</param>
internal sealed class NamespacePid(Func<string, IReadOnlyList<int>> processesOf)
{
    private const int MostProcesses = 1024; // of an app, that are looked at
    private const int MostStatus = 8192; // bytes: the line is found unless the process is in more than a thousand groups
    private const long LeastPauseNs = 20_000_000;
    private const int Share = 20; // a search is repeated after this many times as long as it took: an app causes a load of at most 5 %
    private readonly Dictionary<string, Known> _known = [];
    private readonly byte[] _status = new byte[MostStatus];

    private sealed class Known
    {
        /// <summary>The pids here by the pids in the sandbox.</summary>
        public Dictionary<int, (int Pid, int Depth)> Pids { get; } = [];

        public long NextNs { get; set; }
    }

    /// <summary>
    /// Returns the pid here of the app's process that has a pid in its innermost namespace; of several ones, the one that is nested least.
    /// Returns 0 if there is none, or if the processes were searched only just now: then ask again some 20 ms later.
    /// </summary>
    /// <param name="app">The app's name.</param>
    /// <param name="pid">The pid that the client gives. A process in the host's own namespace is only found if no other process of the app
    /// has that pid in its own.</param>
    public int Find(string app, int pid)
    {
        if (!_known.TryGetValue(app, out var known))
            _known.Add(app, known = new Known());
        var begin = EventLoop.Now;
        if (begin >= known.NextNs)
        {
            Search(app, known.Pids);
            var end = EventLoop.Now;
            known.NextNs = end + Math.Max(LeastPauseNs, (end - begin) * Share);
        }
        return known.Pids.TryGetValue(pid, out var found) && Innermost(found.Pid, out _) == pid ? found.Pid : 0;
    }

    private void Search(string app, Dictionary<int, (int Pid, int Depth)> pids)
    {
        pids.Clear();
        foreach (var process in processesOf(app).Take(MostProcesses))
        {
            if (Innermost(process, out var depth) is > 0 and var pid
                && (!pids.TryGetValue(pid, out var other) || Rank(depth) < Rank(other.Depth)))
                pids[pid] = (process, depth);
        }
    }

    // The host's own namespace comes last.
    private static int Rank(int depth) => depth == 0 ? int.MaxValue : depth;

    /// <summary>Returns true for the first process of a nested namespace: bubblewrap's, which waits for those of the app.</summary>
    /// <param name="process">The pid here.</param>
    public static bool IsFirst(int process) => Innermost(process, new byte[MostStatus], out var depth) == 1 && depth > 0;

    private int Innermost(int process, out int depth) => Innermost(process, _status, out depth);

    // Returns the pid in the innermost namespace, and how many namespaces that is below the host's. Returns 0 if that cannot be read.
    private static int Innermost(int process, byte[] status, out int depth)
    {
        depth = 0;
        var fd = Sys.Open($"/proc/{process}/status", O_RDONLY);
        var length = 0;
        for (long n = 1; n > 0 && length < status.Length; length += (int)Math.Max(0, n))
            n = Sys.Read(fd, status.AsSpan(length));
        Sys.Close(fd);
        var text = status.AsSpan(0, length);
        var at = text.IndexOf("\nNSpid:"u8);
        if (at < 0)
            return 0;
        var line = text[(at + 7)..];
        var numbers = Encoding.ASCII.GetString(line[..Math.Max(0, line.IndexOf((byte)'\n'))])
            .Split('\t', StringSplitOptions.RemoveEmptyEntries);
        depth = numbers.Length - 1;
        return depth >= 0 && Number(numbers[0]) == process ? Number(numbers[depth]) : 0;
    }

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0;
}
