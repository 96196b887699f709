using Displays.Pixels;
using static Displays.LinuxFb;
using static Tmds.Linux.LibC;

namespace Displays;

/// <summary>The colour map that a framebuffer has while it shows the picture.</summary>
internal sealed unsafe class FbdevPalette
{
    private readonly int _fd;
    private readonly PixelPalette _colours;

    public FbdevPalette(int fd, PixelPalette colours)
    {
        (_fd, _colours) = (fd, colours);
        Set();
    }

    public void Set()
    {
        fixed (ushort* red = _colours.Red, green = _colours.Green, blue = _colours.Blue)
        {
            var map = new fb_cmap { start = 0, len = (uint)_colours.Red.Length, red = red, green = green, blue = blue };
            ioctl(_fd, FBIOPUTCMAP, &map);
        }
    }
}
