using System.Globalization;
using Mmm;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Clients;

/// <summary>
/// The lock by which one host at a time serves a directory. It is on the directory itself: there is no lock file that another process could
/// replace or that would be left behind. The lock ends with the process. Any process that can read the directory can lock it, too, so only
/// the lock of a process that may serve the directory counts.
/// </summary>
internal static class DirectoryLock
{
    /// <summary>Locks a directory.</summary>
    /// <param name="fd">A descriptor of the directory; the lock ends when it is closed.</param>
    /// <param name="path">The directory's absolute path.</param>
    /// <param name="warn">Called with a warning if a process that may not serve the directory holds the lock.</param>
    /// <exception cref="MmmException">Another host serves the directory. The message is one line.</exception>
    public static void Take(int fd, string path, Action<string> warn)
    {
        if (Sys.Lock(fd) >= 0)
            return;
        var pid = Holder(fd);
        if (pid > 0 && !MayServe(fd, pid))
        {
            warn($"{path}: is locked by process {pid} of another user; this host serves it nevertheless");
            return;
        }
        throw new MmmException(
            $"{path}: another host serves it{(pid > 0 ? $" (pid {pid})" : "")}; end that one, {ClientDirectory.OrAnother}",
            innerException: new ServedElsewhereException(path));
    }

    /// <summary>Returns true if no host serves a directory. It takes no lock, so it hinders none from its start.</summary>
    public static bool IsFree(string path)
    {
        var fd = Sys.Open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        var isFree = fd < 0 || Holder(fd) is var pid && (pid <= 0 || !MayServe(fd, pid));
        Sys.Close(fd);
        return isFree;
    }

    // Root, this process's user and the directory's owner may serve it.
    private static bool MayServe(int fd, int pid)
    {
        if (FileStatus.Of(Sys.WorkingDirectory, $"/proc/{pid}", out var process) < 0 || FileStatus.Of(fd, "", out var directory) < 0)
            return true;
        return process.Owner == 0 || process.Owner == Sys.EffectiveUserId || process.Owner == directory.Owner;
    }

    // A line is "1: FLOCK ADVISORY WRITE 1234 00:2a:4711 0 EOF". Returns 0 if the holder is not known.
    private static int Holder(int fd)
    {
        if (FileStatus.Of(fd, "", out var status) < 0)
            return 0;
        try
        {
            foreach (var line in File.ReadLines("/proc/locks"))
            {
                var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words.Length > 5 && words[1] == "FLOCK"
                    && int.TryParse(words[4], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                    && words[5].EndsWith($":{status.Identity.Inode}", StringComparison.Ordinal))
                    return pid;
            }
        }
        catch (IOException)
        {
            // Without /proc the holder is not known.
        }
        return 0;
    }
}
