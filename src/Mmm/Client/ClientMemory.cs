using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Mmm;

/// <summary>A client's own file, mapped: fields as references, pixels as a span. The client may map it, for it alone can shrink it.</summary>
internal sealed unsafe class ClientMemory : IDisposable
{
    private readonly int _fd;
    private readonly bool _is64Bit = sizeof(nint) == 8;
    private byte* _base;
    private long _mapped;

    private ClientMemory(string path, int fd) => (Path, _fd, Abi) = (path, fd, _is64Bit ? Abi.Lp64 : Abi.Arm32);

    public string Path { get; }
    public Abi Abi { get; }
    public int Width => I32(Abi.Width);
    public int Height => I32(Abi.Height);
    public int Stride => I32(Abi.Stride);
    public byte* Pixels => _base + I32(Abi.FbOffset);

    public ref int I32(int offset) => ref Unsafe.AsRef<int>(_base + offset);

    public ref double F64(int offset) => ref Unsafe.AsRef<double>(_base + offset);

    /// <summary>A 32-bit field that the host reads or writes at the same time.</summary>
    public int Load(int offset) => Volatile.Read(ref I32(offset));

    /// <inheritdoc cref="Load"/>
    public void Store(int offset, int value)
    {
        Interlocked.MemoryBarrier();
        Volatile.Write(ref I32(offset), value);
    }

    public int LoadIndex(int offset) => Volatile.Read(ref Unsafe.AsRef<short>(_base + offset));

    public void StoreIndex(int offset, int value)
    {
        Interlocked.MemoryBarrier();
        Volatile.Write(ref Unsafe.AsRef<short>(_base + offset), (short)value);
    }

    public FlipState Flip
    {
        get => (FlipState)Load(Abi.FlipState);
        set
        {
            Store(Abi.FlipState, (int)value);
            Interlocked.MemoryBarrier(); // what is written next (pixels, a size) is not seen before the state that announces it
        }
    }

    public Span<byte> Bytes(int offset, int length) => new(_base + offset, length);

    /// <summary>Makes a new file named fb.XXXXXX in the directory, with no size yet and no pid: <see cref="Publish"/> ends that.</summary>
    public static ClientMemory Create(string directory)
    {
        for (var tries = 0; ; tries++)
        {
            var path = System.IO.Path.Combine(directory, $"fb.{RandomName()}");
            var fd = Sys.Open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0x180 /* 0600 until it is complete */);
            if (fd == -EEXIST && tries < 100)
                continue;
            if (fd < 0)
                throw new MmmException($"{directory}: no client file can be made there: {Sys.ErrorText(fd)}. Is a host (mmm) running, and is MMM_PATH right?");
            var memory = new ClientMemory(path, fd);
            try
            {
                memory.Map(memory.Abi.FirstPixel + 2);
            }
            catch
            {
                memory.Dispose();
                Sys.Unlink(path);
                throw;
            }
            memory.WriteHeaders();
            fchmod(fd, (mode_t)0x1FFu); // 0777, as the original library
            return memory;
        }
    }

    private static string RandomName()
    {
        const string letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        return string.Create(6, 0, static (s, _) => Random.Shared.GetItems(letters.AsSpan(), s));
    }

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
    /// Grows file and mapping. Space is reserved, so that a full disk is an error here and not a fault at the first pixel.
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
            throw new MmmException($"{Path}: {length:N0} bytes can not be reserved: {Sys.ErrorText(error)}");
        var at = mmap(null, (size_t)(ulong)length, PROT_READ | PROT_WRITE, MAP_SHARED, _fd, (off_t)0L);
        if (at == (void*)-1)
            throw new MmmException($"{Path}: {length:N0} bytes can not be mapped: {Sys.ErrorText(errno)}");
        if (_base != null)
            munmap(_base, (size_t)(ulong)_mapped);
        _base = (byte*)at;
        _mapped = length;
    }

    /// <summary>Gives the picture a size. Only while <see cref="Flip"/> is initializing. The picture's old pixels lose their places.</summary>
    public void SetSize(int width, int height)
    {
        if (width is < 1 or > Host.ClientState.MaxSide || height is < 1 or > Host.ClientState.MaxSide)
            throw new MmmException($"{Path}: a picture of {width}x{height} is not possible; 1x1 to {Host.ClientState.MaxSide}x{Host.ClientState.MaxSide} is");
        Map(Abi.FirstPixel + width * 4L * height + 2);
        I32(Abi.Width) = I32(Abi.DesiredWidth) = width;
        I32(Abi.Height) = I32(Abi.DesiredHeight) = height;
        I32(Abi.Stride) = width * 4;
    }

    /// <summary>Writes the pid: from here on the file is a client.</summary>
    public void Publish() => Store(Abi.Pid, Environment.ProcessId);

    public void Dispose()
    {
        if (_base != null)
            munmap(_base, (size_t)(ulong)_mapped);
        _base = null;
        Sys.Close(_fd);
    }
}
