using Mmm;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Desktop;

/// <summary>Memory for the pictures of a window, in a file without a name that the window system maps, too.</summary>
internal sealed unsafe class WindowMemory : IDisposable
{
    private readonly byte* _memory;
    private readonly long _bytes;

    /// <param name="system">The window system, with which an error begins.</param>
    /// <param name="size">The size of a picture in pixels.</param>
    /// <param name="count">The number of pictures.</param>
    /// <exception cref="MmmException">There is not enough memory.</exception>
    public WindowMemory(string system, (int Width, int Height) size, int count)
    {
        _bytes = 4L * size.Width * size.Height * count;
        File = Sys.MemoryFile("mmm-window");
        // The space is reserved, so that a shortage of memory is an error now and not a signal when the memory is written.
        var error = File < 0 ? -File : posix_fallocate(File, (off_t)0L, (off_t)_bytes);
        var memory = error != 0 ? (void*)-1 : mmap(null, (size_t)(ulong)_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, File, (off_t)0L);
        if (memory == (void*)-1)
        {
            Sys.Close(File);
            throw new MmmException($"{system}: there are no {_bytes:N0} bytes of memory for a window of {size.Width}x{size.Height}: "
                + Sys.ErrorText(error != 0 ? error : errno));
        }
        _memory = (byte*)memory;
    }

    /// <summary>The file, which belongs to whoever passes it to the window system.</summary>
    public int File { get; }

    /// <summary>Copies parts of a picture.</summary>
    /// <param name="offset">Where the copy is in the memory, bytes.</param>
    /// <param name="picture">All rows of the picture, without gaps.</param>
    /// <param name="width">The width of the picture in pixels.</param>
    /// <param name="parts">The parts.</param>
    public void Copy(long offset, ReadOnlySpan<uint> picture, int width, ReadOnlySpan<Rect> parts)
    {
        var pixels = new Span<uint>(_memory + offset, picture.Length);
        foreach (var rect in parts)
        {
            for (var y = rect.Y; y < rect.Bottom; y++)
                picture.Slice(y * width + rect.X, rect.Width).CopyTo(pixels[(y * width + rect.X)..]);
        }
    }

    /// <summary>Unmaps the memory; the window system has a mapping of its own.</summary>
    public void Dispose() => munmap(_memory, (size_t)(ulong)_bytes);
}
