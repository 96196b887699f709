using Mmm;

namespace Desktop.X11;

/// <summary>
/// A picture in memory that is shared with the X server (MIT-SHM 1.2, by a descriptor). While the server reads it, it is not written.
/// </summary>
internal sealed class X11Image : IDisposable
{
    private const byte AttachFd = 6, Detach = 2, PutImage = 3, ZPixmap = 2;
    private readonly X11Connection _x;
    private readonly X11Extension _shm;
    private readonly uint _segment;
    private readonly WindowMemory _memory;

    /// <param name="x">The connection.</param>
    /// <param name="shm">MIT-SHM.</param>
    /// <param name="size">The size in pixels.</param>
    /// <exception cref="MmmException">There is not enough memory.</exception>
    public X11Image(X11Connection x, X11Extension shm, (int Width, int Height) size)
    {
        (_x, _shm, Size) = (x, shm, size);
        _memory = new WindowMemory("x11", size, 1);
        _segment = x.NewId();
        x.Begin(shm, AttachFd).U32(_segment).U8(1).U8(0).U16(0).Send(_memory.File); // read only for the server
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
        _memory.Copy(0, picture, Size.Width, changed);
        for (var i = 0; i < changed.Length; i++)
        {
            var rect = changed[i];
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
        _memory.Dispose();
    }
}
