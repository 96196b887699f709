using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Clients;

/// <summary>What former processes of an app have left in the app's directory. All calls may block.</summary>
internal static class DirectoryContent
{
    private const int MostNames = 65_536;

    /// <summary>
    /// Removes everything in a directory, up to 65,536 names at all depths. Links are not followed.
    /// </summary>
    /// <param name="directory">A descriptor of the directory.</param>
    /// <param name="keep">A name that is kept; null for none.</param>
    /// <returns>0</returns>
    public static int Remove(int directory, string? keep = null)
    {
        var left = MostNames;
        // What is in a directory is moved up, so that the depth does not matter.
        for (var moved = true; moved && left > 0;)
        {
            moved = false;
            foreach (var name in Names(directory, left))
            {
                left--;
                if (name != keep && Sys.UnlinkAt(directory, name) == -EISDIR && Sys.RemoveDirectoryIn(directory, name) < 0)
                    moved |= Empty(directory, name, ref left);
            }
        }
        return 0;
    }

    // Returns true if it has moved a directory.
    private static bool Empty(int directory, string name, ref int left)
    {
        var (moved, fd) = (false, Sys.OpenDirectoryIn(directory, name));
        foreach (var inner in fd < 0 ? [] : Names(fd, left))
        {
            left--;
            if (Sys.UnlinkAt(fd, inner) == -EISDIR && Sys.RemoveDirectoryIn(fd, inner) < 0)
                moved |= Sys.MoveIn(fd, inner, directory, $".left.{left}") >= 0;
        }
        Sys.Close(fd);
        Sys.RemoveDirectoryIn(directory, name);
        return moved;
    }

    private static List<string> Names(int directory, int most)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries($"/proc/self/fd/{directory}/").Take(most).Select(e => Path.GetFileName(e))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // what cannot be removed is examined like any other file
        }
    }

    /// <summary>
    /// Prepares the directory of an app that has no process: it gets the app's user and group, and mode 0700, and is emptied. Returns 0 or
    /// minus errno.
    /// </summary>
    public static int Prepare(int directory, uint user, uint group)
    {
        var error = FileStatus.Of(directory, "", out var status);
        if (error == 0 && (status.Owner != user || status.Group != group))
            error = Sys.Check(fchown(directory, (Tmds.Linux.uid_t)user, (Tmds.Linux.gid_t)group));
        if (error == 0)
            error = Sys.Check(fchmod(directory, (Tmds.Linux.mode_t)0x1C0u)); // 0700
        if (error == 0)
            Remove(directory);
        return error;
    }
}
