namespace FbHost.Tests.Fbdev;

/// <summary>
/// A real host on a memory display of each format: four clients of one colour each, side by side in red, green, 336699 and white, as bits
/// that were worked out by hand (each field v * max / 255 to nearest, unused bits ones).
/// </summary>
public class MemoryFormatTests
{
    private const int Width = 22, Height = 4, Part = 5; // parts that begin within bytes, and a black edge
    private const string Exact = """{ "display": { "dither": false } }""";

    [Theory]
    [InlineData("xrgb8888", 32, 0xFFFF0000, 0xFF00FF00, 0xFF336699, 0xFFFFFFFF)]
    [InlineData("xbgr8888", 32, 0xFF0000FF, 0xFF00FF00, 0xFF996633, 0xFFFFFFFF)]
    [InlineData("rgbx8888", 32, 0xFF0000FF, 0x00FF00FF, 0x336699FF, 0xFFFFFFFF)]
    [InlineData("xrgb2101010", 32, 0xFFF00000, 0xC00FFC00, 0xCCD66666, 0xFFFFFFFF)]
    [InlineData("rgb888", 24, 0xFF0000, 0x00FF00, 0x336699, 0xFFFFFF)]
    [InlineData("bgr888", 24, 0x0000FF, 0x00FF00, 0x996633, 0xFFFFFF)]
    [InlineData("bgr888-be", 24, 0x0000FF, 0x00FF00, 0x996633, 0xFFFFFF)]
    [InlineData("rgb666", 18, 0x3F000, 0x00FC0, 0x0D666, 0x3FFFF)]
    [InlineData("rgb565", 16, 0xF800, 0x07E0, 0x3333, 0xFFFF)]
    [InlineData("rgb565-be", 16, 0xF800, 0x07E0, 0x3333, 0xFFFF)]
    [InlineData("bgr565", 16, 0x001F, 0x07E0, 0x9B26, 0xFFFF)]
    [InlineData("rgb555", 16, 0xFC00, 0x83E0, 0x9993, 0xFFFF)]
    [InlineData("xrgb4444", 16, 0xFF00, 0xF0F0, 0xF369, 0xFFFF)]
    [InlineData("rgb444", 12, 0xF00, 0x0F0, 0x369, 0xFFF)]
    [InlineData("rgb444-be", 12, 0xF00, 0x0F0, 0x369, 0xFFF)]
    [InlineData("rgb332", 8, 0xE0, 0x1C, 0x2E, 0xFF)]
    [InlineData("palette8", 8, 180, 30, 51, 215)]
    [InlineData("grey8", 8, 77, 149, 92, 255)]
    [InlineData("grey4", 4, 5, 9, 5, 15)]
    [InlineData("grey4-be", 4, 5, 9, 5, 15)]
    [InlineData("grey2", 2, 1, 2, 1, 3)]
    [InlineData("mono1", 1, 0, 1, 0, 1)]
    [InlineData("mono1-be", 1, 0, 1, 0, 1)]
    [InlineData("mono1-inverted", 1, 1, 0, 1, 0)]
    public void Golden_pixels(string format, int bits, uint red, uint green, uint blue, uint white)
    {
        using var host = new MmmHost(Width, Height, Exact, format: format);
        Assert.Contains($"mmm: ready: {Width}x{Height} {format} in ", host.Log[^1]);
        string[] colours = ["ff0000", "00ff00", "336699", "ffffff"];
        for (var i = 0; i < colours.Length; i++)
            host.Raw($"--title C{i} --size {Part}x{Height} --at {i * Part},0 color {colours[i]}");
        for (var i = 0; i < colours.Length; i++)
            host.WaitForClient($"C{i}");

        var bytes = File.ReadAllBytes(host.FramebufferFile);
        var stride = (Width * bits + 7) / 8;
        Assert.Equal(stride * Height, bytes.Length);
        uint[] expected = [red, green, blue, white];
        var mask = format == "xrgb8888" ? 0xFFFFFF : uint.MaxValue; // its X byte is the client's
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Part * colours.Length; x++)
            {
                var pixel = Pixel(bytes.AsSpan(y * stride, stride), x, bits, format.EndsWith("-be", StringComparison.Ordinal));
                Assert.True(((pixel ^ expected[x / Part]) & mask) == 0, $"{format} at {x},{y}: {pixel:x}, not {expected[x / Part]:x}");
            }
        }
    }

    [Fact]
    public void A_screenshot_converts_back()
    {
        using var host = new MmmHost(Width, Height, Exact, format: "rgb565");
        host.Raw($"--size {Width}x{Height} color 336699");
        host.WaitForClient("raw");
        using var ctl = host.Ctl("screenshot", host.Temp["shot.png"]);
        Assert.Equal(0, ctl.WaitForEnd());
        const int colour = 0x31659C; // 6, 25 and 19 of 31, 63 and 31
        Assert.All(ControlTests.DecodePng(File.ReadAllBytes(host.Temp["shot.png"])), pixel => Assert.Equal(colour, pixel));
    }

    [Theory]
    [InlineData(null, 0.4, 0.6)]
    [InlineData(Exact, 1, 1)]
    public void Grey_on_a_mono_display_is_dithered_unless_switched_off(string? config, double least, double most)
    {
        using var host = new MmmHost(32, 32, config, format: "mono1");
        host.Raw("--size 32x32 color 808080");
        host.WaitForClient("raw");
        Assert.InRange(File.ReadAllBytes(host.FramebufferFile).Sum(b => int.PopCount(b)) / 1024.0, least, most);
    }

    // A pixel's value out of a row as one stream of bits, bit by bit.
    private static uint Pixel(ReadOnlySpan<byte> row, int x, int bits, bool bigEndian)
    {
        var value = 0u;
        for (var i = 0; i < bits; i++)
        {
            var at = x * bits + i;
            var bit = (uint)(row[at / 8] >> (bigEndian ? 7 - at % 8 : at % 8) & 1);
            value |= bit << (bigEndian ? bits - 1 - i : i);
        }
        return value;
    }
}
