using static Tmds.Linux.LibC;

namespace FbHost.Apps;

/// <summary>
/// Whether this process and its children may write code and run it. A service with MemoryDenyWriteExecute= may not, and then programs with
/// a JIT compiler end at once, by a signal and without a word about the reason.
/// </summary>
internal static unsafe class ExecutableMemory
{
    /// <summary>The line for the log.</summary>
    public const string Denial = "apps cannot make memory executable (MemoryDenyWriteExecute=), so a program with a JIT compiler, "
        + "such as .NET that is not native code, ends at once; publish it with PublishAot, or allow it by: systemctl edit mmm";

    /// <summary>True if the kernel denies it.</summary>
    public static bool IsDenied
    {
        get
        {
            const int length = 4096;
            var page = mmap(null, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (page == (void*)-1)
                return false;
            var isDenied = mprotect(page, length, PROT_READ | PROT_EXEC) != 0;
            munmap(page, length);
            return isDenied;
        }
    }
}
