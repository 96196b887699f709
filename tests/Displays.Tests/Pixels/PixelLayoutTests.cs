using Displays.Pixels;
using Mmm;

namespace Displays.Tests.Pixels;

/// <summary>Golden bytes of each format, what a driver may state, and what it may not.</summary>
public class PixelLayoutTests
{
    // Red, green, blue, white, black, a grey, from x = 0, not dithered.
    private static readonly uint[] Picture = [0xFFFF0000, 0xFF00FF00, 0xFF0000FF,
        0xFFFFFFFF, 0xFF000000, 0xFF808080, 0xFF123456, 0xFFFEDCBA];

    [Theory]
    [InlineData("xrgb8888", "0000FFFF 00FF00FF FF0000FF FFFFFFFF 000000FF 808080FF 563412FF BADCFEFF")]
    [InlineData("xrgb8888-be", "FFFF0000 FF00FF00 FF0000FF FFFFFFFF FF000000 FF808080 FF123456 FFFEDCBA")]
    [InlineData("xbgr8888", "FF0000FF 00FF00FF 0000FFFF FFFFFFFF 000000FF 808080FF 123456FF FEDCBAFF")]
    [InlineData("rgbx8888", "FF0000FF FF00FF00 FFFF0000 FFFFFFFF FF000000 FF808080 FF563412 FFBADCFE")]
    [InlineData("xrgb2101010", "0000F0FF 00FC0FC0 FF0300C0 FFFFFFFF 000000C0 020A28E0 594583C4 EACEBDFF")]
    [InlineData("rgb888", "0000FF 00FF00 FF0000 FFFFFF 000000 808080 563412 BADCFE")]
    [InlineData("rgb888-be", "FF0000 00FF00 0000FF FFFFFF 000000 808080 123456 FEDCBA")]
    [InlineData("bgr888", "FF0000 00FF00 0000FF FFFFFF 000000 808080 123456 FEDCBA")]
    [InlineData("rgb565", "00F8 E007 1F00 FFFF 0000 1084 AA11 D7FE")]
    [InlineData("rgb565-be", "F800 07E0 001F FFFF 0000 8410 11AA FED7")]
    [InlineData("bgr565", "1F00 E007 00F8 FFFF 0000 1084 A251 DFBE")]
    [InlineData("rgb555", "00FC E083 1F80 FFFF 0080 10C2 CA88 77FF")]
    [InlineData("xrgb4444", "00FF F0F0 0FF0 FFFF 00F0 88F8 35F1 DBFF")]
    [InlineData("rgb444", "000F0F 0FF0FF 008088 35B1FD")]
    [InlineData("rgb444-be", "F000F0 00FFFF 000888 135FDB")]
    [InlineData("rgb332", "E0 1C 03 FF 00 92 05 FA")]
    [InlineData("palette8", "B4 1E 05 D7 00 EC 08 D0")]
    [InlineData("grey8", "4D 95 1D FF 00 80 2E E2")]
    [InlineData("grey4", "95 F2 80 D3")]
    [InlineData("grey4-be", "59 2F 08 3D")]
    [InlineData("grey2", "C9 D8")]
    [InlineData("grey2-be", "63 27")]
    [InlineData("mono1", "AA")]
    [InlineData("mono1-be", "55")]
    [InlineData("mono1-inverted", "55")]
    public void Each_format_has_its_bytes(string name, string hex)
    {
        var layout = Formats.Of(name);
        var bytes = new byte[layout.RowBytes(Picture.Length)];
        new PixelConverter(layout, dither: false).Write(new Rect(0, 0, Picture.Length, 1), Picture, bytes, bytes.Length);
        Assert.Equal(hex.Replace(" ", ""), Convert.ToHexString(bytes));
        Assert.Equal(name, layout.ToString());
    }

    [Fact]
    public void Rows_of_18_bits_have_no_gaps()
    {
        var bytes = new byte[9];
        new PixelConverter(Formats.Of("rgb666-be"), dither: false).Write(new Rect(0, 0, 4, 1), Picture.AsSpan(0, 4), bytes, 9);
        // 111111000000000000 000000111111000000 000000000000111111 111111111111111111
        Assert.Equal("FC0000FC0000FFFFFF", Convert.ToHexString(bytes));
    }

    [Theory]
    [InlineData("rgb565", 5, 10)]
    [InlineData("rgb666", 5, 12)]
    [InlineData("rgb444", 5, 8)]
    [InlineData("grey4", 5, 3)]
    [InlineData("mono1", 17, 3)]
    [InlineData("xrgb8888", 0, 0)]
    public void A_row_has_as_many_bytes_as_its_bits_need(string name, int width, int bytes) =>
        Assert.Equal(bytes, Formats.Of(name).RowBytes(width));

