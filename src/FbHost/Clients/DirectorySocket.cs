using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Clients;

/// <summary>
/// Creates listening Unix sockets in a directory that other users may write to. Each call takes the directory's kernel lock.
/// </summary>
internal static class DirectorySocket
{
    private const int Backlog = 64;

    /// <summary>
    /// Creates a socket that listens under a name and replaces whatever had that name. Returns its descriptor, or minus errno.
    /// </summary>
    /// <param name="directory">A descriptor of the directory.</param>
    /// <param name="name">The name in that directory.</param>
    /// <param name="type">SOCK_STREAM or SOCK_SEQPACKET.</param>
    /// <param name="mode">The socket's mode: whoever has write permission may connect.</param>
    public static int Listen(int directory, string name, int type, UnixFileMode mode)
    {
        var fresh = name + ".new"; // renamed when it listens, so no connection to the final name is refused
        Sys.UnlinkAt(directory, fresh);
        var fd = Sys.UnixSocket(type);
        if (fd < 0)
            return fd;
        var error = Sys.UnixAddress(fd, $"/proc/self/fd/{directory}", fresh, bindIt: true);
        if (error >= 0)
            error = SetMode(directory, fresh, mode);
        if (error >= 0)
            error = Sys.Check(listen(fd, Backlog));
        if (error >= 0)
            error = Sys.RenameIn(directory, fresh, name);
        if (error >= 0)
            return fd;
        Sys.Close(fd);
        return error;
    }

    // Sets the mode of exactly the socket that was examined: by now, its name could refer to another file.
    private static int SetMode(int directory, string name, UnixFileMode mode)
    {
        var fd = Sys.OpenIn(directory, name, O_PATH);
        if (fd < 0)
            return fd;
        var isOurs = FileStatus.Of(fd, "", out var status) >= 0
            && status is { Kind: FileKind.Socket, Links: 1 } && status.Owner == Sys.EffectiveUserId;
        try
        {
            if (isOurs)
                File.SetUnixFileMode($"/proc/self/fd/{fd}", mode);
            return isOurs ? 0 : -EEXIST;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return -EACCES;
        }
        finally
        {
            Sys.Close(fd);
        }
    }
}
