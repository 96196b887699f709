using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Clients;

/// <summary>What former processes of an app have left in the app's directory. All calls may block.</summary>
internal static class DirectoryContent
{
    private const int MostNames = 65_536;

    /// <summary>
    /// Removes the files, links, sockets and empty directories in a directory, up to 65,536 of them. Directories that are not empty are
    /// left: no client makes one.
    /// </summary>
    /// <param name="directory">A descriptor of the directory.</param>
    /// <param name="keep">A name that is kept; null for none.</param>
    /// <returns>0</returns>
    public static int Remove(int directory, string? keep = null)
    {
        try
        {
            foreach (var entry in Directory.EnumerateFileSystemEntries($"/proc/self/fd/{directory}/").Take(MostNames))
            {
                var name = Path.GetFileName(entry);
                if (name != keep && Sys.UnlinkAt(directory, name) == -EISDIR)
                    Sys.RemoveDirectoryIn(directory, name);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What cannot be removed is examined like any other file.
        }
        return 0;
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
