using CsCheck;
using Displays.Pixels;
using Mmm;

namespace Displays.Tests.Pixels;

/// <summary>Random pictures, layouts and places against a model that sets one bit at a time.</summary>
public class PixelConverterTests
{
    private static readonly Gen<Rect> Place = Gen.Select(
        Gen.Int[0, 40], Gen.Int[0, 20], Gen.Int[0, 40], Gen.Int[0, 5], (x, y, w, h) => new Rect(x, y, w, h));

    [Fact]
    public void Any_layout_is_written_bit_by_bit_as_the_model_does_and_no_other_bit_changes() =>
        Gen.Select(Formats.Any, Place, Gen.Bool, Formats.Pixel.Array[200], Gen.Byte.Array[1024])
        .Sample((layout, rect, dither, pixels, before) =>
        {
            var stride = layout.RowBytes(90);
            var start = layout.ByteOf(rect.X);
            var bytes = Many(before, stride * 26);
            var expected = (byte[])bytes.Clone();
            for (var i = 0; i < rect.Width * rect.Height; i++)
            {
                var (x, y) = (rect.X + i % rect.Width, rect.Y + i / rect.Width);
                var threshold = dither && layout.IsCoarse ? Threshold(x, y) : 127;
                SetPixel(expected.AsSpan(y * stride), layout, x, Encode(layout, pixels[i], threshold));
            }
            new PixelConverter(layout, dither).Write(rect, pixels, bytes.AsSpan(rect.Y * stride + start), stride);
            Assert.Equal(Ignoring(layout, expected), Ignoring(layout, bytes));
        });

    [Fact]
    public void Vectors_write_what_the_generic_path_does() =>
        Gen.Select(Formats.OneOf(Formats.Fast), Gen.Int[0, 200], Gen.Int[0, 3],
            Gen.Int[0, 20], Gen.Int[0, 16], Gen.Bool, Formats.Pixel.Array[203])
            .Sample((layout, length, from, x, at, dither, pixels) =>
            {
                var row = pixels.AsSpan(from, length);
                var (bytes, expected) = (new byte[at + length * 4 + 16], new byte[at + length * 4 + 16]);
                new PixelConverter(layout, dither).Write(new Rect(x, at, length, 1), row, bytes.AsSpan(at), layout.RowBytes(length));
                BitRows.Write(layout, Dither.Row(at, dither && layout.IsCoarse), x, row, expected.AsSpan(at));
                Assert.Equal(Ignoring(layout, expected, at), Ignoring(layout, bytes, at));
            }, iter: 2000);

    [Fact]
    public void Each_colour_has_the_vectors_write_it_as_the_generic_path_does()
    {
        foreach (var layout in Formats.Fast)
            for (var y = 0; y < 9; y++)
                for (var shift = 0; shift < 24; shift += 8)
                {
                    // Each value in each column of the matrix.
                    var row = Enumerable.Range(0, 256 * 9).Select(i => (uint)(i / 9) << shift).ToArray();
                    var (bytes, expected) = (new byte[row.Length * 4], new byte[row.Length * 4]);
                    new PixelConverter(layout, dither: y < 8).Write(new Rect(0, y, row.Length, 1), row, bytes, bytes.Length);
                    BitRows.Write(layout, Dither.Row(y, y < 8 && layout.IsCoarse), 0, row, expected);
                    Assert.Equal(Ignoring(layout, expected), Ignoring(layout, bytes));
                }
    }

    [Fact]
    public void A_part_converts_to_the_same_bytes_as_in_the_whole() =>
        Gen.Select(Formats.Any, Gen.Int[0, 36], Gen.Int[0, 14], Gen.Int[0, 36], Gen.Int[0, 14], Formats.Pixel.Array[37 * 15])
            .Sample((layout, x, y, w, h, picture) =>
        {
            var whole = new Rect(0, 0, 37, 15);
            var part = new Rect(x, y, w, h).Intersect(whole);
            var stride = layout.RowBytes(whole.Width) + 3;
            var converter = new PixelConverter(layout, dither: true);
            var full = new byte[stride * whole.Height];
            converter.Write(whole, picture, full, stride);
            var repainted = (byte[])full.Clone();
            var others = new uint[part.Width * part.Height];
            var pixels = new uint[part.Width * part.Height];
            for (var i = 0; i < pixels.Length; i++)
                (others[i], pixels[i]) = (~picture[Index(i)], picture[Index(i)]);
            var at = part.Y * stride + layout.ByteOf(part.X);
            converter.Write(part, others, repainted.AsSpan(at), stride);
            converter.Write(part, pixels, repainted.AsSpan(at), stride);
            Assert.Equal(full, repainted);

            int Index(int i) => (part.Y + i / part.Width) * whole.Width + part.X + i % part.Width;
        });

