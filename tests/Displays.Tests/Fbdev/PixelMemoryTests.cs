using CsCheck;
using Displays.Pixels;
using Mmm;

namespace Displays.Tests.Fbdev;

/// <summary>Writing parts of a picture into a file, by pwrite and through a mapping, against converting the whole.</summary>
public class PixelMemoryTests
{
    private static readonly string[] Names =
    [
        "xrgb8888", "xbgr8888", "rgb888", "rgb666", "rgb565", "rgb565-be", "rgb444",
        "rgb444-be", "palette8", "grey4", "grey2-be", "mono1", "mono1-be",
    ];

    private static readonly Gen<(string Name, int Width, int Height, int Left, int Gap, bool Mapped, bool KeepCopy, int Seed)> Case =
        Gen.Select(Gen.Int[0, Names.Length - 1], Gen.Int[1, 40], Gen.Int[1, 20], Gen.Int[0, 9], Gen.Int[0, 5], Gen.Bool, Gen.Bool, Gen.Int)
            .Select(c => (Names[c.Item1], c.Item2, c.Item3, c.Item4, c.Item5, c.Item6, c.Item7, c.Item8));

    [Fact]
    public void Parts_add_up_to_the_picture_and_nothing_else_is_written() =>
        Case.Sample(c => Check(c.Name, c.Width, c.Height, c.Left, c.Gap, c.Mapped, c.KeepCopy, c.Seed), iter: 300, threads: 1);

    private static unsafe void Check(string name, int width, int height, int left, int gap, bool mapped, bool keepCopy, int seed)
    {
        const int origin = 64, after = 64, untouched = 0xA5;
        var layout = NamedLayouts.Parse(name, out _)!;
        var converter = new PixelConverter(layout, dither: true);
        var random = new Random(seed);
        var picture = new uint[width * height];
        var stride = layout.RowBytes(left + width) + gap;
        using var temp = new TempDirectory();
        var before = new byte[origin + stride * height + after];
        before.AsSpan().Fill(untouched);
        File.WriteAllBytes(temp["fb"], before);
        using var file = File.Open(temp["fb"], FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var bytes = (byte[])before.Clone();
        fixed (byte* at = bytes)
        {
            var fd = (int)file.SafeFileHandle.DangerousGetHandle();
            var memory = new PixelMemory(fd, mapped ? at : null, converter, (width, height), stride, left, keepCopy)
                { MissesRowEnds = seed % 2 == 0 };
            Write(memory, new Rect(0, 0, width, height));
            for (var i = 0; i < 6; i++)
            {
                int x = random.Next(width), y = random.Next(height);
                Write(memory, new Rect(x, y, 1 + random.Next(width - x), 1 + random.Next(height - y)));
            }
            var read = new uint[picture.Length];
            if (!mapped || keepCopy || layout.Bits % 8 != 0)
            {
                Assert.True(memory.Read(origin, read));
                var decoded = new uint[picture.Length];
                var encoded = new byte[stride * height];
                var first = layout.ByteOf(left);
                converter.Write(new Rect(left, 0, width, height), picture, encoded.AsSpan(first), stride);
                converter.Read(new Rect(left, 0, width, height), encoded.AsSpan(first), stride, decoded);
                Assert.Equal(decoded, read);
            }
        }
        if (!mapped)
            RandomAccess.Read(file.SafeFileHandle, bytes, 0);

        var expected = new byte[stride * height];
        converter.Write(new Rect(left, 0, width, height), picture, expected.AsSpan(layout.ByteOf(left)), stride);
        int begin = left * layout.Bits, end = (left + width) * layout.Bits;
        for (var y = 0; y < height; y++)
        {
            for (var bit = begin; bit < end; bit++)
            {
                // Within a byte, whichever end pixels are counted from, whole bytes of ours must be equal; at the edges only our bits.
                var shift = layout.IsBigEndian && layout.Bits != 8 ? 7 - bit % 8 : bit % 8;
                int at = y * stride + bit / 8;
                Assert.Equal(expected[at] >> shift & 1, bytes[origin + at] >> shift & 1);
            }
        }
        Assert.All(bytes[..(origin + begin / 8)], b => Assert.Equal(untouched, b));
        Assert.All(bytes[(origin + (height - 1) * stride + (end + 7) / 8)..], b => Assert.Equal(untouched, b));

        void Write(PixelMemory memory, Rect rect)
        {
            var part = new uint[rect.Width * rect.Height];
            for (var i = 0; i < part.Length; i++)
                picture[(rect.Y + i / rect.Width) * width + rect.X + i % rect.Width] = part[i] = 0xFF000000 | (uint)random.Next(1 << 24);
            memory.Write(origin, rect, part);
            if (keepCopy)
                memory.WriteAgain(origin, rect);
        }
    }
}
