using View.Rfb;

namespace View.Tests.Support;

/// <summary>Reads ZRLE as RFC 6143, section 7.7.6 has it; written apart from the encoder.</summary>
internal sealed class ZrleReader(byte[] data, PixelFormat format)
{
    private int _at;

    /// <summary>The number of bytes that were read.</summary>
    public int Read => _at;

    private int CompactBytes => format is { BitsPerPixel: 32, Depth: <= 24 } && (IsLow || (format.UsedBits & 0xFF) == 0)
        ? 3 : format.BitsPerPixel / 8;

    private bool IsLow => format.UsedBits <= 0xFFFFFF;

    private uint Pixel()
    {
        var bytes = data.AsSpan(_at, CompactBytes);
        _at += bytes.Length;
        uint value = 0;
        for (var i = 0; i < bytes.Length; i++)
            value |= (uint)bytes[i] << 8 * (format.IsBigEndian ? bytes.Length - 1 - i : i);
        return bytes.Length == 3 && !IsLow ? value << 8 : value;
    }

    private int Length()
    {
        var length = 1;
        int part;
        do
        {
            part = data[_at++];
            length += part;
        }
        while (part == 255);
        return length;
    }

    /// <summary>The values of all pixels of a rectangle in the viewer's format.</summary>
    public uint[] Rectangle(int width, int height)
    {
        var picture = new uint[width * height];
        for (var y = 0; y < height; y += 64)
        {
            for (var x = 0; x < width; x += 64)
            {
                var (w, h) = (Math.Min(64, width - x), Math.Min(64, height - y));
                var tile = Tile(w, h);
                for (var row = 0; row < h; row++)
                    tile.AsSpan(row * w, w).CopyTo(picture.AsSpan((y + row) * width + x));
            }
        }
        return picture;
    }

    private uint[] Tile(int width, int height)
    {
        var kind = data[_at++];
        var pixels = new uint[width * height];
        if (kind == 0)
        {
            for (var i = 0; i < pixels.Length; i++)
                pixels[i] = Pixel();
            return pixels;
        }
        if (kind == 1)
        {
            Array.Fill(pixels, Pixel());
            return pixels;
        }
        Assert.True(kind is <= 16 or 128 or >= 130, $"a tile of the kind {kind}");
        uint[] palette = [.. Enumerable.Range(0, kind & 127).Select(_ => Pixel())];
        if (kind <= 16)
        {
            var bits = kind == 2 ? 1 : kind <= 4 ? 2 : 4;
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                    pixels[y * width + x] = palette[data[_at + x * bits / 8] >> 8 - bits - x * bits % 8 & (1 << bits) - 1];
                _at += (width * bits + 7) / 8;
            }
            return pixels;
        }
        for (var i = 0; i < pixels.Length;)
        {
            uint value;
            var run = 1;
            if (kind == 128)
            {
                (value, run) = (Pixel(), Length());
            }
            else
            {
                var index = data[_at++];
                value = palette[index & 127];
                run = index > 127 ? Length() : 1;
            }
            Array.Fill(pixels, value, i, run);
            i += run;
        }
        return pixels;
    }
}
