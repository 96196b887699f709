using FbHost.Loop;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Clients;

/// <summary>
/// The processes of the clients: which process and which app a client belongs to, and when the process ends. A client in the directory of
/// an app belongs to that app, whatever its file says; the pid in its file may be one of the app's own pid namespace.
/// </summary>
internal sealed class ClientProcesses(EventLoop loop)
{
    private const long CheckNs = 1_000_000_000; // for a process without a pidfd

    /// <inheritdoc cref="ClientTable.AppOfProcess"/>
    public Func<int, ClientApp?> AppOfProcess { get; set; } = _ => null;

    /// <inheritdoc cref="ClientTable.AppNamed"/>
    public Func<string, ClientApp?> AppNamed { get; set; } = _ => null;

    /// <inheritdoc cref="ClientTable.HostPid"/>
    public Func<string, int, int> HostPid { get; set; } = (_, _) => 0;

    /// <summary>A client's process has ended.</summary>
    public event Action<ClientSession>? Ended;

    /// <summary>
    /// Returns the pid of the process that a client's file names; 0 if the file is in the directory of an app, and the app has no process
    /// with that pid that runs as the file's owner.
    /// </summary>
    public int PidOf(ClientSession session)
    {
        var pid = session.File!.Pid;
        if (session.Finder?.App is not { } app)
            return pid;
        pid = HostPid(app, pid);
        return pid > 0 && Sys.RunsAs(pid, session.User) ? pid : 0;
    }

    /// <summary>Returns the app that a client belongs to; null if there is none.</summary>
    // In the main directory, the file's owner writes the pid in the file, so it identifies an app only if the process runs as that owner.
    // The pid of a bell comes from the kernel.
    public ClientApp? AppOf(ClientSession session) => session.Finder?.App is { } app ? AppNamed(app)
        : session.Bell is not null || Sys.RunsAs(session.Pid, session.User) ? AppOfProcess(session.Pid)
        : null;

    /// <summary>Begins to watch a client's process.</summary>
    /// <param name="session">The client.</param>
    /// <param name="pidFd">The process's pidfd, which this object closes; or minus errno.</param>
    public void Watch(ClientSession session, int pidFd)
    {
        session.PidFd = Math.Max(pidFd, -1);
        session.ProcessCheckNs = long.MaxValue;
        if (pidFd >= 0)
            session.PidWatch = loop.Add(pidFd, _ => Ended?.Invoke(session));
        else if (pidFd != -ESRCH) // no descriptor is left, or the kernel or a filter does not allow the call: checked by the timer
            session.ProcessCheckNs = EventLoop.Now + CheckNs;
    }

    /// <summary>Ends the watch.</summary>
    public static void Unwatch(ClientSession session)
    {
        session.PidWatch?.Dispose();
        session.PidWatch = null;
        Sys.Close(session.PidFd);
        session.PidFd = -1;
        session.ProcessCheckNs = long.MaxValue;
    }

    /// <summary>
    /// Checks a process without a pidfd if it is time. Returns false if it has ended; <see cref="Ended"/> was raised then.
    /// </summary>
    public bool Check(ClientSession session)
    {
        if (EventLoop.Now < session.ProcessCheckNs)
            return true;
        var pidFd = Sys.PidFdOpen(session.Pid);
        if (pidFd == -ESRCH || (pidFd < 0 && !Sys.ProcessLives(session.Pid)))
        {
            Ended?.Invoke(session);
            return false;
        }
        Watch(session, pidFd);
        return true;
    }

    /// <summary>Returns whether a client's process still runs.</summary>
    public static bool Lives(ClientSession session) => session.PidFd >= 0 ? !Sys.PollIn(session.PidFd, 0) : Sys.ProcessLives(session.Pid);
}
