using CsCheck;
using FbHost.Loop;
using FbHost.Screens;
using Mmm;

namespace FbHost.Tests.Screens;

/// <summary>The mouse cursor over a picture.</summary>
public class CursorTests
{
    private const int Width = 64, Height = 48;

    // Such damage is painted once a frame of the display, which takes no time here.
    private static void Show(Screen screen)
    {
        screen.Paint();
        screen.Flush();
    }

    [Fact]
    public void Wherever_it_was_nothing_is_left_when_it_hides() =>
        Gen.Int[0, Width - 1].Select(Gen.Int[0, Height - 1]).List[1, 8].Sample(places =>
    {
        var canvas = new KeptDisplay(Width, Height);
        using var loop = new EventLoop();
        var screen = new Screen(loop, canvas);
        var cursor = new Cursor(screen);
        screen.Damage();
        Show(screen);
        foreach (var (x, y) in places)
        {
            cursor.MoveTo(x, y);
            Show(screen);
            Assert.Equal(0xFF000000, canvas.Pixels[y * Width + x]); // the tip is black, as is the background
            if (x + 1 < Width && y + 2 < Height)
                Assert.Equal(0xFFFFFFFF, canvas.Pixels[(y + 2) * Width + x + 1]);
        }
        cursor.Hide();
        Show(screen);
        Assert.All(canvas.Pixels, p => Assert.Equal(0xFF000000, p));
    });

    [Fact]
    public void A_blank_screen_has_no_cursor()
    {
        var canvas = new KeptDisplay(Width, Height);
        using var loop = new EventLoop();
        var screen = new Screen(loop, canvas);
        var cursor = new Cursor(screen);
        screen.Damage();
        Show(screen);
        cursor.MoveTo(10, 10);
        Show(screen);
        screen.Blank(true);
        Assert.All(canvas.Pixels, p => Assert.Equal(0xFF000000, p));
        screen.Blank(false);
        Assert.Contains(0xFFFFFFFF, canvas.Pixels);
    }
}
