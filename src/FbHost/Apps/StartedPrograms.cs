using FbHost.Loop;
using Mmm.Linux;
using Mmm.Protocol;
using static Tmds.Linux.LibC;

namespace FbHost.Apps;

/// <summary>Programs that buttons start. They are not started again; those that still run are ended with the host.</summary>
/// <param name="loop">Waits for their ends.</param>
/// <param name="directory">The value of MMM_PATH for the programs.</param>
internal sealed class StartedPrograms(EventLoop loop, string directory) : IDisposable
{
    private const int Most = 16;
    private const long LookMs = 100; // for a process without a pidfd
    private const int TerminateMs = 2000, KilledMs = 1000, WaitMs = 10;

    private sealed class Started(int pid, int pidFd)
    {
        public int Pid => pid;

        public int PidFd => pidFd;

        public Watch? Watch { get; set; }

        public LoopTimer? Timer { get; set; }
    }

    private readonly List<Started> _running = [];

    /// <summary>Starts a program.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="failed">Called with the reason if it cannot be started, and if it ends with another code than 0.</param>
    public void Start(IReadOnlyList<string> command, Action<string> failed)
    {
        if (_running.Count >= Most)
        {
            failed($"{Most} programs of buttons are running already; not started");
            return;
        }
        var environment = ProgramEnvironment.OfHost();
        // By both, the program is found if the host is killed.
        (environment[Rendezvous.PathVariable], environment[ProcessTree.AppVariable]) = (directory, ProcessTree.OfButtons);
        var pid = ChildProcess.Start(command, environment);
        if (pid < 0)
        {
            failed($"{ChildProcess.ReasonOf(pid, command[0])}; name a program that can be run");
            return;
        }
        var started = new Started(pid, Sys.PidFdOpen(pid));
        _running.Add(started);
        if (started.PidFd >= 0)
        {
            started.Watch = loop.Add(started.PidFd, _ => Look(started, failed));
            return;
        }
        started.Timer = loop.CreateTimer(() => Look(started, failed));
        started.Timer.After(LookMs);
    }

    private void Look(Started started, Action<string> failed)
    {
        if (!ChildProcess.TryReap(started.Pid, out var code))
        {
            started.Timer?.After(LookMs);
            return;
        }
        ProcessTree.ReapOrphans(); // what such programs have left in the background, and has ended
        Forget(started);
        _running.Remove(started);
        if (code is not (null or 0))
            failed($"ended with code {code}");
    }

    private void Forget(Started started)
    {
        started.Watch?.Dispose();
        if (started.Timer is { } timer)
            loop.Remove(timer);
        Sys.Close(started.PidFd);
    }

    /// <summary>
    /// Sends SIGTERM to those that still run, and kills those that have not ended after two seconds. Call it before the apps are disposed:
    /// what is left below the host then is killed.
    /// </summary>
    public void Dispose()
    {
        foreach (var (signal, patienceMs) in (ReadOnlySpan<(int, int)>)[(SIGTERM, TerminateMs), (SIGKILL, KilledMs)])
        {
            foreach (var started in _running)
                Sys.Kill(-started.Pid, signal); // its group; it has not been reaped, so the number is still its own
            var deadline = Environment.TickCount64 + patienceMs;
            while (_running.RemoveAll(HasEnded) >= 0 && _running.Count > 0 && Environment.TickCount64 < deadline)
                Thread.Sleep(WaitMs);
        }
    }

    private bool HasEnded(Started started)
    {
        if (!ChildProcess.TryReap(started.Pid, out _))
            return false;
        Forget(started);
        return true;
    }
}
