using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost;

/// <summary>
/// The three standard streams. If the host is started with one of them closed, the next descriptor that is opened gets its number, and log
/// lines would be written into it. The first one is the pipe through which the runtime receives signals; a log line in it would end the
/// process.
/// </summary>
internal static unsafe class StandardStreams
{
    /// <summary>Opens /dev/null in place of closed streams. Call it before anything else is opened.</summary>
    public static void Ensure()
    {
        fixed (byte* nothing = Sys.Path("/dev/null"))
        {
            int fd;
            while ((fd = open(nothing, O_RDWR)) is >= 0 and <= 2) // without O_CLOEXEC, so started apps have them, too
            {
            }
            Sys.Close(fd);
        }
    }
}
