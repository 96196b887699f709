using Displays.Pixels;
using Mmm;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Displays;

/// <summary>
/// A framebuffer in a plain file that other programs can map: top left pixel first, rows without gaps. For development and tests.
/// The host writes the file only by system calls that cannot fault, so that a program that truncates the file does not crash the host.
/// </summary>
internal sealed unsafe class MemoryDisplay : IDisplay
{
    private readonly int _fd;
    private bool _isDisposed;
    private readonly string _path;
    private readonly bool _deleteAtEnd;
    private readonly PixelLayout _layout;
    private readonly bool _dither;
    private PixelMemory _memory;
    private byte* _mapped; // null if not mapped
    private long _bytes;

    /// <param name="width">The width in pixels, 1..16384.</param>
    /// <param name="height">The height in pixels, 1..16384.</param>
    /// <param name="layout">The layout of a pixel.</param>
    /// <param name="dither">True to dither layouts of less than 24 bits per pixel.</param>
    /// <param name="path">The path of the file. The file is created if it is missing, and its size is set.</param>
    /// <param name="deleteAtEnd">True to delete the file when the display is disposed.</param>
    /// <exception cref="MmmException">The file cannot be created, or the disk is full.</exception>
    public MemoryDisplay(int width, int height, PixelLayout layout, bool dither, string path, bool deleteAtEnd)
    {
        (_layout, _dither, _path, _deleteAtEnd) = (layout, dither, path, deleteAtEnd);
        _fd = Sys.Open(path, O_RDWR | O_CREAT, 0x1A4 /* 0644 */);
        if (_fd < 0)
            throw new MmmException($"{path}: the memory display cannot be created: {Sys.ErrorText(_fd)}");
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

    /// <summary>Changes the size of the display and of the file, like a user who resizes a window. The picture is lost.</summary>
    /// <param name="width">The width in pixels, 1..16384.</param>
    /// <param name="height">The height in pixels, 1..16384.</param>
    /// <exception cref="MmmException">The disk is full; the size is unchanged.</exception>
    public void Resize(int width, int height)
    {
        _memory = Reserve(width, height);
        Resized?.Invoke();
    }

    // Also reserves the disk space, so that a full disk is an error now and does not damage the picture later.
    private PixelMemory Reserve(int width, int height)
    {
        var before = lseek(_fd, (off_t)0L, SEEK_END);
        var stride = _layout.RowBytes(width);
        var bytes = stride * (long)height;
        var error = ftruncate(_fd, (off_t)bytes) != 0 ? errno : posix_fallocate(_fd, (off_t)0L, (off_t)bytes);
        if (error != 0)
        {
            ftruncate(_fd, before); // frees what was reserved
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
        if (_isDisposed)
            return; // another descriptor may have the number by now
        _isDisposed = true;
        Unmap();
        Sys.Close(_fd);
        if (_deleteAtEnd)
            Sys.Unlink(_path);
    }
}
