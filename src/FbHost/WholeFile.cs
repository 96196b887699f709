using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost;

/// <summary>Files that are replaced as a whole: a reader, or a host after a power cut, finds the old one or the new one, never half of it.</summary>
internal static class WholeFile
{
    /// <summary>Writes a file anew. It keeps mode and owner; one that was not there has those of any new file. A symbolic link is not followed.</summary>
    /// <param name="file">Its directory has to be there.</param>
    /// <param name="bytes">All of it.</param>
    /// <param name="check">Is given the new file before it takes the old one's place; when it throws, the old one stays as it was.</param>
    /// <exception cref="IOException">It can not be written; the old one stays as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static void Replace(string file, ReadOnlySpan<byte> bytes, Action<string>? check = null)
    {
        file = Path.GetFullPath(file);
        var directory = Path.GetDirectoryName(file)!;
        // Beside the file, so that the rename stays within one file system.
        var temporary = Path.Combine(directory, $".{Path.GetFileName(file)}.{Environment.ProcessId}");
        File.Delete(temporary); // of a host that was killed right here
        try
        {
            Write(temporary, bytes, like: file);
            check?.Invoke(temporary);
            File.Move(temporary, file, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
        var fd = Sys.Open(directory, O_RDONLY | O_DIRECTORY);
        if (fd >= 0)
            fsync(fd); // the name too
        Sys.Close(fd);
    }

    // It is on the disk when this returns.
    private static unsafe void Write(string temporary, ReadOnlySpan<byte> bytes, string like)
    {
        Tmds.Linux.stat old;
        bool isNew;
        fixed (byte* p = Sys.Path(like))
            isNew = stat(p, &old) != 0;
        using var stream = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write,
            UnixCreateMode = isNew ? null : UnixFileMode.UserRead | UnixFileMode.UserWrite, // nobody else reads it before it has its mode
        });
        stream.Write(bytes);
        if (!isNew)
        {
            // Only root can give files away; anyone else's own file stays his own.
            _ = fchown((int)stream.SafeFileHandle.DangerousGetHandle(), old.st_uid, old.st_gid);
            File.SetUnixFileMode(stream.SafeFileHandle, (UnixFileMode)((uint)old.st_mode & 0xFFF)); // after the owner: chown takes bits away
        }
        stream.Flush(flushToDisk: true);
    }
}
