using Microsoft.Win32.SafeHandles;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost;

/// <summary>
/// Reads and replaces plain files as a whole. A reader, also after a power failure, finds the old or the new content of a replaced file,
/// never a part of it. Reading is limited in size. Only plain files are used: a FIFO or a device in a file's place does not block the host.
/// </summary>
internal static class WholeFile
{
    /// <summary>Reads a file without blocking.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="most">The largest number of bytes.</param>
    /// <param name="followsLinks">Whether the file may be a symbolic link.</param>
    /// <exception cref="IOException">The file cannot be read, is not a plain file, or is larger. <see cref="IoFault.Text"/> returns the
    /// reason.</exception>
    public static byte[] Read(string file, int most, bool followsLinks = true)
    {
        if (file.Contains('\0'))
            throw new NotPlainFileException("a path cannot contain a NUL character");
        var fd = Sys.Open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY | (followsLinks ? 0 : O_NOFOLLOW));
        if (fd == -ELOOP && !followsLinks)
            throw new NotPlainFileException("it is a symbolic link, not a file");
        if (fd < 0)
            throw new IOException(null, -fd);
        using var handle = new SafeFileHandle(fd, ownsHandle: true);
        var length = LengthOf(fd);
        if (length > most)
            throw new NotPlainFileException($"it is larger than {Size(most)}");
        var bytes = new byte[length + 1]; // one more, in case the file grows
        var read = 0;
        for (int n; (n = RandomAccess.Read(handle, bytes.AsSpan(read), read)) > 0; read += n)
        {
            if (read + n == bytes.Length)
                Array.Resize(ref bytes, (int)Math.Min(2L * bytes.Length, most + 1L));
            if (read + n > most)
                throw new NotPlainFileException($"it is larger than {Size(most)}");
        }
        return bytes[..read];
    }

    private static string Size(int bytes) => bytes >= 1 << 20 ? $"{bytes >> 20} MB" : $"{bytes >> 10} KB";

    private static long LengthOf(int fd)
    {
        var error = FileStatus.Of(fd, "", out var status);
        if (error < 0)
            throw new IOException(null, -error);
        return status.Kind == FileKind.Plain ? status.Length : throw new NotPlainFileException(status);
    }

    /// <summary>
    /// Replaces a file. The new file keeps mode and owner of the old one. If there was none or a symbolic link, it has those of any new
    /// file. Anything else (a device, a directory) is not replaced.
    /// </summary>
    /// <param name="file">The path. Its directory must exist.</param>
    /// <param name="bytes">The whole content.</param>
    /// <param name="check">Called with the path of the new file before it replaces the old one. If it throws, the old file is
    /// unchanged.</param>
    /// <param name="isPrivate">Whether only this user may read the new file, whatever the mode of the old one.</param>
    /// <exception cref="IOException">The file cannot be written; the old file is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static void Replace(string file, ReadOnlySpan<byte> bytes, Action<string>? check = null, bool isPrivate = false)
    {
        file = Path.GetFullPath(file);
        var old = Old(file);
        var directory = Path.GetDirectoryName(file) ?? file;
        // The temporary file is in the same directory, so that the rename stays within one file system.
        var temporary = Path.Combine(directory, $".{Path.GetFileName(file)}.{Environment.ProcessId}");
        File.Delete(temporary); // one that was left by a host that was killed at this point
        try
        {
            Write(temporary, bytes, isPrivate ? null : old, isPrivate);
            check?.Invoke(temporary);
            File.Move(temporary, file, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
        var fd = Sys.Open(directory, O_RDONLY | O_DIRECTORY);
        if (fd >= 0)
            fsync(fd); // so that the new name is on the disk, too
        Sys.Close(fd);
    }

    // Returns null if there is no file whose mode and owner are to be kept.
    private static FileStatus? Old(string file)
    {
        if (FileStatus.Of(file, out var status) < 0 || status.Kind == FileKind.SymbolicLink)
            return null;
        return status.Kind == FileKind.Plain ? status : throw new NotPlainFileException(status);
    }

    // The content is on the disk when this returns.
    private static void Write(string temporary, ReadOnlySpan<byte> bytes, FileStatus? like, bool isPrivate)
    {
        using var stream = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write,
            // No other user can read it before it has its final mode.
            UnixCreateMode = like is null && !isPrivate ? null : UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        stream.Write(bytes);
        if (like is { } old)
        {
            // Only root can change a file's owner; for other users the call has no effect.
            _ = fchown((int)stream.SafeFileHandle.DangerousGetHandle(), old.Owner, old.Group);
            File.SetUnixFileMode(stream.SafeFileHandle, (UnixFileMode)old.Mode); // after the owner, because chown clears bits
        }
        stream.Flush(flushToDisk: true);
    }
}

/// <summary>The object at a path is not a plain file, or not one that can be used; the message continues "FILE: ".</summary>
internal sealed class NotPlainFileException : IOException
{
    public NotPlainFileException(string message) : base(message) { }

    public NotPlainFileException(in FileStatus status) : base($"it is {status.KindName}, not a file") { }
}
