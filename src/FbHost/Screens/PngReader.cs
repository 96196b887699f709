using System.Buffers.Binary;
using System.IO.Compression;
using Mmm;

namespace FbHost.Screens;

/// <summary>
/// Reads a PNG (ISO/IEC 15948) into XRGB8888: grey, RGB or palette, with or without alpha, 8 bits a channel (palette and grey also 1, 2, 4),
/// not interlaced. Alpha is put over black.
/// </summary>
internal static class PngReader
{
    /// <exception cref="MmmException">Missing, unreadable, or of another kind: one line.</exception>
    public static (int Width, int Height, uint[] Pixels) Read(string file)
    {
        try
        {
            return Decode(File.ReadAllBytes(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MmmException($"{file}: the picture can not be read: {IoFault.Text(e)}");
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            throw new MmmException($"{file}: {(e is InvalidDataException ? e.Message : "not a whole PNG")}; use a PNG of 8 bits a channel, not interlaced");
        }
    }

    private static (int, int, uint[]) Decode(byte[] png)
    {
        if (!png.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
            throw new InvalidDataException("not a PNG");
        Header header = default;
        ReadOnlySpan<byte> palette = default, alpha = default;
        using var packed = new MemoryStream();
        for (var at = 8; at + 12 <= png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            var type = png.AsSpan(at + 4, 4);
            var data = png.AsSpan(at + 8, length);
            if (type.SequenceEqual("IHDR"u8))
                header = Header.Parse(data);
            else if (type.SequenceEqual("PLTE"u8))
                palette = data;
            else if (type.SequenceEqual("tRNS"u8))
                alpha = data;
            else if (type.SequenceEqual("IDAT"u8))
                packed.Write(data);
            at += 12 + length;
        }
        if (header.Width == 0)
            throw new InvalidDataException("a PNG without a header");
        packed.Position = 0;
        using var zlib = new ZLibStream(packed, CompressionMode.Decompress);
        return (header.Width, header.Height, Rows(header, zlib, palette, alpha));
    }

    private readonly record struct Header(int Width, int Height, int Bits, int Kind)
    {
        private const int MaxSide = 16384;

        public int Channels => Kind switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

        public static Header Parse(ReadOnlySpan<byte> d)
        {
            var h = new Header(BinaryPrimitives.ReadInt32BigEndian(d), BinaryPrimitives.ReadInt32BigEndian(d[4..]), d[8], d[9]);
            if (h.Width is < 1 or > MaxSide || h.Height is < 1 or > MaxSide)
                throw new InvalidDataException($"a picture of {h.Width}x{h.Height}");
            if (h.Kind is not (0 or 2 or 3 or 4 or 6) || !(h.Bits == 8 || (h.Kind is 0 or 3 && h.Bits is 1 or 2 or 4)))
                throw new InvalidDataException($"a PNG of {h.Bits} bits a channel");
            return d[12] == 0 ? h : throw new InvalidDataException("an interlaced PNG");
        }
    }

    private static uint[] Rows(Header h, ZLibStream zlib, ReadOnlySpan<byte> palette, ReadOnlySpan<byte> alpha)
    {
        var pixels = new uint[h.Width * h.Height];
        var rowBytes = (h.Width * h.Channels * h.Bits + 7) / 8;
        var step = Math.Max(1, h.Channels * h.Bits / 8);
        byte[] row = new byte[rowBytes], before = new byte[rowBytes];
        for (var y = 0; y < h.Height; y++)
        {
            var filter = zlib.ReadByte();
            if (filter < 0 || zlib.ReadAtLeast(row, rowBytes, throwOnEndOfStream: false) < rowBytes)
                throw new InvalidDataException("a PNG that is cut short");
            Unfilter(filter, row, before, step);
            for (var x = 0; x < h.Width; x++)
                pixels[y * h.Width + x] = Pixel(h, row, x, palette, alpha);
            (row, before) = (before, row);
        }
        return pixels;
    }

    private static void Unfilter(int filter, byte[] row, byte[] up, int step)
    {
        for (var i = 0; i < row.Length; i++)
        {
            int left = i < step ? 0 : row[i - step], above = up[i], corner = i < step ? 0 : up[i - step];
            row[i] += (byte)(filter switch
            {
                0 => 0,
                1 => left,
                2 => above,
                3 => (left + above) / 2,
                4 => Paeth(left, above, corner),
                _ => throw new InvalidDataException($"a PNG with the filter {filter}"),
            });
        }
    }

    private static int Paeth(int a, int b, int c)
    {
        int pa = Math.Abs(b - c), pb = Math.Abs(a - c), pc = Math.Abs(a + b - 2 * c);
        return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    }

    private static uint Pixel(Header h, byte[] row, int x, ReadOnlySpan<byte> palette, ReadOnlySpan<byte> alpha)
    {
        if (h.Kind is 0 or 3)
        {
            var value = row[x * h.Bits / 8] >> (8 - h.Bits - x * h.Bits % 8) & ((1 << h.Bits) - 1);
            if (h.Kind == 3)
                return Over(palette[3 * value], palette[3 * value + 1], palette[3 * value + 2], value < alpha.Length ? alpha[value] : 255);
            var grey = value * 255 / ((1 << h.Bits) - 1);
            return Over(grey, grey, grey, 255);
        }
        var p = row.AsSpan(x * h.Channels, h.Channels);
        return h.Channels switch
        {
            2 => Over(p[0], p[0], p[0], p[1]),
            3 => Over(p[0], p[1], p[2], 255),
            _ => Over(p[0], p[1], p[2], p[3]),
        };
    }

    private static uint Over(int r, int g, int b, int a)
    {
        static uint Dim(int v, int a) => (uint)((v * a + 127) / 255);
        return 0xFF000000 | Dim(r, a) << 16 | Dim(g, a) << 8 | Dim(b, a);
    }
}
