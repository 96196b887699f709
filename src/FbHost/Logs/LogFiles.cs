using System.Text;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Logs;

/// <summary>
/// The log in a directory: <c>messages</c>, and <c>messages.0</c> with the lines before it. A file that is full becomes
/// <c>messages.0</c>. Links are not followed, and only plain files are used.
/// </summary>
/// <param name="directory">Where the files are. Only root may write there.</param>
/// <param name="most">The size of each file in bytes.</param>
internal sealed class LogFiles(string directory, int most)
{
    private const int PrivateFile = 0x180 /* 0600 */;
    private readonly string _file = Path.Combine(directory, "messages"), _old = Path.Combine(directory, "messages.0");

    /// <summary>Appends whole lines.</summary>
    /// <param name="lines">At most as many bytes as a file may have.</param>
    /// <param name="toDisk">True to return when they are on the disk.</param>
    /// <returns>Null, or why they could not be written: one line.</returns>
    public string? Append(ReadOnlySpan<byte> lines, bool toDisk)
    {
        try
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            if (FileStatus.Of(_file, out var status) >= 0 && status.Kind == FileKind.Plain && status.Length + lines.Length > most)
                File.Move(_file, _old, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{_file}: {IoFault.Text(e)}";
        }
        var fd = Sys.Open(_file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, PrivateFile);
        var error = fd < 0 ? fd : Append(fd, lines, toDisk);
        Sys.Close(fd);
        return error < 0 ? $"{_file}: {Sys.ErrorText(error)}" : null;
    }

    private static long Append(int fd, ReadOnlySpan<byte> lines, bool toDisk)
    {
        long error = FileStatus.Of(fd, "", out var before);
        if (error < 0 || before.Kind != FileKind.Plain)
            return error < 0 ? error : -EINVAL;
        var written = Sys.Write(fd, lines);
        if (written >= 0 && written < lines.Length) // the disk is full: no part of a line is left
            _ = ftruncate(fd, before.Length);
        return written < 0 ? written : written < lines.Length ? -ENOSPC : toDisk ? Sys.Check(fdatasync(fd)) : 0;
    }

    /// <summary>Reads both files, the older one first; empty if there is none.</summary>
    public string Read()
    {
        const int mostTries = 3;
        for (var tries = 1; ; tries++)
        {
            _ = FileStatus.Of(_file, out var before);
            var text = Read(_old) + Read(_file);
            // If the files were exchanged meanwhile, the older one was read twice or not at all.
            if (tries == mostTries || (FileStatus.Of(_file, out var after) >= 0 && after.Identity == before.Identity))
                return text;
        }
    }

    /// <summary>Reads the end of the newest file that is not empty, longer than a line; empty if there is none.</summary>
    public string ReadEnd()
    {
        const int most = 8 * 1024;
        var bytes = new byte[most];
        foreach (var file in (string[])[_file, _old])
        {
            var fd = Sys.Open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
            var length = fd < 0 ? 0 : Sys.FileLength(fd);
            var read = length <= 0 ? 0 : Sys.PRead(fd, bytes, Math.Max(0, length - most));
            Sys.Close(fd);
            if (read > 0)
                return Encoding.UTF8.GetString(bytes, 0, (int)read);
        }
        return "";
    }

    private string Read(string file)
    {
        try
        {
            return Encoding.UTF8.GetString(WholeFile.Read(file, most));
        }
        catch (IOException)
        {
            return ""; // it is not there
        }
    }
}
