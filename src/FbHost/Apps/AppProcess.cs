using System.Globalization;
using FbHost.Clients;
using FbHost.Loop;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Apps;

/// <summary>
/// The process of an app and all processes that it has started (<see cref="ProcessTree.Of"/>), until all of them are gone. Signals are sent
/// to all of them. When the first process has ended, the rest gets SIGTERM, and SIGKILL two seconds later. A pidfd reports the end of the
/// process. If there is none (a seccomp filter, no descriptor left), the process is checked ten times a second.
/// </summary>
internal sealed class AppProcess : IDisposable
{
    private const long TerminateMs = 2000, KilledMs = 1000, LookMs = 100, LongestRestMs = 20;
    private readonly string _app;
    private readonly string? _cgroup;
    private readonly bool _isWrapped;
    private readonly EventLoop _loop;
    private readonly LoopTimer _timer;
    private string? _startTime;
    private int _pidFd;
    private Watch? _watch;
    private long _killAtNs = long.MaxValue;
    private long _killedNs; // 0 before SIGKILL
    private long _restMs = 1; // until the host looks again whether the rest of the app is gone

    private AppProcess(EventLoop loop, string app, string? cgroup, bool isWrapped, int pid, int pidFd, string? startTime, bool isChild)
    {
        (_app, _cgroup, _isWrapped, _loop, Pid, _pidFd, _startTime, IsChild)
            = (app, cgroup, isWrapped, loop, pid, pidFd, startTime, isChild);
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

    /// <summary>True when the process has ended; others of the app may still run.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>True if other processes of the app are still running.</summary>
    public bool HasOthers
    {
        get
        {
            ProcessTree.ReapOrphans(); // the group exists while it has zombies
            return SignalGroup(0) != -ESRCH || Members().Exists(pid => pid != Pid);
        }
    }

    /// <summary>True if others of the app run that its program has started. The first process of a sandbox is none of them.</summary>
    public bool HasLeftOthers => _isWrapped ? Members().Exists(pid => pid != Pid && !NamespacePid.IsFirst(pid)) : HasOthers;

    /// <summary>
    /// The exit code as a shell reports it; null if it is not known, for example for a process that a former host started.
    /// </summary>
    public int? ExitCode { get; private set; }

    /// <summary>Called when the process has ended.</summary>
    public Action? Ended { get; set; }

    /// <summary>Called once after <see cref="Ended"/>, when all processes of the app are gone; the process is disposed by then.</summary>
    public Action? Gone { get; set; }

    /// <summary>Called when the app was killed because it had not ended two seconds after SIGTERM.</summary>
    public Action? Killed { get; set; }

    /// <summary>All processes of the app; zombies are left out.</summary>
    public List<int> Members() => _cgroup is null ? ProcessTree.Of(Pid, _app)
        : [.. Cgroups.Processes(_cgroup).Union(ProcessTree.Of(Pid, _app))]; // the process enters its cgroup soon after its start

    /// <summary>Makes the object for a process that the host has just started as its child, in a session of its own.</summary>
    /// <param name="loop">Waits for its end.</param>
    /// <param name="app">The app's name.</param>
    /// <param name="cgroup">The app's cgroup; null for none.</param>
    /// <param name="isWrapped">True if the process makes the sandbox of the app's processes and ends after them. It is not asked to
    /// end.</param>
    /// <param name="pid">The process.</param>
    public static AppProcess OfChild(EventLoop loop, string app, string? cgroup, bool isWrapped, int pid)
    {
        var process = new AppProcess(loop, app, cgroup, isWrapped, pid, Sys.PidFdOpen(pid), startTime: null, isChild: true);
        process.Watch();
        return process;
    }

    /// <summary>Makes the object for a process that a former host started in the same way.</summary>
    /// <returns>Null if the process has ended; the pid may belong to another process then.</returns>
    public static AppProcess? OfFormerHost(EventLoop loop, string app, string? cgroup, bool isWrapped, int pid, string startTime)
    {
        if (pid <= 1)
            return null;
        var pidFd = Sys.PidFdOpen(pid); // opened first, so that the start time is compared for exactly the process of the descriptor
        if (pidFd == -ESRCH || StartTimeOf(pid) != startTime || !Sys.ProcessLives(pid))
        {
            Sys.Close(pidFd);
            return null;
        }
        var process = new AppProcess(loop, app, cgroup, isWrapped, pid, pidFd, startTime, isChild: false);
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

    /// <summary>Sends SIGTERM to all processes of the app. They are killed if they have not ended after two seconds.</summary>
    public void Terminate()
    {
        SignalAll(SIGTERM);
        _killAtNs = Math.Min(_killAtNs, EventLoop.Now + TerminateMs * 1_000_000);
        _timer.NoLaterThan(_killAtNs);
    }

    // The processes outside the group are found before the group ends, while they are still its descendants.
    private void SignalAll(int signal)
    {
        var all = Members();
        if (signal == SIGKILL && _cgroup is not null)
            Cgroups.Kill(_cgroup);
        // If the process that makes the sandbox ended first, the kernel would kill the others at once.
        if (_isWrapped && signal != SIGKILL && all.Exists(pid => pid != Pid))
        {
            foreach (var pid in all.Where(pid => pid != Pid))
                Sys.Kill(pid, signal);
            return;
        }
        SignalGroup(signal);
        foreach (var pid in all.Where(pid => !HasEnded || pid != Pid))
        {
            if (Sys.ProcessField(pid, 5) != Pid.ToString(CultureInfo.InvariantCulture)) // the others have got it already
                Sys.Kill(pid, signal);
        }
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
        // After SIGKILL only zombies that no process reaps could be left, and what was started meanwhile.
        if (HasEnded && (!HasOthers || (_killedNs > 0 && EventLoop.Now - _killedNs > KilledMs * 1_000_000)))
        {
            Dispose();
            ProcessTree.ReapOrphans(); // the last ones may have ended since
            Gone?.Invoke();
            return;
        }
        if (EventLoop.Now >= _killAtNs && _killedNs == 0)
        {
            Kill();
            Killed?.Invoke();
        }
        else if (_killedNs > 0)
        {
            SignalAll(SIGKILL);
        }
        if (HasEnded)
        {
            _timer.After(_restMs);
            _restMs = Math.Min(2 * _restMs, LongestRestMs);
        }
        else if (_pidFd < 0)
            _timer.After(LookMs);
        else
            _timer.NoLaterThan(_killedNs > 0 ? long.MaxValue : _killAtNs);
    }

    /// <summary>Kills all processes of the app at once.</summary>
    public void Kill()
    {
        if (_killedNs == 0)
            _killedNs = EventLoop.Now;
        SignalAll(SIGKILL);
    }

    /// <summary>Returns true if all processes of the app are gone. For the end of the host, when the loop no longer runs.</summary>
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
        if (_cgroup is not null && HasEnded)
            Cgroups.Remove(_cgroup);
    }

    /// <summary>
    /// Returns true if a process belongs to the app: the process or one of its ancestors is in this session, or is an orphan of the app.
    /// </summary>
    public bool Owns(int pid)
    {
        const int farthest = 16;
        for (var depth = 0; pid > 1 && depth < farthest; depth++)
        {
            if (Sys.SessionOf(pid) == Pid || pid == Pid)
                return true;
            var parent = int.TryParse(Sys.ProcessField(pid, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var p) ? p : 0;
            if (parent == getpid() && ProcessTree.AppOf(pid) == _app)
                return true;
            pid = parent;
        }
        return false;
    }

    private static string? StartTimeOf(int pid) => Sys.ProcessField(pid, 22);
}
