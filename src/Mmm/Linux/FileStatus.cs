using System.Runtime.InteropServices;

namespace Mmm.Linux;

/// <summary>
/// Identifies a file independent of its name. The kernel does not reuse the identity while a descriptor of the file is open.
/// </summary>
internal readonly record struct FileIdentity(ulong Device, ulong Inode);

/// <summary>The type of a file (S_IFMT of its mode, inode(7)).</summary>
internal enum FileKind : uint
{
    Fifo = 0x1000,
    CharacterDevice = 0x2000,
    Directory = 0x4000,
    BlockDevice = 0x6000,
    Plain = 0x8000,
    SymbolicLink = 0xA000,
    Socket = 0xC000,
}

/// <summary>
/// The status of a file, which is read without opening it (statx(2)). Links are not followed, and a remote file server is not contacted.
/// </summary>
internal readonly unsafe partial record struct FileStatus
{
    private const int AT_FDCWD = -100, AT_SYMLINK_NOFOLLOW = 0x100, AT_NO_AUTOMOUNT = 0x800,
        AT_EMPTY_PATH = 0x1000, AT_STATX_DONT_SYNC = 0x4000;
    private const uint STATX_BASIC_STATS = 0x7ff, STATX_BTIME = 0x800;

    [LibraryImport("libc.so.6", EntryPoint = "statx", SetLastError = true)]
    private static partial int statx(int directory, byte* path, int flags, uint mask, byte* status);

    public required FileIdentity Identity { get; init; }
    public required FileKind Kind { get; init; }
    /// <summary>Permission bits, including set-uid, set-gid and sticky.</summary>
    public required uint Mode { get; init; }
    /// <summary>The number of names that the file has.</summary>
    public required uint Links { get; init; }
    /// <summary>The owner's user id.</summary>
    public required uint Owner { get; init; }
    /// <summary>The group id.</summary>
    public required uint Group { get; init; }
    /// <summary>The length in bytes.</summary>
    public required long Length { get; init; }
    /// <summary>When the file was created, CLOCK_REALTIME in ns; 0 if the file system does not store it.</summary>
    public required long BirthNs { get; init; }

    /// <summary>Reads the status of a path. Returns 0 or minus errno.</summary>
    public static int Of(string path, out FileStatus status) => Of(AT_FDCWD, path, out status);

    /// <summary>
    /// Reads the status of a name in a directory, or of the descriptor itself if the name is "". Returns 0 or minus errno.
    /// </summary>
    public static int Of(int directory, string name, out FileStatus status)
    {
        const int length = 256; // struct statx, the same on every architecture
        Span<byte> s = stackalloc byte[length];
        int result;
        // The status of a descriptor is read with every frame, so it allocates nothing.
        fixed (byte* to = s, path = name.Length == 0 ? "\0"u8 : Sys.Path(name))
            result = Sys.Check(statx(directory, path, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_DONT_SYNC,
                STATX_BASIC_STATS | STATX_BTIME, to));
        var mode = MemoryMarshal.Read<ushort>(s[28..]);
        status = result < 0 ? default : new FileStatus
        {
            Identity = new FileIdentity((ulong)U32(s, 136) << 32 | U32(s, 140), MemoryMarshal.Read<ulong>(s[32..])),
            Kind = (FileKind)(mode & 0xF000u),
            Mode = mode & 0xFFFu,
            Links = U32(s, 16),
            Owner = U32(s, 20),
            Group = U32(s, 24),
            Length = MemoryMarshal.Read<long>(s[40..]),
            BirthNs = (U32(s, 0) & STATX_BTIME) == 0 ? 0 : MemoryMarshal.Read<long>(s[80..]) * 1_000_000_000 + U32(s, 88),
        };
        return result;

        static uint U32(ReadOnlySpan<byte> s, int at) => MemoryMarshal.Read<uint>(s[at..]);
    }

    /// <summary>True if the file belongs to the effective user, and neither its group nor others may write it.</summary>
    public bool IsOnlyUsers => Owner == Sys.EffectiveUserId && (Mode & 0x12 /* 0022 */) == 0;

    /// <summary>What the file is, for messages ("a FIFO"), if it is not a plain file with one name; empty if it is one.</summary>
    public string NotPlain => Kind != FileKind.Plain ? KindName : Links > 1 ? "a file with several names" : "";

    /// <summary>The type of the file, for messages.</summary>
    public string KindName => Kind switch
    {
        FileKind.Plain => "a file",
        FileKind.SymbolicLink => "a symbolic link",
        FileKind.Fifo => "a FIFO",
        FileKind.Directory => "a directory",
        FileKind.Socket => "a socket",
        _ => "a device",
    };
}
