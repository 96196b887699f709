using System.Globalization;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.State;

/// <summary>
/// The directory in which the host stores its own files for one clients' directory. Only the host's user can write there, and the next host
/// that serves the same clients' directory finds it. It is created in the first of these that can be used: systemd's RUNTIME_DIRECTORY;
/// /run/mmm-host for root, XDG_RUNTIME_DIR/mmm-host for others; /tmp/mmm-host-UID (which may outlive a reboot). All access is through the
/// directory's descriptor.
/// </summary>
internal sealed class HostDirectory : IDisposable
{
    private const int PrivateDirectory = 0x1C0 /* 0700 */, PrivateFile = 0x180 /* 0600 */;
    private const string Fresh = ".new";
    private readonly int _all;
    private readonly int _fd;
    private readonly string _name;

    private HostDirectory(int all, int fd, string path)
    {
        (_all, _fd, Path) = (all, fd, path);
        _name = System.IO.Path.GetFileName(path);
    }

    /// <summary>The absolute path.</summary>
    public string Path { get; }

    /// <summary>Opens the directory, and creates it if necessary.</summary>
    /// <param name="clients">A descriptor of the clients' directory; O_PATH is sufficient. The caller keeps it.</param>
    /// <param name="fault">Why there is no directory: one line that continues "nothing is kept for the next host: ".</param>
    /// <param name="places">The directories to try; null for the usual ones.</param>
    public static HostDirectory? Open(int clients, out string fault, IEnumerable<(string Parent, string Own)>? places = null)
    {
        var error = FileStatus.Of(clients, "", out var served);
        if (error < 0)
        {
            fault = $"the clients' directory cannot be examined: {Sys.ErrorText(error)}";
            return null;
        }
        // A later directory may get the inode number of one that was removed, but has another creation time.
        var name = string.Create(CultureInfo.InvariantCulture, $"{served.Identity.Device:x}-{served.Identity.Inode:x}-{served.BirthNs:x}");
        var faults = new List<string>();
        foreach (var (parent, own) in places ?? Places())
        {
            if (OpenPrivate(parent, own, out var all) is { } why)
            {
                faults.Add(why);
                continue;
            }
            var path = System.IO.Path.Combine(parent, own);
            if (FileStatus.Of(all, "", out var status) >= 0 && status.Identity == served.Identity)
            {
                faults.Add($"{path}: is the clients' directory");
                Sys.Close(all);
                continue;
            }
            if (OpenPrivateIn(all, path, name, out var fd) is { } inner)
            {
                faults.Add(inner);
                Sys.Close(all);
                continue;
            }
            fault = "";
            return new HostDirectory(all, fd, System.IO.Path.Combine(path, name));
        }
        fault = string.Join("; ", faults);
        return null;
    }

    private static IEnumerable<(string Parent, string Own)> Places()
    {
        var (user, byService, byLogin) = (Sys.EffectiveUserId, FromEnvironment("RUNTIME_DIRECTORY"), FromEnvironment("XDG_RUNTIME_DIR"));
        if (byService is not null && System.IO.Path.GetDirectoryName(byService) is { } parent)
            yield return (parent, System.IO.Path.GetFileName(byService));
        if (user == 0)
            yield return ("/run", "mmm-host");
        else if (byLogin is not null)
            yield return (byLogin, "mmm-host");
        yield return ("/tmp", string.Create(CultureInfo.InvariantCulture, $"mmm-host-{user}"));
    }

    // If the unit has several directories, systemd separates them with colons.
    private static string? FromEnvironment(string variable) =>
        Environment.GetEnvironmentVariable(variable)?.Split(':')[0] is { Length: > 1 } path && path[0] == '/'
            ? System.IO.Path.TrimEndingDirectorySeparator(path)
            : null;

    private static string? OpenPrivate(string parent, string name, out int fd)
    {
        var directory = Sys.Open(parent, O_PATH | O_DIRECTORY);
        fd = directory;
        if (directory < 0)
            return $"{parent}: {Sys.ErrorText(directory)}";
        var fault = OpenPrivateIn(directory, parent, name, out fd);
        Sys.Close(directory);
        return fault;
    }

