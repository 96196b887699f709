using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost;

/// <summary>
/// The three standard streams. Whoever starts the host without them would have its log written into whatever gets their numbers next:
/// first the pipe through which the runtime hears of signals, which a log line then ends the process by.
/// </summary>
internal static unsafe class StandardStreams
{
    /// <summary>Opens /dev/null in place of those that are closed. Before anything else is opened.</summary>
    public static void Ensure()
    {
        fixed (byte* nothing = Sys.Path("/dev/null"))
        {
            int fd;
            while ((fd = open(nothing, O_RDWR)) is >= 0 and <= 2) // kept by the apps that are started, too
            {
            }
            Sys.Close(fd);
        }
    }
}
