using System.Globalization;
using FbHost.Loop;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Apps;

/// <summary>
/// The process of an app and the process group that it leads, until all processes of the group are gone. Signals are sent to the whole
/// group. When the leader has ended, the rest of the group gets SIGTERM, and SIGKILL two seconds later. A pidfd reports the end of the
/// process. If there is none (a seccomp filter, no descriptor left), the process is checked ten times a second.
/// </summary>
internal sealed class AppProcess : IDisposable
{
    private const long TerminateMs = 2000, LookMs = 100, GroupLookMs = 20;
    private readonly EventLoop _loop;
    private readonly LoopTimer _timer;
    private string? _startTime;
    private int _pidFd;
    private Watch? _watch;
    private long _killAtNs = long.MaxValue;
    private bool _killed;

    private AppProcess(EventLoop loop, int pid, int pidFd, string? startTime, bool isChild)
    {
        (_loop, Pid, _pidFd, _startTime, IsChild) = (loop, pid, pidFd, startTime, isChild);
        StartedNs = EventLoop.Now;
        _timer = loop.CreateTimer(Look);
    }

    public int Pid { get; }

    /// <summary>True if this host started the process; false if a former host did.</summary>
    public bool IsChild { get; }

    /// <summary>
    /// When the process was started, in clock ticks since boot. It distinguishes the process from a later one with the same pid. Null if it
    /// cannot be read.
    /// </summary>
    public string? StartTime => _startTime ??= HasEnded ? null : StartTimeOf(Pid);

    /// <summary>When the host started or found the process, in the time of <see cref="EventLoop.Now"/>.</summary>
    public long StartedNs { get; }

    /// <summary>True when the process has ended; others of its group may still run.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>True if others of the process's group are still running.</summary>
    public bool HasOthers => SignalGroup(0) != -ESRCH;

    /// <summary>
    /// The exit code as a shell reports it; null if it is not known, for example for a process that a former host started.
    /// </summary>
    public int? ExitCode { get; private set; }

    /// <summary>Called when the process has ended.</summary>
    public Action? Ended { get; set; }

    /// <summary>Called once after <see cref="Ended"/>, when the whole group is gone; the process is disposed by then.</summary>
    public Action? Gone { get; set; }

    /// <summary>Called when the group was killed because it had not ended two seconds after SIGTERM.</summary>
    public Action? Killed { get; set; }

    /// <summary>Makes the object for a process that the host has just started as its child, in a session of its own.</summary>
    public static AppProcess OfChild(EventLoop loop, int pid)
    {
        var process = new AppProcess(loop, pid, Sys.PidFdOpen(pid), startTime: null, isChild: true);
        process.Watch();
        return process;
    }

    /// <summary>Makes the object for a process that a former host started in the same way.</summary>
    /// <returns>Null if the process has ended; the pid may belong to another process then.</returns>
    public static AppProcess? OfFormerHost(EventLoop loop, int pid, string startTime)
    {
        if (pid <= 1)
            return null;
        var pidFd = Sys.PidFdOpen(pid); // opened first, so that the start time is compared for exactly the process of the descriptor
        if (pidFd == -ESRCH || StartTimeOf(pid) != startTime || !Sys.ProcessLives(pid))
        {
            Sys.Close(pidFd);
            return null;
        }
        var process = new AppProcess(loop, pid, pidFd, startTime, isChild: false);
        process.Watch();
        return process;
    }

    private void Watch()
    {
        if (_pidFd >= 0)
            _watch = _loop.Add(_pidFd, _ => Look());
        else
            _timer.After(LookMs);
    }

    /// <summary>Sends SIGTERM to the group. It is killed if it has not ended after two seconds.</summary>
    public void Terminate()
    {
        SignalGroup(SIGTERM);
        _killAtNs = Math.Min(_killAtNs, EventLoop.Now + TerminateMs * 1_000_000);
        _timer.NoLaterThan(_killAtNs);
    }

    // Returns 0 or minus errno; -ESRCH means that no process is left. The kernel does not reuse a group's number while the group has
    // members.
    private int SignalGroup(int signal)
    {
        const uint wholeGroup = 4; // PIDFD_SIGNAL_PROCESS_GROUP, Linux 6.9
        var result = _pidFd >= 0 ? Sys.PidFdSendSignal(_pidFd, signal, wholeGroup) : -EINVAL;
        return result == 0 || result == -ESRCH ? result : Sys.Kill(-Pid, signal);
    }

    // A start time that cannot be read does not count: the reason may be that no descriptor is left.
    private bool IsOver() => IsChild ? TryReap()
        : _pidFd >= 0 ? Sys.PollIn(_pidFd, 0)
        : !Sys.ProcessLives(Pid) || (StartTimeOf(Pid) is { } start && start != StartTime);

    private bool TryReap()
    {
        if (!ChildProcess.TryReap(Pid, out var code))
            return false;
        ExitCode = code;
        return true;
    }

    private void Look()
    {
        if (!HasEnded && IsOver())
        {
            HasEnded = true;
            _watch?.Dispose();
            _watch = null;
            Ended?.Invoke();
            if (_killAtNs == long.MaxValue)
                Terminate();
        }
        if (HasEnded && (_killed || !HasOthers)) // after SIGKILL only zombies that no process reaps could be left
        {
            Dispose();
            Gone?.Invoke();
            return;
        }
        if (EventLoop.Now >= _killAtNs && !_killed)
        {
            Kill();
            Killed?.Invoke();
        }
        if (HasEnded)
            _timer.After(GroupLookMs);
        else if (_pidFd < 0)
            _timer.After(LookMs);
        else
            _timer.NoLaterThan(_killed ? long.MaxValue : _killAtNs);
    }

    /// <summary>Kills the group at once.</summary>
    public void Kill()
    {
        _killed = true;
        SignalGroup(SIGKILL);
    }

    /// <summary>Returns true if the process and its group are gone. For the end of the host, when the loop no longer runs.</summary>
    public bool IsGone()
    {
        HasEnded = HasEnded || IsOver();
        return HasEnded && !HasOthers;
    }

    /// <summary>Stops watching the processes, which are not changed.</summary>
    public void Dispose()
    {
        _loop.Remove(_timer);
        _watch?.Dispose();
        _watch = null;
        Sys.Close(_pidFd);
        _pidFd = -1;
    }

    /// <summary>Returns true if a process belongs to the app: the process or one of its ancestors is in this session.</summary>
    public bool Owns(int pid)
    {
        const int farthest = 16;
        for (var depth = 0; pid > 1 && depth < farthest; depth++)
        {
            if (Sys.SessionOf(pid) == Pid)
                return true;
            pid = int.TryParse(Sys.ProcessField(pid, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var parent) ? parent : 0;
        }
        return false;
    }

    private static string? StartTimeOf(int pid) => Sys.ProcessField(pid, 22);
}