    [Fact]
    public void Black_stays_black_and_white_stays_white_when_dithered()
    {
        foreach (var layout in Formats.Named)
            foreach (var colour in new[] { 0xFF000000, 0xFFFFFFFF })
            {
                var pixels = Enumerable.Repeat(colour, 16 * 16).ToArray();
                Assert.Equal(pixels, ThereAndBack(layout, true, new Rect(0, 0, 16, 16), pixels));
            }
    }

    [Fact]
    public void What_is_read_back_converts_to_the_same_again() =>
        Gen.Select(Formats.Any, Gen.Int[0, 9], Formats.Pixel.Array[1, 64]).Sample((layout, x, pixels) =>
        {
            var rect = new Rect(x, 3, pixels.Length, 1);
            var once = ThereAndBack(layout, false, rect, pixels);
            Assert.Equal(once, ThereAndBack(layout, false, rect, once));
        });

    [Fact]
    public void Eight_bits_a_colour_and_more_come_back_unchanged_dithered_or_not() =>
        Gen.Select(Formats.OneOf("xrgb8888", "xbgr8888", "rgbx8888", "rgb888", "bgr888", "xrgb2101010", "xrgb8888-be"),
                Gen.Bool, Formats.Pixel.Array[1, 64])
            .Sample((name, dither, pixels) =>
            {
                var back = ThereAndBack(Formats.Of(name), dither, new Rect(5, 3, pixels.Length, 1), pixels);
                Assert.Equal(pixels.Select(p => p & 0xFFFFFF), back.Select(p => p & 0xFFFFFF));
            });

    [Fact]
    public void Without_dithering_colours_are_at_most_half_a_step_away()
    {
        foreach (var layout in Formats.Named.Where(l => l.Kind == PixelKind.Colour))
            for (var v = 0u; v < 256; v++)
            {
                var back = layout.Decode(layout.Encode(v << 16, Dither.Nearest)) >> 16 & 0xFF;
                Assert.InRange(Math.Abs((int)back - (int)v), 0, 255.0 / layout.Red.Max / 2 + 0.5);
            }
    }

    [Theory]
    [InlineData("rgb565", 1)]
    [InlineData("rgb332", 1)]
    [InlineData("rgb444", 1)]
    [InlineData("palette8", 1)]
    [InlineData("grey4", 1)]
    [InlineData("grey2-be", 2)]
    [InlineData("mono1", 2.1)]
    public void Dithered_the_mean_of_a_square_is_its_colour(string name, double tolerance)
    {
        for (var v = 0u; v < 256; v++)
        {
            var pixels = Enumerable.Repeat(0xFF000000 | v * 0x010101, 64).ToArray();
            var back = ThereAndBack(Formats.Of(name), true, new Rect(0, 0, 8, 8), pixels);
            Assert.InRange(back.Average(p => p & 0xFF), v - tolerance, v + tolerance);
        }
    }

    [Fact]
    public void A_row_that_is_too_short_is_an_error_and_not_written_beyond() =>
        Gen.Select(Formats.OneOf(Formats.Named), Gen.Int[1, 80]).Sample((layout, length) =>
        {
            var bytes = new byte[layout.RowBytes(length) - 1];
            Assert.ThrowsAny<Exception>(new Action(
                () => new PixelConverter(layout, true).Write(new Rect(0, 0, length, 1), new uint[length], bytes, bytes.Length)));
        });

