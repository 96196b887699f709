using Mmm;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Desktop.X11;

/// <summary>
/// A picture in memory that is shared with the X server (MIT-SHM 1.2, by a descriptor). While the server reads it, it is not written.
/// </summary>
internal sealed unsafe class X11Image : IDisposable
{
    private const byte AttachFd = 6, Detach = 2, PutImage = 3, ZPixmap = 2;
    private readonly X11Connection _x;
    private readonly X11Extension _shm;
    private readonly uint _segment;
    private readonly byte* _memory;
    private readonly long _bytes;

    /// <param name="x">The connection.</param>
    /// <param name="shm">MIT-SHM.</param>
    /// <param name="size">The size in pixels.</param>
    /// <exception cref="MmmException">There is not enough memory.</exception>
    public X11Image(X11Connection x, X11Extension shm, (int Width, int Height) size)
    {
        (_x, _shm, Size, _bytes) = (x, shm, size, 4L * size.Width * size.Height);
        var file = Sys.MemoryFile("mmm-window");
        var error = file < 0 ? -file : posix_fallocate(file, (off_t)0L, (off_t)_bytes);
        var memory = error != 0 ? (void*)-1 : mmap(null, (size_t)(ulong)_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, (off_t)0L);
        if (memory == (void*)-1)
        {
            Sys.Close(file);
            throw new MmmException($"x11: there are no {_bytes:N0} bytes of memory for a window of {size.Width}x{size.Height}: "
                + Sys.ErrorText(error != 0 ? error : errno));
        }
        _memory = (byte*)memory;
        _segment = x.NewId();
        x.Begin(shm, AttachFd).U32(_segment).U8(1).U8(0).U16(0).Send(file); // read only for the server
    }

    public (int Width, int Height) Size { get; }

    /// <summary>True while the server may read the memory.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Copies parts of the picture and sends them to a window. The server reports the end by an event.</summary>
    /// <param name="window">The window.</param>
    /// <param name="graphics">A graphics context.</param>
    /// <param name="left">Where the picture is in the window.</param>
    /// <param name="top">Where the picture is in the window.</param>
    /// <param name="picture">All rows of the picture.</param>
    /// <param name="changed">One part or more.</param>
    public void Put(uint window, uint graphics, int left, int top, ReadOnlySpan<uint> picture, ReadOnlySpan<Rect> changed)
    {
        var pixels = new Span<uint>(_memory, (int)(_bytes / 4));
        for (var i = 0; i < changed.Length; i++)
        {
            var rect = changed[i];
            for (var y = rect.Y; y < rect.Bottom; y++)
                picture.Slice(y * Size.Width + rect.X, rect.Width).CopyTo(pixels[(y * Size.Width + rect.X)..]);
            var isLast = i == changed.Length - 1;
            _x.Begin(_shm, PutImage).U32(window).U32(graphics).U16((ushort)Size.Width).U16((ushort)Size.Height)
                .U16((ushort)rect.X).U16((ushort)rect.Y).U16((ushort)rect.Width).U16((ushort)rect.Height)
                .I16(left + rect.X).I16(top + rect.Y).U8(24).U8(ZPixmap).U8((byte)(isLast ? 1 : 0)).U8(0).U32(_segment).U32(0).Send();
        }
        IsHeld = true;
    }

    public void Dispose()
    {
        _x.Begin(_shm, Detach).U32(_segment).Send();
        munmap(_memory, (size_t)(ulong)_bytes);
    }
}
