using Displays.Pixels;

namespace Displays.Tests.Pixels;

/// <summary>The colour map that a display is given, and the entries that colours are shown by.</summary>
public class PixelPaletteTests
{
    private static readonly PixelLayout Palette8 = Formats.Of("palette8");
    private static readonly PixelPalette Map = PixelPalette.For(Palette8, PixelVisual.PseudoColor)!;

    [Fact]
    public void The_256_entries_all_differ_from_black_to_white_and_hold_46_greys()
    {
        var entries = Enumerable.Range(0, 256).Select(Entry).ToArray();
        Assert.Equal(256, entries.Distinct().Count());
        Assert.Equal((0, 0, 0), entries[0]);
        Assert.Equal((0xFFFF, 0xFFFF, 0xFFFF), entries[215]);
        Assert.Equal(46, entries.Count(e => e.R == e.G && e.G == e.B));
    }

    [Fact]
    public void Each_entry_is_its_own_index_and_reads_back_as_the_map_has_it()
    {
        for (var i = 0; i < 256; i++)
        {
            var (r, g, b) = Entry(i);
            var colour = (uint)(r / 257 << 16 | g / 257 << 8 | b / 257);
            Assert.Equal((uint)i, PixelPalette.IndexOf(colour, Palette8.Red, Dither.Nearest));
            Assert.Equal(0xFF000000 | colour, Palette8.Decode((uint)i));
        }
    }

    [Fact]
    public void Greys_are_shown_at_most_three_away()
    {
        for (var v = 0u; v < 256; v++)
            Assert.InRange((int)(Palette8.Decode(Palette8.Encode(v * 0x010101, Dither.Nearest)) & 0xFF) - (int)v, -3, 3);
    }

    [Fact]
    public void Sixteen_entries_are_greys()
    {
        var layout = Formats.FromFields(4, new(0, 4), new(0, 4), new(0, 4), PixelVisual.PseudoColor);
        var map = PixelPalette.For(layout, PixelVisual.PseudoColor)!;
        Assert.Equal(Enumerable.Range(0, 16).Select(i => (ushort)(i * 0x1111)), map.Green);
        Assert.Equal(5u, layout.Encode(0xFF555555, Dither.Nearest));
    }

    [Fact]
    public void Direct_colour_has_ramps_as_long_as_the_longest_field()
    {
        var map = PixelPalette.For(NamedLayouts.Rgb565, PixelVisual.DirectColor)!;
        Assert.Equal((64, 64), (map.Red.Length, map.Green.Length));
        Assert.Equal((0, 65535 / 31, 0xFFFF, 0xFFFF), (map.Red[0], map.Red[1], map.Red[31], map.Red[63]));
        Assert.Equal((65535 / 63, 0xFFFF), (map.Green[1], map.Green[63]));
    }

    [Fact]
    public void True_colour_and_static_palettes_are_not_set()
    {
        Assert.Null(PixelPalette.For(NamedLayouts.Rgb565, PixelVisual.TrueColor));
        Assert.Null(PixelPalette.For(NamedLayouts.Grey8, PixelVisual.StaticPseudoColor));
    }

    private static (int R, int G, int B) Entry(int i) => (Map.Red[i], Map.Green[i], Map.Blue[i]);
}
