using Displays.Pixels;
using Mmm;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Displays;

/// <summary>
/// A framebuffer in a plain file that other programs can map: top left first, rows without gaps. For development and tests.
/// The host itself writes it by calls that cannot fault, and never through a mapping: whoever truncates the file does not end the host.
/// </summary>
internal sealed unsafe class MemoryDisplay : IDisplay
{
    private readonly int _fd;
    private readonly string _path;
    private readonly bool _deleteAtEnd;
    private readonly PixelLayout _layout;
    private readonly bool _dither;
    private PixelMemory _memory;
    private byte* _mapped; // null: not mapped
    private long _bytes;

    /// <param name="width">Pixels, 1..16384.</param>
    /// <param name="height">Pixels, 1..16384.</param>
    /// <param name="layout">Of a pixel.</param>
    /// <param name="dither">Below 24 bits a pixel.</param>
    /// <param name="path">The file: made when missing, its size set.</param>
    /// <param name="deleteAtEnd">The file is removed when the display is disposed.</param>
    /// <exception cref="MmmException">The file cannot be made, or the disk is full.</exception>
    public MemoryDisplay(int width, int height, PixelLayout layout, bool dither, string path, bool deleteAtEnd)
    {
        (_layout, _dither, _path, _deleteAtEnd) = (layout, dither, path, deleteAtEnd);
        _fd = Sys.Open(path, O_RDWR | O_CREAT, 0x1A4 /* 0644 */);
        if (_fd < 0)
            throw new MmmException($"{path}: the memory display cannot be made: {Sys.ErrorText(_fd)}");
        try
        {
            _memory = Reserve(width, height);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Changes the size, as a window's user would: the file's, too. What was on it is lost.</summary>
    /// <param name="width">Pixels, 1..16384.</param>
    /// <param name="height">Pixels, 1..16384.</param>
    /// <exception cref="MmmException">The disk is full; the size is what it was.</exception>
    public void Resize(int width, int height)
    {
        _memory = Reserve(width, height);
        Resized?.Invoke();
    }

    // Reserved, not only sized: a full disk is an error now and not a hole in the picture later.
    private PixelMemory Reserve(int width, int height)
    {
        var before = lseek(_fd, (off_t)0L, SEEK_END);
        var stride = _layout.RowBytes(width);
        var bytes = stride * (long)height;
        var error = ftruncate(_fd, (off_t)bytes) != 0 ? errno : posix_fallocate(_fd, (off_t)0L, (off_t)bytes);
        if (error != 0)
        {
            ftruncate(_fd, before); // a full disk is left as it was
            throw new MmmException($"{_path}: {bytes:N0} bytes for the memory display cannot be reserved: {Sys.ErrorText(error)}");
        }
        Unmap();
        (Width, Height, _bytes) = (width, height, bytes);
        var mapped = mmap(null, (size_t)(ulong)bytes, PROT_READ | PROT_WRITE, MAP_SHARED, _fd, (off_t)0L);
        _mapped = mapped == (void*)-1 ? null : (byte*)mapped;
        return new PixelMemory(_fd, null, new PixelConverter(_layout, _dither), (width, height), stride, left: 0, keepCopy: false)
            { Guarded = _mapped };
    }

    private void Unmap()
    {
        if (_mapped != null)
            munmap(_mapped, (size_t)(ulong)_bytes);
        _mapped = null;
    }

    public int Width { get; private set; }

    public int Height { get; private set; }

    public event Action? Resized;

    public string Description => $"{Width}x{Height} {_layout} in {_path}";

    public void Write(Rect rect, ReadOnlySpan<uint> pixels) => _memory.Write(0, rect, pixels);

    public void Read(Span<uint> pixels) => _memory.Read(0, pixels);

    public void Dispose()
    {
        Unmap();
        Sys.Close(_fd);
        if (_deleteAtEnd)
            Sys.Unlink(_path);
    }
}
