using Mmm.Linux;
using static FbHost.Displays.LinuxFb;
using static Tmds.Linux.LibC;

namespace FbHost.Displays;

/// <summary>Keeps the kernel's text console from writing over the picture, and gives it back when disposed.</summary>
internal sealed class TextConsole : IDisposable
{
    private readonly int _tty;

    private TextConsole(int tty) => _tty = tty;

    /// <summary>Switches the foreground terminal to graphics; null where there is none, or none that this user may switch.</summary>
    public static unsafe TextConsole? TakeOver()
    {
        var tty = Sys.Open("/dev/tty0", O_RDWR | O_NOCTTY);
        if (tty >= 0 && ioctl(tty, KDSETMODE, KD_GRAPHICS) == 0)
            return new TextConsole(tty);
        Sys.Close(tty);
        return null;
    }

    // Always to text: after a kill -9 the mode found at start would be the one that the last host left.
    public void Dispose()
    {
        ioctl(_tty, KDSETMODE, KD_TEXT);
        Sys.Close(_tty);
    }
}
