using System.Runtime.InteropServices;

namespace Mmm.Linux;

/// <summary>Which file something is, whatever its name. Not used for another file while a descriptor of it is open.</summary>
internal readonly record struct FileIdentity(ulong Device, ulong Inode);

/// <summary>What kind of file something is (S_IFMT of its mode, inode(7)).</summary>
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

/// <summary>What is known of a file without opening it (statx(2)). Links are not followed, and a file server is not waited for.</summary>
internal readonly unsafe partial record struct FileStatus
{
    private const int AT_FDCWD = -100, AT_SYMLINK_NOFOLLOW = 0x100, AT_NO_AUTOMOUNT = 0x800,
        AT_EMPTY_PATH = 0x1000, AT_STATX_DONT_SYNC = 0x4000;
    private const uint STATX_BASIC_STATS = 0x7ff, STATX_BTIME = 0x800;

    [LibraryImport("libc.so.6", EntryPoint = "statx", SetLastError = true)]
    private static partial int statx(int directory, byte* path, int flags, uint mask, byte* status);

    public required FileIdentity Identity { get; init; }
    public required FileKind Kind { get; init; }
    /// <summary>Permission bits, and set-uid, set-gid and sticky.</summary>
    public required uint Mode { get; init; }
    /// <summary>Names that the file has.</summary>
    public required uint Links { get; init; }
    /// <summary>User id.</summary>
    public required uint Owner { get; init; }
    /// <summary>Group id.</summary>
    public required uint Group { get; init; }
    /// <summary>Bytes.</summary>
    public required long Length { get; init; }
    /// <summary>When the file was made, CLOCK_REALTIME in ns; 0: its file system does not know.</summary>
    public required long BirthNs { get; init; }

    /// <summary>Of a path. 0 or minus errno.</summary>
    public static int Of(string path, out FileStatus status) => Of(AT_FDCWD, path, out status);

    /// <summary>Of a name in a directory, or with "" of the descriptor itself. 0 or minus errno.</summary>
    public static int Of(int directory, string name, out FileStatus status)
    {
        const int length = 256; // struct statx, the same on every architecture
        Span<byte> s = stackalloc byte[length];
        int result;
        // A descriptor's is asked for with every frame: no allocation.
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

    /// <summary>It is the effective user's, and neither its group nor others may write it.</summary>
    public bool IsOnlyUsers => Owner == Sys.EffectiveUserId && (Mode & 0x12 /* 0022 */) == 0;

    /// <summary>What else it is than a plain file with one name, for people: "a FIFO"; empty when it is one.</summary>
    public string NotPlain => Kind != FileKind.Plain ? KindName : Links > 1 ? "a file with several names" : "";

    /// <summary>What kind of file it is, for people.</summary>
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
