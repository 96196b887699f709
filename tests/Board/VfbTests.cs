using System.Globalization;

namespace Board.Tests;

/// <summary>
/// The host on a framebuffer driver that keeps its own memory, has palettes and pans: vfb of an x86-64 kernel (see the script vfb). What
/// the driver holds is read by a program that knows nothing of the host.
/// </summary>
[Collection("device")]
public sealed class VfbTests(BoardFixture fixture, VfbTests.Run run) : IClassFixture<VfbTests.Run>
{
    private const int Width = 64, Height = 48, Colour = 0x3366cc;

    /// <summary>One boot for all of them: the lines of each case, by their first word.</summary>
    public sealed class Run
    {
        private ILookup<string, ILookup<string, string>>? _cases;

        internal ILookup<string, string> Case(BoardFixture fixture, string name) =>
            Assert.Single((_cases ??= Boot(fixture))[name]);

        private static ILookup<string, ILookup<string, string>> Boot(BoardFixture fixture)
        {
            var work = Path.Combine(fixture.Folder, "vfb");
            Directory.CreateDirectory(work);
            string[] arguments = [Path.Combine(fixture.Programs.HostHere, "mmm"), work];
            var output = Command.Require(Path.Combine(fixture.Repo, "tests/Board/vfb"), arguments, TimeSpan.FromMinutes(4)).Output;
            File.WriteAllText(Path.Combine(work, "console.log"), output);
            Assert.Contains("\ndone", output);
            return output[output.IndexOf("case ", StringComparison.Ordinal)..].Replace("\r", "")
                .Split("case ", StringSplitOptions.RemoveEmptyEntries)
                .ToLookup(c => c.Split('\n')[0], c => c.Split('\n')[1..].ToLookup(l => l.Split(' ')[0], l => l[(l.IndexOf(' ') + 1)..]));
        }
    }

    private ILookup<string, string> Case(string name) => run.Case(fixture, name);

    private static int[] Numbers(string text) => [.. text.Split(' ').Select(n => int.Parse(n, CultureInfo.InvariantCulture))];

    // The picture as the driver would show it: pixels by the fields or the palette that it states.
    private static int[] Picture(ILookup<string, string> said)
    {
        var v = Numbers(said["var"].Single());
        var bits = v[3];
        var colours = said["cmap"].Single().Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(c => c != "cmap");
        int[] palette = [.. colours.Select(c => Convert.ToInt32(c, 16))];
        var picture = new List<int>();
        foreach (var row in said["row"].Select(Convert.FromHexString))
        {
            for (var x = 0; x < Width; x++)
            {
                if (bits == 1)
                {
                    picture.Add((row[x / 8] >> (7 - x % 8) & 1) == 1 ? 0 : 0xFFFFFF); // FB_VISUAL_MONO01: 1 is black
                    continue;
                }
                var pixel = 0;
                for (var i = 0; i < bits / 8; i++)
                    pixel |= row[x * bits / 8 + i] << (8 * i);
                picture.Add(palette.Length > 0
                    ? palette[pixel]
                    : Field(pixel, v[5], v[6]) << 16 | Field(pixel, v[7], v[8]) << 8 | Field(pixel, v[9], v[10]));
            }
        }
        return [.. picture];

        static int Field(int pixel, int offset, int length) => (pixel >> offset & ((1 << length) - 1)) * 255 / ((1 << length) - 1);
    }

    // Of dithered pixels only the mean is the colour.
    private static void AssertMean(int colour, int[] picture, int tolerance)
    {
        Assert.Equal(Width * Height, picture.Length);
        foreach (var shift in new[] { 16, 8, 0 })
            Assert.InRange(picture.Average(p => p >> shift & 255), (colour >> shift & 255) - tolerance,
                (colour >> shift & 255) + tolerance);
    }

    [Fact]
    public void A_palette_is_set_and_the_colours_that_it_has_are_mixed()
    {
        var said = Case("palette");
        Assert.Contains(said["log"], l => l.Contains("64x48 palette8 on /dev/fb0 (Virtual FB)", StringComparison.Ordinal));
        AssertMean(Colour, Picture(said), 4);
        // The console has the screen again, with its own colours: the host's are gone.
        Assert.StartsWith("0 000000 0000aa 00aa00 00aaaa aa0000", said["after"].Single());
    }

    [Fact]
    public void Two_pages_are_flipped_between_and_the_first_one_is_shown_at_the_end()
    {
        var said = Case("pages");
        Assert.Contains(said["log"], l => l.Contains("(Virtual FB, two pages)", StringComparison.Ordinal));
        Assert.Equal([0, Height], Numbers(said["offsets"].Single()).Order());
        Assert.All(Picture(said), p => Assert.Equal(Colour, p));
        Assert.StartsWith("0", said["after"].Single());
    }

    [Theory]
    [InlineData("16 bits", "bgr565", 3)]
    [InlineData("24 bits", "bgr888", 0)]
    public void The_driver_s_own_order_of_colours_is_met(string name, string format, int tolerance)
    {
        var said = Case(name);
        Assert.Contains(said["log"], l => l.Contains($"64x48 {format} on", StringComparison.Ordinal));
        AssertMean(Colour, Picture(said), tolerance);
    }

    [Fact]
    public void Black_and_white_mix_to_the_colour_s_brightness()
    {
        var luma = (int)(0.299 * 0x33 + 0.587 * 0x66 + 0.114 * 0xcc);
        AssertMean(luma * 0x010101, Picture(Case("mono")), 4);
    }

    // What was there before, where no text console draws anew: a boot picture, another program's.
    [Theory]
    [InlineData("kept at the end", 0, "")]
    [InlineData("kept with two pages", Height, "")]
    [InlineData("kept with a palette", 0, "0055ff 1155ee 2255dd")]
    [InlineData("kept after a crash", 0, "0055ff 1155ee 2255dd")]
    [InlineData("kept with two pages after a crash", Height, "")]
    public void Memory_mode_and_palette_are_as_before_the_host(string name, int offset, string palette)
    {
        var said = Case(name);
        Assert.InRange(Numbers(said["drawn"].Single())[0], Width * Height / 2, int.MaxValue);
        Assert.Equal("0", said["kept"].Single());
        Assert.Equal([offset], Numbers(said["offset"].Single()));
        Assert.StartsWith(palette, said["palette"].Single().Trim());
    }
}
