using System.Diagnostics;
using System.Globalization;
using FbHost.Clients;
using FbHost.Loop;
using FbHost.Options;

namespace FbHost.Apps;

/// <summary>One app that the host runs: its process of the moment, if any.</summary>
internal sealed class AppProcess(AppOptions options, ClientApp ofClients)
{
    /// <summary>What its clients are and may.</summary>
    public ClientApp OfClients => ofClients;

    public string Name => options.Name;
    public IReadOnlyList<string> Command => options.Command;
    public bool FullScreen => options.FullScreen;
    public int Pid { get; set; }

    /// <summary>Null for a process that a former host started: then its exit code is not known.</summary>
    public Process? Child { get; set; }

    public int PidFd { get; set; } = -1;
    public Watch? PidWatch { get; set; }

    /// <summary>Starts it again, or kills what does not end.</summary>
    public LoopTimer? Timer { get; set; }

    public bool IsRunning => PidFd >= 0;

    /// <summary>When the process of the moment was started, ns.</summary>
    public long StartedNs { get; set; }

    /// <summary>How many times in a row it ended soon after its start, or could not be started.</summary>
    public int Failures { get; set; }

    /// <summary>When the first of them was.</summary>
    public DateTime FailsSince { get; set; }

    /// <summary>Start it again at once when it ends: it was told to end.</summary>
    public bool RestartNow { get; set; }

    /// <summary>Told when the first frame of the process started next is on the screen, or why there is none.</summary>
    public List<Action<string?>> Waiting { get; } = [];

    /// <summary>When the kernel started a process, in its ticks since boot: tells a process from a later one with the same pid. Null: none.</summary>
    public static string? StartTime(int pid) => StatField(pid, 22);

    /// <summary>True when the process is the app's own or one that it started.</summary>
    public bool Owns(int pid)
    {
        for (var depth = 0; pid > 1 && depth < 16; depth++)
        {
            if (pid == Pid)
                return true;
            pid = int.TryParse(StatField(pid, 4), NumberStyles.Integer, CultureInfo.InvariantCulture, out var parent) ? parent : 0;
        }
        return false;
    }

    // Field of /proc/PID/stat, counted from 1 as in proc(5); the second, the name in brackets, may hold anything.
    private static string? StatField(int pid, int number)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[number - 3];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