    [Fact]
    public void Converting_allocates_nothing()
    {
        var (pixels, bytes) = (new uint[64 * 4], new byte[64 * 4 * 4]);
        foreach (var layout in Formats.Named)
        {
            var converter = new PixelConverter(layout, dither: true);
            Allocations.AssertNone(Convert);

            void Convert()
            {
                converter.Write(new Rect(0, 0, 64, 4), pixels, bytes, 256);
                converter.Read(new Rect(0, 0, 64, 4), bytes, 256, pixels);
            }
        }
    }

    private static uint[] ThereAndBack(PixelLayout layout, bool dither, Rect rect, uint[] pixels)
    {
        var converter = new PixelConverter(layout, dither);
        var stride = layout.RowBytes(rect.Width) + 4;
        var bytes = new byte[stride * rect.Height];
        converter.Write(rect, pixels, bytes, stride);
        var back = new uint[pixels.Length];
        converter.Read(rect, bytes, stride, back);
        return back;
    }

    // The X bytes of XRGB8888 are the client's; the generic path writes ones.
    private static byte[] Ignoring(PixelLayout layout, byte[] bytes, int start = 0)
    {
        for (var i = start + 3; layout == NamedLayouts.Xrgb8888 && i < bytes.Length; i += 4)
            bytes[i] = 0;
        return bytes;
    }

    private static byte[] Many(byte[] some, int length) => [.. Enumerable.Range(0, length).Select(i => some[i % some.Length])];

    private static void SetPixel(Span<byte> row, PixelLayout layout, int x, uint value)
    {
        for (var i = 0; i < layout.Bits; i++)
        {
            var bit = x * layout.Bits + i;
            var (mask, set) = layout.IsBigEndian ? (0x80 >> bit % 8, value >> (layout.Bits - 1 - i)) : (1 << bit % 8, value >> i);
            row[bit / 8] = (byte)((set & 1) != 0 ? row[bit / 8] | mask : row[bit / 8] & ~mask);
        }
    }

    private static readonly int[,] Bayer =
    {
        { 0, 32, 8, 40, 2, 34, 10, 42 }, { 48, 16, 56, 24, 50, 18, 58, 26 },
        { 12, 44, 4, 36, 14, 46, 6, 38 }, { 60, 28, 52, 20, 62, 30, 54, 22 },
        { 3, 35, 11, 43, 1, 33, 9, 41 }, { 51, 19, 59, 27, 49, 17, 57, 25 },
        { 15, 47, 7, 39, 13, 45, 5, 37 }, { 63, 31, 55, 23, 61, 29, 53, 21 },
    };

    private static int Threshold(int x, int y) => (2 * Bayer[y % 8, x % 8] + 1) * 255 / 128;

    private static uint Encode(PixelLayout layout, uint xrgb, int threshold)
    {
        if (layout.Kind == PixelKind.Palette)
            return PixelPalette.IndexOf(xrgb, layout.Red, (uint)threshold);
        var used = 0u;
        var value = 0u;
        if (layout.Kind == PixelKind.Grey)
        {
            var luma = Math.Floor(((77 * Byte(16)) + (150 * Byte(8)) + (29 * Byte(0))) / 256.0 + 0.5);
            Put(layout.Red, layout.IsInverted ? layout.Red.Max - Scaled(luma, layout.Red) : Scaled(luma, layout.Red));
        }
        else
        {
            Put(layout.Red, Scaled(Byte(16), layout.Red));
            Put(layout.Green, Scaled(Byte(8), layout.Green));
            Put(layout.Blue, Scaled(Byte(0), layout.Blue));
        }
        return value | (~used & (uint)((1UL << layout.Bits) - 1));

        double Byte(int shift) => (xrgb >> shift) & 0xFF;

        uint Scaled(double v, PixelField field) =>
            (uint)(threshold == 127 ? Math.Round(v * field.Max / 255) : Math.Floor((v * field.Max + threshold) / 255));

        void Put(PixelField field, uint v)
        {
            for (var i = 0; i < field.Length; i++)
            {
                var place = field.Offset + (field.MsbRight ? field.Length - 1 - i : i);
                value |= ((v >> i) & 1) << place;
                used |= 1u << place;
            }
        }
    }
}
