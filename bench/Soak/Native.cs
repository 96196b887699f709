using System.Runtime.InteropServices;

namespace Soak;

/// <summary>Functions of the C library for which .NET has no API.</summary>
internal static partial class Native
{
    public const int SIGKILL = 9, SIGTERM = 15;
    private const int PR_SET_PDEATHSIG = 1;

    [LibraryImport("libc")]
    public static partial int kill(int pid, int signal);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mkfifo(string path, uint mode);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int link(string from, string to);

    [LibraryImport("libc")]
    public static partial int posix_fallocate(nint file, long offset, long length);

    [LibraryImport("libc")]
    private static partial int prctl(int option, nuint value, nuint b, nuint c, nuint d);

    /// <summary>Makes the kernel kill this process when its parent process ends.</summary>
    public static void EndWithParent() => prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}
