using System.Runtime.CompilerServices;
using System.Text;
using Mmm.Hosting;
using Mmm.Linux;
using Mmm.Protocol;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Mmm;

/// <summary>
/// A client's own file, mapped into memory: fields as references, pixels as a pointer. Other processes may be able to write the file.
/// Therefore the position and size of the picture are kept in this object and only written to the file, and text is copied before it is
/// examined. Every member except <see cref="Dispose"/>, <see cref="Path"/> and <see cref="Abi"/> throws ObjectDisposedException after
/// the client was disposed.
/// </summary>
internal sealed unsafe class ClientMemory : IDisposable
{
    private readonly int _fd;
    private byte* _base;
    private long _mapped;
    private int _guard = -1;
    private int _width, _height, _stride;
    private bool _disposed;

    private ClientMemory(string path, int fd) => (Path, _fd) = (path, fd);

    public string Path { get; }
    public Abi Abi { get; } = Abi.Lp64;

    /// <summary>In pixels; 0 until <see cref="SetSize"/> is called.</summary>
    public int Width => RequireOpen()._width;

    /// <inheritdoc cref="Width"/>
    public int Height => RequireOpen()._height;

    /// <summary>Bytes from the start of one row to the start of the next.</summary>
    public int Stride => RequireOpen()._stride;

    /// <summary>The first pixel of <see cref="Stride"/> times <see cref="Height"/> bytes.</summary>
    public byte* Pixels => At(Abi.FirstPixel);

    public ref int I32(int offset) => ref Unsafe.AsRef<int>(At(offset));

    public ref double F64(int offset) => ref Unsafe.AsRef<double>(At(offset));

    /// <summary>Reads or writes a 32-bit field that the host may access at the same time.</summary>
    public int Load(int offset) => Volatile.Read(ref I32(offset));

    /// <inheritdoc cref="Load"/>
    public void Store(int offset, int value)
    {
        Interlocked.MemoryBarrier();
        Volatile.Write(ref I32(offset), value);
    }

    public int LoadIndex(int offset) => Volatile.Read(ref Unsafe.AsRef<short>(At(offset)));

    public void StoreIndex(int offset, int value)
    {
        Interlocked.MemoryBarrier();
        Volatile.Write(ref Unsafe.AsRef<short>(At(offset)), (short)value);
    }

    public FlipState Flip
    {
        get => (FlipState)Load(Abi.FlipState);
        set
        {
            Store(Abi.FlipState, (int)value);
            Interlocked.MemoryBarrier(); // later writes (pixels, a size) must not become visible before this state
        }
    }

    public Span<byte> Bytes(int offset, int length) => new(At(offset), length);

    /// <summary>Copies a NUL-terminated text out of the file. Returns its length in bytes.</summary>
    /// <param name="offset">Offset of the field.</param>
    /// <param name="to">Buffer that is as long as the field.</param>
    public int CopyText(int offset, Span<byte> to)
    {
        Bytes(offset, to.Length).CopyTo(to);
        return TextRing.Text(to).Length;
    }

