using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost;

/// <summary>
/// Why a file could not be used. The runtime's own messages are left out of published programs: an exception only has their keys.
/// </summary>
internal static class IoFault
{
    /// <summary>Plain words for the errno behind the exception.</summary>
    public static string Text(Exception e) => e is NotPlainFileException ? e.Message : Sys.ErrorText(e switch
    {
        FileNotFoundException or DirectoryNotFoundException => ENOENT,
        UnauthorizedAccessException => EACCES,
        PathTooLongException => ENAMETOOLONG,
        { HResult: > 0 and < 4096 } => e.HResult,
        _ => EIO,
    });
}