    [Fact]
    public void What_a_driver_states_is_the_format_of_that_name()
    {
        var (f11, f5, f0) = (new PixelField(11, 5), new PixelField(5, 6), new PixelField(0, 5));
        Assert.Equal("rgb565", Formats.FromFields(16, f11, f5, f0).ToString());
        Assert.Equal("bgr565", Formats.FromFields(16, f0, f5, f11, PixelVisual.DirectColor).ToString());
        var whole = new PixelField(0, 8);
        Assert.Equal("palette8", Formats.FromFields(8, whole, whole, whole, PixelVisual.PseudoColor).ToString());
        Assert.Equal("grey8", Formats.FromFields(8, whole, whole, whole, PixelVisual.StaticPseudoColor, grayscale: true).ToString());
        Assert.Equal("grey8", Formats.FromFields(8, whole, whole, whole).ToString());
        Assert.Equal("rgb332", Formats.FromFields(8, new(5, 3), new(2, 3), new(0, 2), PixelVisual.StaticPseudoColor).ToString());
        Assert.Equal("mono1-be", Formats.FromFields(1, default, default, default, PixelVisual.Mono10, bigEndian: true).ToString());
        Assert.Equal("mono1-inverted", Formats.FromFields(1, new(0, 1), new(0, 1), new(0, 1), PixelVisual.Mono01).ToString());
        // As vfb states it.
        Assert.Equal("mono1-inverted", Formats.FromFields(1, new(0, 8), new(0, 8), new(0, 8), PixelVisual.Mono01).ToString());
        Assert.Equal("8 bits (grey 4+3)", Formats.FromFields(8, new(4, 3), new(4, 3), new(4, 3), grayscale: true).ToString());
        Assert.Equal("24 bits (red 18+6, green 10+6, blue 2+6 msb right)-be",
            Formats.FromFields(24, new(18, 6), new(10, 6), new(2, 6, true), bigEndian: true).ToString());
    }

    [Theory]
    [InlineData(15, 1600, 800, 16)]
    [InlineData(12, 1600, 800, 16)]
    [InlineData(12, 1200, 800, 12)]
    [InlineData(18, 3200, 800, 32)]
    [InlineData(18, 2400, 800, 24)]
    [InlineData(18, 1800, 800, 18)]
    [InlineData(24, 3200, 800, 24)]
    [InlineData(30, 3200, 800, 32)]
    [InlineData(16, 3200, 800, 16)]
    [InlineData(1, 100, 800, 1)]
    [InlineData(18, 0, 0, 18)]
    public void Bits_that_are_stored_show_in_the_length_of_a_line(int bitsPerPixel, int lineLength, int virtualWidth, int stored) =>
        Assert.Equal(stored, PixelLayout.StoredBits(bitsPerPixel, lineLength, virtualWidth));

    [Theory]
    [InlineData(16, 11, 5, 4, 6, 0, 5, 2, "green, 6 bits at bit 4, and blue, 5 bits at bit 0, overlap")]
    [InlineData(16, 0, 5, 5, 6, 0, 5, 2, "red, 5 bits at bit 0, and blue, 5 bits at bit 0, overlap")]
    [InlineData(16, 12, 5, 5, 6, 0, 5, 2, "red, 5 bits at bit 12, does not fit into a pixel of 16 bits")]
    [InlineData(16, int.MaxValue, 5, 5, 6, 0, 5, 2, "red, 5 bits at bit 2147483647, does not fit into a pixel of 16 bits")]
    [InlineData(16, 11, 5, -1, 6, 0, 5, 2, "green, 6 bits at bit -1, does not fit into a pixel of 16 bits")]
    [InlineData(16, 11, 5, 5, 6, 0, 0, 2, "blue of 0 bits is not supported, only 1 to 16")]
    [InlineData(32, 0, 32, 0, 32, 0, 32, 3, "red of 32 bits is not supported, only 1 to 16")]
    [InlineData(64, 11, 5, 5, 6, 0, 5, 2, "64 bits a pixel are not supported, only 1 to 32")]
    [InlineData(0, 11, 5, 5, 6, 0, 5, 2, "0 bits a pixel are not supported, only 1 to 32")]
    [InlineData(0, 0, 0, 0, 0, 0, 0, 1, "0 bits a pixel are not supported, only 1 to 32")]
    [InlineData(16, 11, 5, 5, 6, 0, 5, 6, "visual 6 is not supported, only 0 to 5 (FB_VISUAL_*)")]
    public void A_layout_that_makes_no_sense_is_refused_with_its_fault(
        int bits, int red, int redLength, int green, int greenLength, int blue, int blueLength, int visual, string expected)
    {
        var layout = PixelLayout.FromFramebuffer(bits, new(red, redLength), new(green, greenLength), new(blue, blueLength), false,
            (PixelVisual)visual, false, out var fault);
        Assert.Null(layout);
        Assert.Equal(expected, fault);
    }

    [Theory]
    [InlineData("")]
    [InlineData("rgb56")]
    [InlineData("RGB565")]
    [InlineData("-be")]
    [InlineData("rgb565-be-be")]
    public void A_name_that_is_not_known_is_answered_with_those_that_are(string name)
    {
        Assert.Null(NamedLayouts.Parse(name, out var fault));
        Assert.StartsWith("it must be one of xrgb8888, xbgr8888, ", fault);
    }

    [Fact]
    public void Every_name_is_parsed_to_a_layout_that_tells_it()
    {
        foreach (var name in NamedLayouts.Forms.Split(", "))
            Assert.Equal(name, Formats.Of(name).ToString());
        Assert.Equal(Formats.Named.Length, Formats.Named.Select(l => l.ToString()).Distinct().Count());
    }
}
