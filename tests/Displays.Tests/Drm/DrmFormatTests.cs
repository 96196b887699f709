using System.Runtime.InteropServices;
using CsCheck;
using Displays.Pixels;
using Mmm;
using static Displays.LinuxDrm;

namespace Displays.Tests;

public class DrmFormatTests
{
    [Theory]
    [InlineData("auto", 0, "XRGB8888, RGB565")]
    [InlineData("auto", 24, "XRGB8888, RGB565")]
    [InlineData("auto", 32, "XRGB8888, RGB565")]
    [InlineData("auto", 16, "RGB565, XRGB8888")]
    [InlineData("xrgb8888", 16, "XRGB8888")]
    [InlineData("rgb565", 24, "RGB565")]
    public void A_wish_goes_before_what_the_driver_prefers(string wish, int preferredDepth, string order) =>
        Assert.Equal(order, string.Join(", ", DrmFormat.Order(DrmFormat.Parse(wish), (ulong)preferredDepth, []).Select(f => f.Name)));

    // As drivers name their formats: the codes of drm_fourcc.h.
    [Theory]
    [InlineData("XR24 AR24 RG16", 0, "XRGB8888, ARGB8888, RGB565")]
    [InlineData("XB24 AB24", 0, "XBGR8888, ABGR8888")]
    [InlineData("RG24 BG24", 0, "RGB888, BGR888")]
    [InlineData("BG16 XR24", 16, "BGR565, XRGB8888")]
    [InlineData("C8   R8  ", 0, "")]
    public void What_the_driver_offers_is_used_and_nothing_else(string offered, int preferredDepth, string order)
    {
        uint[] codes = [.. offered.Chunk(5).Select(c => BitConverter.ToUInt32(System.Text.Encoding.ASCII.GetBytes(c, 0, 4)))];
        Assert.Equal(order, string.Join(", ", DrmFormat.Order(null, (ulong)preferredDepth, codes).Select(f => f.Name)));
        Assert.All(DrmFormat.Words, w => Assert.Equal(w, DrmFormat.Parse(w)!.Name.ToLowerInvariant()));
        Assert.Equal("C8, XRGB8888", DrmFormat.Names([BitConverter.ToUInt32("C8  "u8), DRM_FORMAT_XRGB8888]));
    }

    [Fact]
    public void Bytes_for_alpha_are_255_in_every_format_that_has_them()
    {
        foreach (var format in DrmFormat.Words.Select(w => DrmFormat.Parse(w)!).Where(f => f.Layout.Bits == 32))
        {
            var bytes = new byte[4 * 37];
            new PixelConverter(format.Layout, dither: false).Write(
                new Rect(0, 0, 37, 1), [.. Enumerable.Repeat(0xFF112233, 37)], bytes, bytes.Length);
            Assert.All(MemoryMarshal.Cast<byte, uint>(bytes).ToArray(), p => Assert.Equal(0xFFu, p >> 24));
        }
    }

    // Parts of a picture go into a buffer whose rows are longer than the picture's: as the whole converted at once, gaps untouched.
    [Fact]
    public void A_part_is_copied_to_its_place_and_nowhere_else() =>
        Gen.Select(Gen.Bool, Gen.Bool, Gen.Int[1, 60], Gen.Int[1, 20], Gen.Int[0, 40], Gen.Int)
        .Sample((narrow, dither, width, height, gap, seed) =>
        {
            const byte untouched = 0xA5;
            var format = narrow ? DrmFormat.Rgb565 : DrmFormat.Xrgb8888;
            var converter = new PixelConverter(format.Layout, dither);
            var random = new Random(seed);
            var picture = new uint[width * height];
            random.NextBytes(MemoryMarshal.AsBytes(picture.AsSpan()));
            int rowBytes = format.Layout.RowBytes(width), bytesPerPixel = format.Layout.Bits / 8, pitch = rowBytes + gap;
            var whole = new byte[rowBytes * height];
            converter.Write(new Rect(0, 0, width, height), picture, whole, rowBytes);

            int left = random.Next(width), top = random.Next(height);
            var all = random.Next(3) == 0;
            var rect = all
                ? new Rect(0, top, width, height - top)
                : new Rect(left, top, 1 + random.Next(width - left), 1 + random.Next(height - top));
            var buffer = new byte[pitch * height];
            buffer.AsSpan().Fill(untouched);
            DumbBuffer.Copy(converter, rect, picture, width, buffer, pitch);

            for (var i = 0; i < buffer.Length; i++)
            {
                int y = i / pitch, x = i % pitch / bytesPerPixel;
                var inside = i % pitch < rowBytes && x >= rect.X && x < rect.Right && y >= rect.Y && y < rect.Bottom;
                Assert.Equal(inside ? whole[y * rowBytes + i % pitch] : untouched, buffer[i]);
            }
        }, iter: 300, threads: 1);

    [Fact]
    public void Frames_are_copied_without_garbage()
    {
        var converter = new PixelConverter(DrmFormat.Rgb565.Layout, dither: true);
        var (picture, buffer) = (new uint[320 * 240], new byte[1024 * 240]);
        Allocations.AssertNone(() =>
        {
            for (var i = 0; i < 100; i++)
                Copy();
        });

        void Copy()
        {
            DumbBuffer.Copy(converter, new Rect(0, 0, 320, 240), picture, 320, buffer, 1024);
            DumbBuffer.Copy(converter, new Rect(7, 9, 100, 50), picture, 320, buffer, 1024);
        }
    }
}
