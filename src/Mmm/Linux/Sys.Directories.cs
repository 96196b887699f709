using System.Runtime.InteropServices;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Mmm.Linux;

/// <summary>Calls on names in a directory that is given by its descriptor.</summary>
internal static unsafe partial class Sys
{
    [LibraryImport("libc.so.6", EntryPoint = "renameat", SetLastError = true)]
    private static partial int renameat(int fromDirectory, byte* from, int toDirectory, byte* to);

    [LibraryImport("libc.so.6", EntryPoint = "mkfifoat", SetLastError = true)]
    private static partial int mkfifoat(int directory, byte* name, uint mode);

    /// <summary>Creates a FIFO. Returns 0 or minus errno.</summary>
    public static int MakeFifoIn(int directory, string name, int mode)
    {
        fixed (byte* p = Path(name))
            return Check(mkfifoat(directory, p, (uint)mode));
    }

    /// <summary>Creates a directory. Returns 0 or minus errno.</summary>
    public static int MakeDirectoryIn(int directory, string name, int mode)
    {
        fixed (byte* p = Path(name))
            return Check(mkdirat(directory, p, (mode_t)(uint)mode));
    }

    /// <summary>
    /// Opens a directory in a directory, with O_CLOEXEC and without following a symbolic link. Returns a descriptor or minus errno.
    /// </summary>
    public static int OpenDirectoryIn(int directory, string name)
    {
        fixed (byte* p = Path(name))
            return Check(openat(directory, p, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    }

    /// <summary>Removes an empty directory. Returns 0 or minus errno.</summary>
    public static int RemoveDirectoryIn(int directory, string name)
    {
        const int AT_REMOVEDIR = 0x200;
        fixed (byte* p = Path(name))
            return Check(unlinkat(directory, p, AT_REMOVEDIR));
    }

    /// <summary>Creates a file that must not exist yet, with O_CLOEXEC. Returns a descriptor or minus errno.</summary>
    public static int CreateIn(int directory, string name, int flags, int mode)
    {
        fixed (byte* p = Path(name))
            return Check(openat(directory, p, flags | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, (mode_t)(uint)mode));
    }

    /// <summary>Renames a file in its directory and replaces any file that has the new name. Returns 0 or minus errno.</summary>
    public static int RenameIn(int directory, string from, string to) => MoveIn(directory, from, directory, to);

    /// <summary>Moves a name to another directory and replaces a file or an empty directory there. Returns 0 or minus errno.</summary>
    public static int MoveIn(int directory, string from, int target, string to)
    {
        fixed (byte* f = Path(from), t = Path(to))
            return Check(renameat(directory, f, target, t));
    }
}
