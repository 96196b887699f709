using System.Buffers.Binary;
using System.IO.Compression;
using CsCheck;
using FbHost.Images;

namespace FbHost.Tests.Images;

/// <summary>PNGs as the host reads and writes them.</summary>
public class PngTests
{
    [Fact]
    public void What_the_host_writes_it_reads_again() => Gen.Int[1, 40].Select(Gen.Int[1, 30]).SelectMany((w, h) =>
        Gen.UInt.Array[w * h].Select(p => (w, h, p))).Sample(picture =>
    {
        var (width, height, pixels) = picture;
        using var png = new MemoryStream();
        PngWriter.Write(png, width, height, System.Runtime.InteropServices.MemoryMarshal.AsBytes<uint>(pixels));
        var (w, h, read) = Read(png.ToArray());
        Assert.Equal((width, height), (w, h));
        Assert.Equal(pixels.Select(p => p | 0xFF000000), read);
    }, iter: 50);

    [Theory]
    [InlineData(0, 8, 1, new byte[] { 0, 128, 255 }, new uint[] { 0xFF000000, 0xFF808080, 0xFFFFFFFF })]
    [InlineData(0, 1, 1, new byte[] { 0b1010_0000 }, new uint[] { 0xFFFFFFFF, 0xFF000000, 0xFFFFFFFF })]
    [InlineData(0, 4, 1, new byte[] { 0x0F, 0x80 }, new uint[] { 0xFF000000, 0xFFFFFFFF, 0xFF888888 })]
    [InlineData(2, 8, 3, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9 }, new uint[] { 0xFF010203, 0xFF040506, 0xFF070809 })]
    [InlineData(3, 2, 1, new byte[] { 0b00_01_10_00 }, new uint[] { 0xFF0A0B0C, 0xFF6E7882, 0xFF000000 })]
    [InlineData(4, 8, 2, new byte[] { 255, 255, 255, 0, 200, 128 }, new uint[] { 0xFFFFFFFF, 0xFF000000, 0xFF646464 })]
    [InlineData(0, 16, 2, new byte[] { 0, 99, 128, 1, 255, 255 }, new uint[] { 0xFF000000, 0xFF808080, 0xFFFFFFFF })]
    [InlineData(2, 16, 6, new byte[] { 1, 0, 2, 0, 3, 0, 4, 9, 5, 9, 6, 9, 7, 0, 8, 0, 9, 0 },
        new uint[] { 0xFF010203, 0xFF040506, 0xFF070809 })]
    [InlineData(6, 8, 4, new byte[] { 255, 0, 0, 255, 0, 255, 0, 0, 255, 255, 255, 51 }, new uint[] { 0xFFFF0000, 0xFF000000, 0xFF333333 })]
    public void Every_kind_and_filter_is_read(int kind, int bits, int step, byte[] row, uint[] expected)
    {
        for (var filter = 0; filter <= 4; filter++)
        {
            var (w, h, pixels) = Read(Png(3, 4, bits, kind, Filtered(row, filter, step)));
            Assert.Equal((3, 4), (w, h));
            for (var y = 0; y < 4; y++)
                Assert.Equal(expected, pixels[(3 * y)..(3 * y + 3)]);
        }
    }

    // As ImageMagick writes it: the same pixels with and without interlacing, for sizes at which passes are empty.
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(5, 9)]
    [InlineData(33, 17)]
    public void An_interlaced_picture_is_the_same_picture(int width, int height)
    {
        using var temp = new TempDirectory();
        foreach (var depth in new[] { 8, 16 })
        {
            string[] picture = ["-size", $"{width}x{height}", "gradient:red-blue", "-swirl", "90", "-depth", $"{depth}"];
            Assert.Equal(0, new Child("convert", [.. picture, $"PNG24:{temp["plain.png"]}"]).WaitForEnd());
            Assert.Equal(0, new Child("convert", [.. picture, "-interlace", "PNG", $"PNG{3 * depth}:{temp["laced.png"]}"]).WaitForEnd());
            var laced = File.ReadAllBytes(temp["laced.png"]);
            Assert.Equal((depth, 1), (laced[24], laced[28]));
            var (read, expected) = (Read(laced).Pixels, Read(File.ReadAllBytes(temp["plain.png"])).Pixels);
            Assert.Equal(expected.Length, read.Length);
            for (var i = 0; i < read.Length; i++)
            {
                for (var shift = 0; shift < 24; shift += 8)
                    Assert.InRange((int)(read[i] >> shift & 255) - (int)(expected[i] >> shift & 255), -1, 1); // 16 bits are cut off
            }
        }
    }

    [Fact]
    public void Whatever_the_bytes_it_says_one_line_at_worst()
    {
        var good = Png(3, 4, 8, 2, Filtered([1, 2, 3, 4, 5, 6, 7, 8, 9], 0, 3));
        Gen.Int[0, good.Length - 1].Select(Gen.Byte).List[1, 6].Sample(changes =>
        {
            var bytes = (byte[])good.Clone();
            foreach (var (at, value) in changes)
                bytes[at] = value;
            Reads(bytes);
        }, iter: 500, threads: 1);
        for (var length = 0; length < good.Length; length++)
            Reads(good[..length]);

        void Reads(byte[] bytes)
        {
            try
            {
                Read(bytes);
            }
            catch (InvalidDataException e)
            {
                Assert.Matches("^(a|an|not a) ", e.Message);
            }
        }
    }

    [Fact]
    public void What_a_picture_of_any_size_costs_is_two_rows()
    {
        const int width = 16384, height = 1024;
        var png = Png(width, height, 8, 2, new byte[(1 + width * 3) * height]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var rows = 0;
        new PngReader(png).Read((_, row) => rows += row.Length == width ? 1 : 0);
        Assert.Equal(height, rows);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    private static (int Width, int Height, uint[] Pixels) Read(byte[] png)
    {
        var reader = new PngReader(png);
        var pixels = new uint[reader.Width * reader.Height];
        reader.Read((y, row) => row.CopyTo(pixels.AsSpan(y * reader.Width)));
        return (reader.Width, reader.Height, pixels);
    }

    // Four equal rows, each stored by the filter.
    private static byte[] Filtered(byte[] row, int filter, int step)
    {
        var all = new List<byte>();
        var up = new byte[row.Length];
        for (var y = 0; y < 4; y++)
        {
            all.Add((byte)filter);
            for (var i = 0; i < row.Length; i++)
            {
                int a = i < step ? 0 : row[i - step], b = up[i], c = i < step ? 0 : up[i - step];
                int[] near = [a, b, c];
                var paeth = near.MinBy(v => Math.Abs(a + b - c - v)); // the first of equals: left, above, corner
                all.Add((byte)(row[i] - filter switch { 1 => a, 2 => b, 3 => (a + b) / 2, 4 => paeth, _ => 0 }));
            }
            up = row;
        }
        return [.. all];
    }

    internal static byte[] Png(int width, int height, int bits, int kind, byte[] rows)
    {
        var png = new List<byte> { 0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A };
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = ((byte)bits, (byte)kind);
        Chunk("IHDR"u8, header);
        Chunk("PLTE"u8, [10, 11, 12, 110, 120, 130, 9, 9, 9]);
        Chunk("tRNS"u8, [255, 255, 0]);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(rows);
        Chunk("IDAT"u8, packed.ToArray());
        Chunk("IEND"u8, []);
        return [.. png];

        void Chunk(ReadOnlySpan<byte> type, byte[] data)
        {
            var length = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
            png.AddRange(length);
            png.AddRange(type);
            png.AddRange(data);
            png.AddRange(new byte[4]); // the reader trusts the file system for that
        }
    }
}
