using CsCheck;
using Mmm;
using Mmm.Linux;
using View.Host;
using View.Rfb;
using View.Web;

namespace View.Tests;

/// <summary>What is encoded is what a decoder that was written apart reads, for pictures and pixel formats of all kinds.</summary>
public sealed class CodecTests
{
    private static readonly PixelFormat[] Formats =
    [
        PixelFormat.Native, PixelFormat.Native with { RedShift = 0, BlueShift = 16 }, PixelFormat.Native with { IsBigEndian = true },
        PixelFormat.Native with { RedShift = 24, GreenShift = 16, BlueShift = 8 },
        PixelFormat.Native with { RedShift = 24, GreenShift = 16, BlueShift = 8, IsBigEndian = true },
        PixelFormat.Native with { Depth = 32, RedMax = 1023, RedShift = 20, GreenMax = 1023, GreenShift = 10, BlueMax = 1023 },
        new(16, 16, false, 31, 63, 31, 11, 5, 0), new(16, 16, true, 31, 63, 31, 11, 5, 0), new(16, 15, false, 31, 31, 31, 0, 5, 10),
        new(8, 8, false, 7, 7, 3, 0, 3, 6), new(8, 6, true, 3, 3, 3, 4, 2, 0),
    ];

    // Pictures for each form of a tile: some colours, in runs of some length.
    private static readonly Gen<(int Width, int Height, int Colours, int Run, int Seed)> Pictures =
        Gen.Select(Gen.Int[1, 150], Gen.Int[1, 140], Gen.OneOf(Gen.Int[1, 18], Gen.Int[100, 140], Gen.Const(5000)), Gen.Int[1, 400],
            Gen.Int);

    private static uint[] Make((int Width, int Height, int Colours, int Run, int Seed) p)
    {
        var random = new Random(p.Seed);
        uint[] colours = [.. Enumerable.Range(0, p.Colours).Select(_ => (uint)random.Next() << 1)];
        var picture = new uint[p.Width * p.Height];
        for (int i = 0, run; i < picture.Length; i += run)
        {
            run = Math.Min(picture.Length - i, random.Next(1, p.Run + 1));
            picture.AsSpan(i, run).Fill(colours[random.Next(colours.Length)]);
        }
        return picture;
    }

    private static PixelMap Map(uint[] picture, int width)
    {
        var fd = Sys.MemoryFile("picture");
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(picture.AsSpan());
        Assert.Equal(bytes.Length, Sys.PWrite(fd, bytes, 0));
        var map = PixelMap.TryMap(fd, width, picture.Length / width)!;
        Sys.Close(fd);
        return map;
    }

    private static uint Expected(uint xrgb, PixelFormat f)
    {
        uint Part(uint value, int max, int shift) => (uint)Math.Round(value * (double)max / 255, MidpointRounding.AwayFromZero) << shift;
        return Part(xrgb >> 16 & 255, f.RedMax, f.RedShift) | Part(xrgb >> 8 & 255, f.GreenMax, f.GreenShift)
            | Part(xrgb & 255, f.BlueMax, f.BlueShift);
    }

    [Fact]
    public void Zrle_is_the_picture()
    {
        Gen.Select(Pictures, Gen.Int[0, Formats.Length - 1], Gen.Int[1, 3]).Sample((p, at, level) =>
        {
            var (picture, format) = (Make(p), Formats[at]);
            using var map = Map(picture, p.Width);
            using var encoder = new ZrleEncoder(level);
            using var inflater = new Inflater();
            for (var times = 0; times < 2; times++) // the stream goes on
            {
                var to = new OutBuffer();
                encoder.Write(map, map.Bounds, PixelWire.Compact(format), to);
                var bytes = to.Memory.ToArray();
                Assert.Equal(bytes.Length - 4, (int)System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes));
                var data = inflater.Unpack(bytes[4..]);
                var reader = new ZrleReader(data, format);
                Assert.Equal(picture.Select(c => Expected(c, format)), reader.Rectangle(p.Width, p.Height));
                Assert.Equal(data.Length, reader.Read);
            }
        }, iter: 300);
    }

    [Fact]
    public void Raw_pixels_are_the_values_in_the_viewers_order_of_bytes()
    {
        Gen.Select(Gen.UInt, Gen.Int[0, Formats.Length - 1]).Sample((xrgb, at) =>
        {
            var format = Formats[at];
            var to = new OutBuffer();
            PixelWire.Pixel(format).Write([xrgb], to);
            var bytes = to.Memory.ToArray();
            var value = bytes.Select((b, i) => (uint)b << 8 * (format.IsBigEndian ? bytes.Length - 1 - i : i)).Aggregate((a, b) => a | b);
            Assert.Equal(Expected(xrgb, format), value & format.UsedBits);
        });
    }

    [Theory]
    [InlineData(8, 0, 7, 7, 3, 0, 3, 6)] // colours by a map
    [InlineData(24, 1, 255, 255, 255, 16, 8, 0)]
    [InlineData(0, 1, 255, 255, 255, 16, 8, 0)]
    [InlineData(16, 1, 65535, 63, 31, 1, 5, 0)]
    [InlineData(32, 1, 255, 255, 255, 255, 8, 0)]
    [InlineData(32, 1, 65535, 255, 255, 17, 8, 0)]
    public void A_format_that_cannot_be_served_is_refused(int bits, int trueColour, int red, int green, int blue, int r, int g, int b)
    {
        byte[] bytes = [(byte)bits, 24, 0, (byte)trueColour, (byte)(red >> 8), (byte)red, (byte)(green >> 8), (byte)green,
            (byte)(blue >> 8), (byte)blue, (byte)r, (byte)g, (byte)b, 0, 0, 0];
        Assert.Null(PixelFormat.TryRead(bytes));
    }

    [Fact]
    public void Sha1_is_the_runtimes() =>
        Gen.Byte.Array[0, 200].Sample(bytes => Assert.Equal(System.Security.Cryptography.SHA1.HashData(bytes), Sha1.Hash(bytes)));
}
