using Displays.Pixels;
using Mmm;

namespace Displays.Tests;

public sealed class MemoryDisplayTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    private MemoryDisplay Open(int width, int height) =>
        new(width, height, NamedLayouts.Xrgb8888, dither: false, _temp["screen"], deleteAtEnd: true);

    private static uint[] Painted(IDisplay display)
    {
        var pixels = Enumerable.Range(0, display.Width * display.Height).Select(i => 0xFF000000 | (uint)i * 7).ToArray();
        display.Write(new Rect(0, 0, display.Width, display.Height), pixels);
        display.Flush();
        return pixels;
    }

    [Theory]
    [InlineData(40, 30)]
    [InlineData(5, 4)]
    [InlineData(17, 9)]
    public void A_resized_display_says_so_and_shows_a_picture_of_its_new_size(int width, int height)
    {
        using var display = Open(20, 10);
        Painted(display);
        var said = 0;
        display.Resized += () => said++;
        display.Resize(width, height);
        Assert.Equal((1, width, height), (said, display.Width, display.Height));
        Assert.Equal(width * height * 4, new FileInfo(_temp["screen"]).Length);
        var pixels = Painted(display);
        var read = new uint[pixels.Length];
        display.Read(read);
        Assert.Equal(pixels, read);
        Assert.StartsWith($"{width}x{height} ", display.Description);
    }

    [Fact]
    public void A_display_that_is_disposed_of_twice_closes_no_file_of_others()
    {
        using var display = Open(20, 10);
        display.Dispose();
        var others = Enumerable.Range(0, 50).Select(_ => File.OpenHandle("/dev/zero")).ToList(); // one of them has the display's number now
        display.Dispose();
        Assert.All(others, o => Assert.Equal(1, RandomAccess.Read(o, new byte[1], 0)));
        others.ForEach(o => o.Dispose());
    }

    [Fact]
    public void A_part_of_many_rows_is_shown_where_it_belongs_after_a_resize()
    {
        using var display = Open(20, 10);
        display.Resize(30, 25);
        var all = Painted(display);
        var part = new Rect(3, 4, 5, 12);
        display.Write(part, Enumerable.Repeat(0xFFABCDEF, part.Width * part.Height).ToArray());
        var read = new uint[all.Length];
        display.Read(read);
        for (var i = 0; i < read.Length; i++)
            Assert.Equal(part.Contains(i % 30, i / 30) ? 0xFFABCDEF : all[i], read[i]);
    }

    [Fact]
    public void A_turned_display_has_its_panel_s_new_size_turned()
    {
        using var panel = Open(20, 10);
        using var display = new OrientedDisplay(panel, Orientation.Make(90, false, false, out _)!.Value);
        (int, int) size = default;
        display.Resized += () => size = (display.Width, display.Height);
        panel.Resize(40, 30);
        Assert.Equal((30, 40), size);
        var pixels = Painted(display);
        var read = new uint[pixels.Length];
        display.Read(read);
        Assert.Equal(pixels, read);
    }

    public void Dispose() => _temp.Dispose();
}
