using CsCheck;
using Displays;
using FbHost.Screens;
using Mmm;

namespace FbHost.Tests.Screens;

/// <summary>The mouse cursor over a picture.</summary>
public class CursorTests
{
    private const int Width = 64, Height = 48;

    /// <summary>Keeps what is written.</summary>
    private sealed class Canvas : IDisplay
    {
        public readonly uint[] Pixels = new uint[CursorTests.Width * CursorTests.Height];
        public int Width => CursorTests.Width;
        public int Height => CursorTests.Height;
        public string Description => "test";

        public void Write(Rect rect, ReadOnlySpan<uint> pixels)
        {
            for (var y = 0; y < rect.Height; y++)
                pixels.Slice(y * rect.Width, rect.Width).CopyTo(Pixels.AsSpan((rect.Y + y) * Width + rect.X));
        }

        public void Read(Span<uint> pixels) => Pixels.CopyTo(pixels);

        public void Dispose() { }
    }

    [Fact]
    public void Wherever_it_was_nothing_is_left_when_it_hides() => Gen.Int[0, Width - 1].Select(Gen.Int[0, Height - 1]).List[1, 8].Sample(places =>
    {
        var canvas = new Canvas();
        var screen = new Screen(canvas);
        screen.Repaint();
        foreach (var (x, y) in places)
        {
            screen.MoveCursor(x, y);
            Assert.Equal(0xFF000000, canvas.Pixels[y * Width + x]); // the tip is black, as is the background
            if (x + 1 < Width && y + 2 < Height)
                Assert.Equal(0xFFFFFFFF, canvas.Pixels[(y + 2) * Width + x + 1]);
        }
        screen.HideCursor();
        Assert.All(canvas.Pixels, p => Assert.Equal(0xFF000000, p));
    });

    [Fact]
    public void A_blank_screen_has_no_cursor()
    {
        var canvas = new Canvas();
        var screen = new Screen(canvas);
        screen.Repaint();
        screen.MoveCursor(10, 10);
        screen.Blank(true);
        Assert.All(canvas.Pixels, p => Assert.Equal(0xFF000000, p));
        screen.Blank(false);
        Assert.Contains(0xFFFFFFFF, canvas.Pixels);
    }
}
