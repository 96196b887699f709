using System.Globalization;
using FbHost.Loop;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Apps;

/// <summary>
/// The process of an app and the process group that it leads, until all of them are gone. Signals reach the whole group; what is left of it
/// after the leader's end is told to end too, and killed two seconds later. The end is told by a pidfd; where there is none (a seccomp
/// filter, no descriptor left) the process is looked at ten times a second.
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

    /// <summary>This host started it; false: a former one did.</summary>
    public bool IsChild { get; }

    /// <summary>
    /// When the kernel started it, in its ticks since boot: tells it from a later process with the same pid. Null: it cannot be found out.
    /// </summary>
    public string? StartTime => _startTime ??= HasEnded ? null : StartTimeOf(Pid);

    /// <summary>When the host started or found it, <see cref="EventLoop.Now"/>.</summary>
    public long StartedNs { get; }

    /// <summary>The process has ended; others of its group may be there.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>As a shell has it; null: not known, as for a process that a former host started.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>The process has ended.</summary>
    public Action? Ended { get; set; }

    /// <summary>Called once after <see cref="Ended"/>, when the whole group is gone; the process is disposed by then.</summary>
    public Action? Gone { get; set; }

    /// <summary>The group had to be killed: it had not ended two seconds after it was told to.</summary>
    public Action? Killed { get; set; }

    /// <summary>A process that the host has just started as its child, in a session of its own.</summary>
    public static AppProcess OfChild(EventLoop loop, int pid)
    {
        var process = new AppProcess(loop, pid, Sys.PidFdOpen(pid), startTime: null, isChild: true);
        process.Watch();
        return process;
    }

    /// <summary>A process that a former host started so.</summary>
    /// <returns>Null: it has ended; the pid may be another process's.</returns>
    public static AppProcess? OfFormerHost(EventLoop loop, int pid, string startTime)
    {
        if (pid <= 1)
            return null;
        var pidFd = Sys.PidFdOpen(pid); // first: what is compared then is the very process of the descriptor
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

    /// <summary>Tells the group to end; it is killed if it has not after two seconds.</summary>
    public void Terminate()
    {
        SignalGroup(SIGTERM);
        _killAtNs = Math.Min(_killAtNs, EventLoop.Now + TerminateMs * 1_000_000);
        _timer.NoLaterThan(_killAtNs);
    }

    // 0 or minus errno; -ESRCH: nobody is left. The number of a group is given to nobody else while it has members.
    private int SignalGroup(int signal)
    {
        const uint wholeGroup = 4; // PIDFD_SIGNAL_PROCESS_GROUP, Linux 6.9
        var result = _pidFd >= 0 ? Sys.PidFdSendSignal(_pidFd, signal, wholeGroup) : -EINVAL;
        return result == 0 || result == -ESRCH ? result : Sys.Kill(-Pid, signal);
    }

    // Not by a start time that cannot be read: for want of a descriptor that says nothing.
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
        if (HasEnded && (_killed || SignalGroup(0) == -ESRCH)) // after SIGKILL only zombies that nobody reaps could be left
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

    /// <summary>For the end of the host, when the loop does not run any more: true when the process and its group are gone.</summary>
    public bool IsGone()
    {
        HasEnded = HasEnded || IsOver();
        return HasEnded && SignalGroup(0) == -ESRCH;
    }

    /// <summary>Forgets the processes; they are left as they are.</summary>
    public void Dispose()
    {
        _loop.Remove(_timer);
        _watch?.Dispose();
        _watch = null;
        Sys.Close(_pidFd);
        _pidFd = -1;
    }

    /// <summary>True when a process belongs to the app: it, or a parent, is of this session.</summary>
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
