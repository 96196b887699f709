using System.Runtime.InteropServices;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.State;

/// <summary>A folder that belongs to one user, in a directory that only the host's user can write.</summary>
internal static partial class OwnedFolder
{

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int fchown(int fd, uint owner, uint group);

    /// <summary>Makes the folder if it is not there, and gives it to its user, without following links.</summary>
    /// <param name="parent">The directory.</param>
    /// <param name="name">The folder's name.</param>
    /// <param name="owner">The user and group; null for those of the host.</param>
    /// <param name="mode">The permission bits.</param>
    /// <returns>Null, or why it cannot be used: one line.</returns>
    public static string? Make(string parent, string name, (uint User, uint Group)? owner, int mode)
    {
        var all = Sys.Open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        var error = all < 0 ? all : Sys.MakeDirectoryIn(all, name, mode);
        var fd = error >= 0 || error == -EEXIST ? Sys.OpenDirectoryIn(all, name) : error;
        if (fd >= 0)
        {
            error = Sys.Check(fchmod(fd, (mode_t)(uint)mode));
            if (error >= 0 && owner is { } user)
                error = Sys.Check(fchown(fd, user.User, user.Group));
        }
        else
        {
            error = fd;
        }
        Sys.Close(fd);
        Sys.Close(all);
        return error >= 0 ? null : $"{Path.Combine(parent, name)}: cannot be made: {Sys.ErrorText(error)}";
    }
}