    /// <summary>Throws if the client is disposed.</summary>
    public ClientMemory RequireOpen()
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(MmmClient));
        return this;
    }

    private byte* At(int offset) => RequireOpen()._base + offset;

    /// <summary>Throws if the file is shorter than the mapping, or the client is disposed.</summary>
    /// <exception cref="MmmException">Another process has truncated the file. The message is one line.</exception>
    public void Check()
    {
        RequireOpen();
        stat s;
        if (fstat(_fd, &s) != 0 || (long)s.st_size < _mapped || MappingGuard.IsLost(_guard))
            throw new MmmException($"{Path}: another process has truncated this client's file; restart this app", MmmError.FileLost);
    }

    /// <summary>
    /// Creates a new file named fb.XXXXXX in the directory. It has no picture size and no pid yet: the host ignores it until
    /// <see cref="Publish"/> writes the pid.
    /// </summary>
    public static ClientMemory Create(string directory)
    {
        if (!Environment.Is64BitProcess)
            throw new PlatformNotSupportedException("mmm clients in C# must be 64-bit programs; 32-bit ARM programs can use the C library");
        for (var tries = 0; ; tries++)
        {
            var path = System.IO.Path.Combine(directory, $"fb.{RandomName()}");
            var fd = Sys.Open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0x180 /* 0600 */);
            if (fd == -EEXIST && tries < 100)
                continue;
            if (fd < 0)
                throw new MmmException($"{directory}: cannot create a client file: {Sys.ErrorText(fd)}. Check that a host (mmm) is running "
                    + "and that MMM_PATH is its directory",
                    fd == -ENOSPC || fd == -EMFILE || fd == -ENFILE ? MmmError.NoSpace : MmmError.NoDirectory);
            var memory = new ClientMemory(path, fd);
            try
            {
                memory.LetHostIn();
                memory.Map(memory.Abi.FirstPixel + 2);
            }
            catch
            {
                memory.Unlink();
                memory.Dispose();
                throw;
            }
            memory.WriteHeaders();
            return memory;
        }
    }

    private static string RandomName()
    {
        const string letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        return string.Create(6, 0, static (s, _) => Random.Shared.GetItems(letters.AsSpan(), s));
    }

    /// <summary>
    /// Sets the mode of the file so that the host can open it. If the directory and the host belong to this user or to root, only this user
    /// has access (mode 0600). For a host of another user, the file gets the host's group and mode 0660; this works only if this user is
    /// in that group. As long as there is no host, the owner and group of the directory are used.
    /// </summary>
    public void LetHostIn()
    {
        var directory = System.IO.Path.GetDirectoryName(Path)!;
        if (FileStatus.Of(System.IO.Path.Combine(directory, "."), out var host) != 0)
            return;
        var isOwn = IsTrusted(host.Owner);
        if (FileStatus.Of(System.IO.Path.Combine(directory, Rendezvous.BellName), out var bell) == 0)
            (isOwn, host) = (isOwn && IsTrusted(bell.Owner), bell);
        if (!isOwn)
            _ = fchown(_fd, unchecked((uid_t)(uint)-1), (gid_t)host.Group); // fails if this user is not in the group
        fchmod(_fd, (mode_t)(isOwn ? 0x180u /* 0600 */ : 0x1B0u /* 0660 */));
    }

    private static bool IsTrusted(uint owner) => owner == 0 || owner == Sys.EffectiveUserId;

    private void WriteHeaders()
    {
        foreach (var (offset, type, length, next) in Abi.Blocks())
        {
            Encoding.UTF8.GetBytes(type).CopyTo(Bytes(offset, 8));
            I32(offset + 8) = length;
            I32(offset + 12) = next;
        }
        I32(Abi.FbOffset) = Abi.FirstPixel;
    }

    /// <summary>
    /// Extends the file and the mapping. The space is reserved, so that a full disk causes an exception here and not SIGBUS at the first
    /// write to a pixel.
    /// </summary>
    private void Map(long length)
    {
        if (length <= _mapped)
            return;
        int error;
        do
        {
            error = posix_fallocate(_fd, (off_t)0L, (off_t)length);
        }
        while (error == EINTR);
        if (error != 0)
            throw new MmmException($"{Path}: {length:N0} bytes cannot be reserved: {Sys.ErrorText(error)}", MmmError.NoSpace);
        var at = mmap(null, (size_t)(ulong)length, PROT_READ | PROT_WRITE, MAP_SHARED, _fd, (off_t)0L);
        if (at == (void*)-1)
            throw new MmmException($"{Path}: {length:N0} bytes cannot be mapped into memory: {Sys.ErrorText(errno)}", MmmError.NoSpace);
        Unmap();
        _guard = MappingGuard.Add(at, length);
        _base = (byte*)at;
        _mapped = length;
    }

    // An app may have kept a span of the pixels. The addresses stay reserved without access, so that using such a span causes a fault and
    // never overwrites other memory.
    private void Unmap()
    {
        if (_base != null)
            mmap(_base, (size_t)(ulong)_mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, (off_t)0L);
        MappingGuard.Remove(_guard);
        _base = null;
        (_mapped, _guard) = (0, -1);
    }

    /// <summary>
    /// Sets the size of the picture. May be called only while <see cref="Flip"/> is initializing. The old pixels are no longer valid.
    /// </summary>
    public void SetSize(int width, int height)
    {
        if (width is < 1 or > ClientState.MaxSide || height is < 1 or > ClientState.MaxSide)
            throw new MmmException($"{Path}: the picture cannot have {width}x{height} pixels; "
                + $"it must have 1x1 to {ClientState.MaxSide}x{ClientState.MaxSide}");
        Map(Abi.FirstPixel + width * 4L * height + 2);
        (_width, _height, _stride) = (width, height, width * 4);
        I32(Abi.Width) = I32(Abi.DesiredWidth) = width;
        I32(Abi.Height) = I32(Abi.DesiredHeight) = height;
        I32(Abi.Stride) = _stride;
    }

    /// <summary>Writes the pid. From then on, hosts treat the file as a client.</summary>
    public void Publish() => Store(Abi.Pid, Environment.ProcessId);

    /// <summary>Deletes the file, unless its path now names a different file.</summary>
    public void Unlink()
    {
        if (FileStatus.Of(_fd, "", out var mine) == 0 && FileStatus.Of(Path, out var there) == 0 && mine.Identity == there.Identity)
            Sys.Unlink(Path);
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        Unmap();
        Sys.Close(_fd);
    }
}
