using Microsoft.Win32.SafeHandles;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost;

/// <summary>
/// Plain files as a whole. One that is replaced is found by a reader, or by a host after a power cut, as the old one or the new one, never
/// half of it; what is read is bounded. Nothing else is opened for good: a FIFO or a device in a file's place holds up nobody.
/// </summary>
internal static class WholeFile
{
    /// <summary>Reads a file, at once; a symbolic link is followed.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="most">Bytes at most.</param>
    /// <exception cref="IOException">It cannot be read, is no plain file, or is larger: <see cref="IoFault.Text"/> says which.</exception>
    public static byte[] Read(string file, int most)
    {
        if (file.Contains('\0'))
            throw new NotPlainFileException("a path cannot hold a NUL");
        var fd = Sys.Open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY);
        if (fd < 0)
            throw new IOException(null, -fd);
        using var handle = new SafeFileHandle(fd, ownsHandle: true);
        var length = LengthOf(fd);
        if (length > most)
            throw new NotPlainFileException($"it is larger than {Size(most)}");
        var bytes = new byte[length + 1]; // files grow
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
    /// Writes a file anew. It keeps mode and owner; one that was not there, and one in place of a symbolic link, has those of any new file.
    /// What is no file (a device, a directory) stays.
    /// </summary>
    /// <param name="file">Its directory has to be there.</param>
    /// <param name="bytes">All of it.</param>
    /// <param name="check">Is given the new file before it takes the old one's place; when it throws, the old one stays as it was.</param>
    /// <exception cref="IOException">It cannot be written; the old one stays as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static void Replace(string file, ReadOnlySpan<byte> bytes, Action<string>? check = null)
    {
        file = Path.GetFullPath(file);
        var old = Old(file);
        var directory = Path.GetDirectoryName(file) ?? file;
        // Beside the file, so that the rename stays within one file system.
        var temporary = Path.Combine(directory, $".{Path.GetFileName(file)}.{Environment.ProcessId}");
        File.Delete(temporary); // of a host that was killed right here
        try
        {
            Write(temporary, bytes, old);
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

    // Null: there is none whose mode and owner are to be kept.
    private static FileStatus? Old(string file)
    {
        if (FileStatus.Of(file, out var status) < 0 || status.Kind == FileKind.SymbolicLink)
            return null;
        return status.Kind == FileKind.Plain ? status : throw new NotPlainFileException(status);
    }

    // It is on the disk when this returns.
    private static void Write(string temporary, ReadOnlySpan<byte> bytes, FileStatus? like)
    {
        using var stream = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write,
            // Nobody else reads it before it has its mode.
            UnixCreateMode = like is null ? null : UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        stream.Write(bytes);
        if (like is { } old)
        {
            // Only root can give files away; anyone else's own file stays his own.
            _ = fchown((int)stream.SafeFileHandle.DangerousGetHandle(), old.Owner, old.Group);
            File.SetUnixFileMode(stream.SafeFileHandle, (UnixFileMode)old.Mode); // after the owner: chown takes bits away
        }
        stream.Flush(flushToDisk: true);
    }
}

/// <summary>What lies at a path is not what is read or written there; the message continues "FILE: ".</summary>
internal sealed class NotPlainFileException : IOException
{
    public NotPlainFileException(string message) : base(message) { }

    public NotPlainFileException(in FileStatus status) : base($"it is {status.KindName}, not a file") { }
}
