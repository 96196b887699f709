using FbHost.Screens;
using Mmm;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Control;

/// <summary>
/// A copy of the screen's pixels in a file in memory that other processes read: XRGB8888 rows without gaps. The file's size is sealed, and
/// only this mapping can write it.
/// </summary>
internal sealed unsafe class ScreenCopy : IDisposable
{
    private readonly int _width;
    private readonly int _height;
    private readonly uint* _pixels;

    private ScreenCopy(int width, int height, int readOnlyFd, uint* pixels)
    {
        (_width, _height, ReadOnlyFd) = (width, height, readOnlyFd);
        _pixels = pixels;
    }

    /// <summary>A descriptor for readers, which this object owns.</summary>
    public int ReadOnlyFd { get; }

    /// <summary>Copies the screen as it is now.</summary>
    /// <returns>Null if there is no memory or no descriptor, with minus errno.</returns>
    public static ScreenCopy? TryMake(Screen screen, out int error)
    {
        var (width, height) = (screen.Display.Width, screen.Display.Height);
        var bytes = 4L * width * height;
        // A part of the memory that the host may use: a control group may limit it.
        var fd = bytes > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 ? -ENOMEM : Sys.MemoryFile("mmm screen", sealable: true);
        // Memory that is missing is an error now and not a SIGBUS later.
        error = fd < 0 ? fd : -posix_fallocate(fd, (off_t)0L, (off_t)bytes);
        var pixels = error < 0 ? (void*)-1 : mmap(null, (size_t)(ulong)bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)0L);
        if (error >= 0 && (nint)pixels == -1)
            error = -errno;
        var reader = error < 0 ? error : OpenForReaders(fd);
        Sys.Close(fd);
        if (reader >= 0)
        {
            error = 0;
            screen.Display.Read(new Span<uint>(pixels, width * height));
            return new ScreenCopy(width, height, reader, (uint*)pixels);
        }
        error = reader;
        if ((nint)pixels != -1)
            _ = munmap(pixels, (size_t)(ulong)bytes);
        return null;
    }

    // A kernel before 5.1 refuses the seal against writing: the descriptor is read-only nevertheless.
    private static int OpenForReaders(int fd)
    {
        var size = Sys.F_SEAL_SHRINK | Sys.F_SEAL_GROW | Sys.F_SEAL_SEAL;
        var error = Sys.AddSeals(fd, size | Sys.F_SEAL_FUTURE_WRITE);
        if (error < 0)
            error = Sys.AddSeals(fd, size);
        return error < 0 ? error : Sys.Open($"/proc/self/fd/{fd}", O_RDONLY);
    }

    /// <summary>Copies pixels that were painted.</summary>
    public void Take(Rect rect, ReadOnlySpan<uint> pixels, int stride)
    {
        rect = rect.Intersect(new Rect(0, 0, _width, _height)); // the display may have another size since
        for (var y = 0; y < rect.Height; y++)
        {
            var to = new Span<uint>(_pixels + (rect.Y + y) * (long)_width + rect.X, rect.Width);
            pixels.Slice(y * stride, rect.Width).CopyTo(to);
        }
    }

    public void Dispose()
    {
        _ = munmap(_pixels, (size_t)(4ul * (ulong)_width * (ulong)_height));
        Sys.Close(ReadOnlyFd);
    }
}
