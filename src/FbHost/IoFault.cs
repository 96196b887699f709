using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost;

/// <summary>
/// Why a file could not be used. Published programs do not contain the runtime's own messages: an exception only has their keys.
/// </summary>
internal static class IoFault
{
    /// <summary>Returns the error text for the errno of an exception.</summary>
    public static string Text(Exception e) => e is NotPlainFileException ? e.Message : Sys.ErrorText(e switch
    {
        FileNotFoundException or DirectoryNotFoundException => ENOENT,
        UnauthorizedAccessException => EACCES,
        PathTooLongException => ENAMETOOLONG,
        { HResult: > 0 and < 4096 } => e.HResult,
        _ => EIO,
    });
}
