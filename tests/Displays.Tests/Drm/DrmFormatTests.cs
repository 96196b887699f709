using System.Runtime.InteropServices;
using CsCheck;
using Displays.Pixels;
using Mmm;

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
        Assert.Equal(order, string.Join(", ", DrmFormat.Order(DrmFormat.Parse(wish), (ulong)preferredDepth).Select(f => f.Name)));

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
