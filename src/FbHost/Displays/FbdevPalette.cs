using FbHost.Displays.Pixels;
using static FbHost.Displays.LinuxFb;
using static Tmds.Linux.LibC;

namespace FbHost.Displays;

/// <summary>A framebuffer's colour map: the picture's while it is shown, and what was found before at the end.</summary>
internal sealed unsafe class FbdevPalette
{
    private readonly int _fd;
    private readonly PixelPalette _colours;
    private readonly ushort[] _found; // red, green, blue, behind one another
    private readonly bool _wasRead;

    public FbdevPalette(int fd, PixelPalette colours)
    {
        (_fd, _colours) = (fd, colours);
        var length = colours.Red.Length;
        _found = new ushort[length * 3];
        _wasRead = Call(FBIOGETCMAP, _found.AsSpan(0, length), _found.AsSpan(length, length), _found.AsSpan(length * 2));
        Set();
    }

    public void Set() => Call(FBIOPUTCMAP, _colours.Red, _colours.Green, _colours.Blue);

    public void Restore()
    {
        var length = _colours.Red.Length;
        if (_wasRead)
            Call(FBIOPUTCMAP, _found.AsSpan(0, length), _found.AsSpan(length, length), _found.AsSpan(length * 2));
    }

    private bool Call(int request, Span<ushort> red, Span<ushort> green, Span<ushort> blue)
    {
        fixed (ushort* r = red, g = green, b = blue)
        {
            var map = new fb_cmap { start = 0, len = (uint)red.Length, red = r, green = g, blue = b };
            return ioctl(_fd, request, &map) == 0;
        }
    }
}
