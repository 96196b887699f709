using System.Buffers.Binary;
using System.IO.Compression;

namespace FbHost.Images;

/// <summary>
/// Reads a PNG (ISO/IEC 15948): grey, RGB or palette, with or without alpha, 8 or 16 bits a channel (palette and grey also 1, 2, 4),
/// interlaced or not. Transparent pixels are mixed with black. A picture that is not interlaced is read row by row, so it needs memory for
/// only two rows.
/// </summary>
internal sealed class PngReader : PictureReader
{
    // The seven passes of an interlaced picture (ISO/IEC 15948, 8.2): the first pixel, and the distance to the next one.
    private static readonly (int X, int Y, int StepX, int StepY)[] Adam7 =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    private readonly byte[] _png;
    private readonly Header _header;
    private readonly List<Range> _packed = []; // IDAT
    private readonly Range _palette, _alpha;

    /// <param name="png">The whole file.</param>
    /// <exception cref="InvalidDataException">The file is not such a PNG; the message continues "FILE: ".</exception>
    public PngReader(byte[] png)
    {
        _png = png;
        if (!png.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
            throw new InvalidDataException("not a PNG");
        for (var at = 8L; at + 12 <= png.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan((int)at));
            var type = png.AsSpan((int)at + 4, 4);
            if (at + 12 + length > png.Length)
                throw CutShort();
            var data = (int)(at + 8)..(int)(at + 8 + length);
            if (type.SequenceEqual("IHDR"u8))
                _header = Header.Parse(png.AsSpan(data));
            else if (type.SequenceEqual("PLTE"u8))
                _palette = data;
            else if (type.SequenceEqual("tRNS"u8))
                _alpha = data;
            else if (type.SequenceEqual("IDAT"u8))
                _packed.Add(data);
            at += 12 + length;
        }
        if (_header.Width == 0)
            throw new InvalidDataException("a PNG without a header");
    }

    /// <inheritdoc/>
    public override int Width => _header.Width;

    /// <inheritdoc/>
    public override int Height => _header.Height;

    private static InvalidDataException CutShort() => new("a truncated PNG");

    private readonly record struct Header(int Width, int Height, int Bits, int Kind, bool IsInterlaced)
    {
        public int Channels => Kind switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

        public static Header Parse(ReadOnlySpan<byte> d)
        {
            if (d.Length < 13)
                throw CutShort();
            var h = new Header(BinaryPrimitives.ReadInt32BigEndian(d), BinaryPrimitives.ReadInt32BigEndian(d[4..]), d[8], d[9], d[12] == 1);
            if (h.Width is < 1 or > MaxSide || h.Height is < 1 or > MaxSide)
                throw new InvalidDataException($"a picture of {h.Width}x{h.Height}");
            if (h.Kind is not (0 or 2 or 3 or 4 or 6) || !(h.Bits == 8 || (h.Bits == 16 && h.Kind != 3)
                || (h.Kind is 0 or 3 && h.Bits is 1 or 2 or 4)))
                throw new InvalidDataException($"a PNG of {h.Bits} bits a channel");
            return d[12] <= 1 ? h : throw new InvalidDataException($"a PNG with the interlace method {d[12]}");
        }
    }

    /// <inheritdoc/>
    public override void Read(PictureRow row)
    {
        using var zlib = new ZLibStream(new Pieces(_png, _packed), CompressionMode.Decompress);
        if (!_header.IsInterlaced)
        {
            ReadPass(zlib, Width, Height, row);
            return;
        }
        var all = new uint[Width * Height];
        foreach (var pass in Adam7)
        {
            var (across, down) = ((Width - pass.X + pass.StepX - 1) / pass.StepX, (Height - pass.Y + pass.StepY - 1) / pass.StepY);
            if (across <= 0 || down <= 0)
                continue;
            ReadPass(zlib, across, down, (y, pixels) =>
            {
                var start = (pass.Y + y * pass.StepY) * Width + pass.X;
                for (var x = 0; x < pixels.Length; x++)
                    all[start + x * pass.StepX] = pixels[x];
            });
        }
        for (var y = 0; y < Height; y++)
            row(y, all.AsSpan(y * Width, Width));
    }

    // Reads the rows of a picture, or of one pass of it.
    private void ReadPass(ZLibStream zlib, int width, int height, PictureRow row)
    {
        var rowBytes = (width * _header.Channels * _header.Bits + 7) / 8;
        var step = Math.Max(1, _header.Channels * _header.Bits / 8);
        byte[] bytes = new byte[rowBytes], before = new byte[rowBytes];
        var pixels = new uint[width];
        for (var y = 0; y < height; y++)
        {
            Unfilter(Unpack(zlib, bytes), bytes, before, step);
            for (var x = 0; x < pixels.Length; x++)
                pixels[x] = Pixel(bytes, x);
            row(y, pixels);
            (bytes, before) = (before, bytes);
        }
    }

    // Reads a row as it was packed, and returns its filter.
    private static int Unpack(ZLibStream zlib, byte[] row)
    {
        int filter, n;
        try
        {
            filter = zlib.ReadByte();
            n = zlib.ReadAtLeast(row, row.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new InvalidDataException("a PNG whose pixels are damaged");
        }
        return filter >= 0 && n == row.Length ? filter : throw CutShort();
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

    private uint Pixel(byte[] row, int x)
    {
        var (bits, channels) = (_header.Bits, _header.Channels);
        if (channels == 1 && bits < 16)
        {
            var value = row[x * bits / 8] >> (8 - bits - x * bits % 8) & ((1 << bits) - 1);
            if (_header.Kind == 3)
                return OfPalette(value);
            var grey = value * 255 / ((1 << bits) - 1);
            return Over(grey, grey, grey, 255);
        }
        var size = bits / 8; // of 16 bits, the most significant byte comes first; the other one is not used
        var p = row.AsSpan(x * channels * size, channels * size);
        return channels switch
        {
            1 => Over(p[0], p[0], p[0], 255),
            2 => Over(p[0], p[0], p[0], p[size]),
            3 => Over(p[0], p[size], p[2 * size], 255),
            _ => Over(p[0], p[size], p[2 * size], p[3 * size]),
        };
    }

    private uint OfPalette(int value)
    {
        var palette = _png.AsSpan(_palette);
        if (3 * value + 3 > palette.Length)
            throw new InvalidDataException("a PNG with a colour that is not in its palette");
        var alpha = _png.AsSpan(_alpha);
        return Over(palette[3 * value], palette[3 * value + 1], palette[3 * value + 2], value < alpha.Length ? alpha[value] : 255);
    }

    private static uint Over(int r, int g, int b, int a)
    {
        static uint Dim(int v, int a) => (uint)((v * a + 127) / 255);
        return 0xFF000000 | Dim(r, a) << 16 | Dim(g, a) << 8 | Dim(b, a);
    }

    // Reads parts of an array one after the other.
    private sealed class Pieces(byte[] all, List<Range> parts) : Stream
    {
        private int _part;
        private int _used;

        public override int Read(Span<byte> buffer)
        {
            while (_part < parts.Count)
            {
                var left = all.AsSpan(parts[_part])[_used..];
                var n = Math.Min(left.Length, buffer.Length);
                left[..n].CopyTo(buffer);
                _used += n;
                if (n > 0 || buffer.IsEmpty)
                    return n;
                (_part, _used) = (_part + 1, 0);
            }
            return 0;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
