using System.Runtime.InteropServices;
using Mmm;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Displays;

/// <summary>
/// A framebuffer in a plain file that other programs can map: XRGB8888, stride = width * 4, top left first. For development and tests.
/// The host itself writes it by pwrite: whoever truncates the file cannot fault the host.
/// </summary>
internal sealed class MemoryDisplay : IDisplay
{
    private readonly int _fd;
    private readonly string _path;
    private readonly bool _deleteAtEnd;

    /// <param name="width">Pixels, 1..16384.</param>
    /// <param name="height">Pixels, 1..16384.</param>
    /// <param name="path">The file: made when missing, its size set.</param>
    /// <param name="deleteAtEnd">The file is removed when the display is disposed.</param>
    /// <exception cref="MmmException">The file can not be made, or the disk is full.</exception>
    public MemoryDisplay(int width, int height, string path, bool deleteAtEnd)
    {
        (Width, Height, _path, _deleteAtEnd) = (width, height, path, deleteAtEnd);
        _fd = Sys.Open(path, O_RDWR | O_CREAT, 0x1A4 /* 0644 */);
        if (_fd < 0)
            throw new MmmException($"{path}: the memory display can not be made: {Sys.ErrorText(_fd)}");
        var before = lseek(_fd, (off_t)0L, SEEK_END);
        // Reserved, not only sized: a full disk is an error now and not a hole in the picture later.
        var error = ftruncate(_fd, (off_t)Bytes) != 0 ? errno : posix_fallocate(_fd, (off_t)0L, (off_t)Bytes);
        if (error == 0)
            return;
        ftruncate(_fd, before); // a full disk is left as it was
        Dispose();
        throw new MmmException($"{path}: {Bytes:N0} bytes for the memory display can not be reserved: {Sys.ErrorText(error)}");
    }

    private long Bytes => Width * 4L * Height;

    public int Width { get; }

    public int Height { get; }

    public string Description => $"{Width}x{Height} XRGB8888 in {_path}";

    public void Write(Rect rect, ReadOnlySpan<uint> pixels)
    {
        var bytes = MemoryMarshal.AsBytes(pixels);
        var at = (rect.Y * (long)Width + rect.X) * 4;
        if (rect.Width == Width)
        {
            Sys.PWrite(_fd, bytes, at);
            return;
        }
        for (var y = 0; y < rect.Height; y++, at += Width * 4)
            Sys.PWrite(_fd, bytes.Slice(y * rect.Width * 4, rect.Width * 4), at);
    }

    public void Read(Span<uint> pixels) => Sys.PRead(_fd, MemoryMarshal.AsBytes(pixels), 0);

    public void Dispose()
    {
        Sys.Close(_fd);
        if (_deleteAtEnd)
            Sys.Unlink(_path);
    }
}