    // Returns null, or why the directory cannot be used: it could not be created, or another user may write to it.
    private static string? OpenPrivateIn(int directory, string path, string name, out int fd)
    {
        path = System.IO.Path.Combine(path, name);
        var made = Sys.MakeDirectoryIn(directory, name, PrivateDirectory);
        fd = made < 0 && made != -EEXIST ? made : Sys.OpenDirectoryIn(directory, name);
        if (fd < 0)
            return $"{path}: {Sys.ErrorText(fd)}";
        if (FileStatus.Of(fd, "", out var status) >= 0 && status.IsOnlyUsers)
            return null;
        Sys.Close(fd);
        fd = -1;
        return $"{path}: is not a directory that only this user can write; remove it, or correct its owner and mode";
    }

    /// <summary>
    /// Opens a plain file. Returns a descriptor, which the caller must close, or minus errno (EINVAL if the name is not a plain file).
    /// </summary>
    /// <param name="name">The name in this directory.</param>
    /// <param name="flags">O_RDONLY or O_RDWR.</param>
    private int OpenFile(string name, int flags) => OpenIf(FileKind.Plain, name, flags | O_NONBLOCK);

    // Returns a descriptor, or minus errno: EINVAL if the name is of another kind.
    private int OpenIf(FileKind kind, string name, int flags)
    {
        var fd = Sys.OpenIn(_fd, name, flags);
        if (fd < 0 || (FileStatus.Of(fd, "", out var status) >= 0 && status.Kind == kind))
            return fd;
        Sys.Close(fd);
        return -EINVAL;
    }

    /// <summary>
    /// Creates an empty file (0600) in place of any file of that name. Returns a descriptor, which the caller must close, or minus errno.
    /// </summary>
    private int CreateFile(string name)
    {
        Remove(name);
        return Sys.CreateIn(_fd, name, O_RDWR, PrivateFile);
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="name">The name in this directory.</param>
    /// <param name="most">The largest number of bytes; a longer file is not read.</param>
    /// <returns>The content; null if there is no such file or it cannot be read.</returns>
    public byte[]? Read(string name, int most)
    {
        var fd = OpenFile(name, O_RDONLY);
        if (fd < 0)
            return null;
        var bytes = new byte[most + 1];
        var (length, n) = (0, 0L);
        while (length < bytes.Length && (n = Sys.PRead(fd, bytes.AsSpan(length), length)) > 0)
            length += (int)n;
        Sys.Close(fd);
        return n < 0 || length > most ? null : bytes[..length];
    }

    /// <summary>
    /// Replaces a file as a whole: a reader finds the old or the new content, also after a crash. Returns 0 or minus errno.
    /// </summary>
    public int Replace(string name, ReadOnlySpan<byte> content)
    {
        var fd = CreateFile(name + Fresh);
        if (fd < 0)
            return fd;
        var (written, n) = (0, 0L);
        while (written < content.Length && (n = Sys.PWrite(fd, content[written..], written)) > 0)
            written += (int)n;
        Sys.Close(fd);
        var error = written < content.Length ? (n < 0 ? (int)n : -EIO) : Sys.RenameIn(_fd, name + Fresh, name);
        if (error < 0)
            Remove(name + Fresh);
        return error;
    }

    /// <summary>Creates a FIFO (0600). Returns 0 or minus errno, EEXIST if there is one.</summary>
    public int MakeFifo(string name) => Sys.MakeFifoIn(_fd, name, PrivateFile);

    /// <summary>
    /// Opens a FIFO for reading and writing, so that the call never waits for another process. Returns a descriptor, which the caller must
    /// close, or minus errno (EINVAL if the name is not a FIFO).
    /// </summary>
    /// <param name="name">The name in this directory.</param>
    /// <param name="flags">0 or O_NONBLOCK.</param>
    public int OpenFifo(string name, int flags) => OpenIf(FileKind.Fifo, name, O_RDWR | flags);

    /// <summary>Removes a file. Does nothing if there is none.</summary>
    public void Remove(string name) => Sys.UnlinkAt(_fd, name);

    /// <summary>Closes the directory, and removes it if it is empty.</summary>
    public void Dispose()
    {
        Sys.RemoveDirectoryIn(_all, _name);
        Sys.Close(_fd);
        Sys.Close(_all);
    }
}
