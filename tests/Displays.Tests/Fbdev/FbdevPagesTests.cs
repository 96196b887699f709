using Displays.Pixels;
using Mmm;

namespace Displays.Tests.Fbdev;

/// <summary>Two pages in a file in place of a framebuffer's memory: what is shown is always the whole picture.</summary>
public sealed class FbdevPagesTests : IDisposable
{
    private const int Width = 20, Height = 10, Stride = 48;
    private static readonly FbdevMode Mode = new()
    {
        Width = Width, Height = Height, Layout = NamedLayouts.Rgb565, Visual = PixelVisual.TrueColor, Stride = Stride, Left = 0, Top = 0,
        Memory = Stride * Height * 2, HasTwoPages = true, IsEmulated = false,
    };

    private readonly PixelConverter _converter = new(NamedLayouts.Rgb565, dither: true);
    private readonly TempDirectory _temp = new();
    private readonly FileStream _file;
    private readonly PixelMemory _memory;
    private readonly uint[] _picture = new uint[Width * Height];
    private readonly Random _random = new(1);
    private readonly List<uint> _pans = [];
    private uint _row;
    private bool _refuses;

    public unsafe FbdevPagesTests()
    {
        _file = new FileStream(_temp["fb"], FileMode.Create, FileAccess.ReadWrite);
        _file.SetLength(Mode.Memory);
        _memory = new PixelMemory((int)_file.SafeFileHandle.DangerousGetHandle(),
            null, _converter, (Width, Height), Stride, 0, keepCopy: true);
    }

    private bool Pan(uint row)
    {
        if (_refuses)
            return false;
        _pans.Add(row);
        _row = row;
        return true;
    }

    private void Draw(FbdevPages pages, Rect rect)
    {
        var part = new uint[rect.Width * rect.Height];
        for (var i = 0; i < part.Length; i++)
            _picture[(rect.Y + i / rect.Width) * Width + rect.X + i % rect.Width] = part[i] = 0xFF000000 | (uint)_random.Next(1 << 24);
        _memory.Write(0, rect, part);
        pages.Damage(rect);
    }

    private void DrawSomething(FbdevPages pages, int rects)
    {
        for (var i = 0; i < rects; i++)
        {
            int x = _random.Next(Width), y = _random.Next(Height);
            Draw(pages, new Rect(x, y, 1 + _random.Next(Width - x), 1 + _random.Next(Height - y)));
        }
    }

    private byte[] Page(uint row)
    {
        var bytes = new byte[Stride * Height];
        RandomAccess.Read(_file.SafeFileHandle, bytes, row * Stride);
        return Pixels(bytes);
    }

    private byte[] Expected()
    {
        var bytes = new byte[Stride * Height];
        _converter.Write(new Rect(0, 0, Width, Height), _picture, bytes, Stride);
        return Pixels(bytes);
    }

    private static byte[] Pixels(byte[] rows) =>
        [.. Enumerable.Range(0, Height).SelectMany(y => rows[(y * Stride)..(y * Stride + Width * 2)])];

    [Fact]
    public void Each_flip_shows_the_whole_picture_on_the_other_page()
    {
        var pages = new FbdevPages(Mode, Pan, () => true, null);
        for (var frame = 0; frame < 60; frame++)
        {
            var shown = _row;
            var before = Page(shown);
            DrawSomething(pages, frame == 0 ? 0 : _random.Next(1, 30));
            Draw(pages, new Rect(frame % Width, 0, 1, 1));
            Assert.Equal(before, Page(shown)); // what is seen does not change
            pages.Flip(_memory);
            Assert.NotEqual(shown, _row);
            Assert.Equal(Expected(), Page(_row));
            pages.Flip(_memory); // nothing to show
            Assert.NotEqual(shown, _row);
        }
    }

    [Fact]
    public void A_page_that_others_drew_on_is_painted_anew()
    {
        var pages = new FbdevPages(Mode, Pan, () => true, null);
        Draw(pages, new Rect(0, 0, Width, Height));
        pages.Flip(_memory);
        RandomAccess.Write(_file.SafeFileHandle, new byte[Mode.Memory], 0);
        _row = 3; // they also panned
        pages.Forget();
        Draw(pages, new Rect(0, 0, Width, Height));
        for (var i = 0; i < 2; i++)
        {
            pages.Flip(_memory);
            Assert.Equal(Expected(), Page(_row));
            DrawSomething(pages, 1);
        }
    }

    [Fact]
    public void A_driver_that_stops_panning_shows_the_picture_all_the_same_and_so_does_one_that_cannot_wait()
    {
        var waits = 0;
        var pages = new FbdevPages(Mode, Pan, () => ++waits < 0, null);
        for (var frame = 0; frame < 10; frame++)
        {
            _refuses = frame > 4;
            DrawSomething(pages, 2);
            pages.Flip(_memory);
            Assert.Equal(Expected(), Page(_row));
        }
        Assert.InRange(waits, 0, 1);
    }

    [Fact]
    public void At_the_end_the_first_page_is_shown_with_the_picture()
    {
        var pages = new FbdevPages(Mode, Pan, () => true, null);
        DrawSomething(pages, 3);
        pages.Flip(_memory);
        pages.ToFirst(_memory);
        Assert.Equal(0u, _row);
        Assert.Equal(Expected(), Page(0));
        Assert.Equal(Expected(), Page(Height));
    }

    public void Dispose()
    {
        _file.Dispose();
        _temp.Dispose();
    }
}
