using System.Globalization;
using FbHost.Apps;
using Mmm.Linux;

namespace FbHost.Figures;

/// <summary>What the processes of an app use. Not for the loop: see <see cref="KernelText"/>.</summary>
/// <param name="Processes">How many there are.</param>
/// <param name="MemoryBytes">
/// Their memory, each page divided by the number of processes that share it (Pss of /proc/PID/smaps_rollup); the resident memory of those
/// for which the kernel does not tell that.
/// </param>
/// <param name="CpuSeconds">Their processor time, with that of their children that have ended, in s.</param>
/// <param name="UptimeSeconds">The time since the start of the first process, in s.</param>
/// <param name="IsStopped">True if one of them is stopped (SIGSTOP, a debugger).</param>
internal readonly record struct ProcessFigures(
    int Processes, long MemoryBytes, double CpuSeconds, double UptimeSeconds, bool IsStopped)
{
    private const int MostRollups = 256; // the kernel walks all pages of a process for each
    private const double TicksPerSecond = 100; // USER_HZ

    /// <summary>Reads the figures of several apps, with one pass through /proc.</summary>
    /// <param name="apps">The process that leads each app, and the app's name.</param>
    /// <returns>The figures by the leader; an app whose processes have ended meanwhile has none.</returns>
    public static Dictionary<int, ProcessFigures> OfApps(IReadOnlyList<(int Leader, string App)> apps)
    {
        var found = new Dictionary<int, ProcessFigures>();
        var uptime = Uptime();
        foreach (var (leader, pids) in ProcessTree.OfEach(apps))
        {
            if (Read(leader, pids, uptime) is { } figures)
                found[leader] = figures;
        }
        return found;
    }

    private static ProcessFigures? Read(int leader, List<int> pids, double uptime)
    {
        var (processes, rollups, memory, ticks, age, isStopped) = (0, 0, 0L, 0L, 0.0, false);
        foreach (var pid in pids)
        {
            // The fields of proc(5) from the third on; a process that has ended since has none.
            if (Sys.ProcessFields(pid) is not { Length: > 21 } fields)
                continue;
            processes++;
            for (var i = 11; i <= 14; i++) // utime, stime, cutime, cstime
                ticks += Number(fields[i]);
            memory += (rollups++ < MostRollups ? Pss(pid) : null) ?? Number(fields[21]) * Environment.SystemPageSize; // rss
            isStopped |= fields[0] is "T" or "t";
            if (pid == leader)
                age = Math.Max(0, uptime - Number(fields[19]) / TicksPerSecond); // starttime
        }
        return processes == 0 ? null : new(processes, memory, ticks / TicksPerSecond, age, isStopped);
    }

    /// <summary>The memory of a process in bytes, its share of shared pages; null if the kernel does not tell it.</summary>
    public static long? Pss(int pid) => KernelText.Line(KernelText.Read($"/proc/{pid}/smaps_rollup"), "Pss");

    private static double Uptime() =>
        double.TryParse(KernelText.Read("/proc/uptime")?.Split(' ')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            ? seconds : 0;

    private static long Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
