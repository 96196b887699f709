using FbHost.Clients;
using Mmm.Linux;
using Mmm.Protocol;
using static Tmds.Linux.LibC;

namespace FbHost.Apps;

/// <summary>
/// Ends what the apps of a host that was killed have left. The kernel ends only the process that the host has started (PR_SET_PDEATHSIG),
/// not what that has started, and not a sandbox that bubblewrap was just making: its process 1 asks for the signal last. The rest is found
/// by the cgroups of the apps, and by the environment: MMM_APP, and MMM_PATH with the clients' directory. The crash guard does it at once,
/// the next host at its start.
/// </summary>
internal static class LeftProcesses
{
    private const int Rounds = 100, RoundMs = 10; // what is killed may have started another process just before

    /// <summary>Ends the processes for the crash guard. Another host that serves the directory by then does it itself.</summary>
    /// <param name="directory">The clients' directory.</param>
    /// <param name="kept">The names of the apps that go on, joined by slashes.</param>
    public static void EndForGuard(string directory, string kept) => End(directory, kept.Split('/'), () => DirectoryLock.IsFree(directory));

    /// <summary>Ends the processes.</summary>
    /// <param name="directory">The clients' directory.</param>
    /// <param name="kept">The names of the apps that go on.</param>
    /// <param name="mayGoOn">Called before each round; false ends the search.</param>
    public static void End(string directory, IReadOnlyCollection<string> kept, Func<bool> mayGoOn)
    {
        var cgroups = new Cgroups(directory);
        var keptGroups = kept.Select(cgroups.NameOf).ToHashSet();
        for (var round = 0; round < Rounds && mayGoOn(); round++)
        {
            var groups = cgroups.All().Where(path => !keptGroups.Contains(Path.GetFileName(path))).ToList();
            groups.ForEach(Cgroups.Kill);
            var found = KillAll(directory, kept);
            groups.ForEach(Cgroups.Remove);
            if (found == 0 && !groups.Exists(Directory.Exists))
                return;
            Thread.Sleep(RoundMs);
        }
    }

    // Returns how many there were.
    private static int KillAll(string directory, IReadOnlyCollection<string> kept)
    {
        var (self, found, bytes) = (getpid(), 0, new byte[ProcessTree.MostEnvironment]);
        foreach (var pid in ProcessTree.Pids())
        {
            if (pid != self && TryKill(pid, directory, kept, bytes))
                found++;
        }
        return found;
    }

    // The descriptor is opened before the process is examined, so a later process of the same number gets no signal.
    private static bool TryKill(int pid, string directory, IReadOnlyCollection<string> kept, byte[] bytes)
    {
        var fd = Sys.PidFdOpen(pid);
        var isLeft = fd != -ESRCH && IsLeft(ProcessTree.EnvironmentOf(pid, bytes), directory, kept) && Sys.ProcessLives(pid);
        if (isLeft && (fd < 0 || Sys.PidFdSendSignal(fd, SIGKILL, 0) == -ENOSYS))
            Sys.Kill(pid, SIGKILL);
        Sys.Close(fd);
        return isLeft;
    }

    /// <summary>Returns true if an environment is that of an app of the directory that does not go on.</summary>
    /// <param name="environment">Its variables, each with a NUL at the end.</param>
    /// <param name="directory">The clients' directory.</param>
    /// <param name="kept">The names of the apps that go on.</param>
    internal static bool IsLeft(ReadOnlySpan<byte> environment, string directory, IReadOnlyCollection<string> kept) =>
        ProcessTree.Variable(environment, ProcessTree.AppVariable) is { } app && !kept.Contains(app)
        && ProcessTree.Variable(environment, Rendezvous.PathVariable) is { } path
        && (path == directory || path == Path.Combine(directory, AppDirectories.FolderName, app));
}
