namespace Displays.Pixels;

/// <summary>Reads and writes rows of any layout, pixel by pixel through a window of bits. Bits beside the pixels are not changed.</summary>
internal static class BitRows
{
    /// <summary>
    /// Writes pixels from column x on. <paramref name="thresholds"/> is the Dither.Row of their row, and <paramref name="row"/> begins with
    /// the byte in which the first pixel begins.
    /// </summary>
    public static void Write(PixelLayout layout, ReadOnlySpan<uint> thresholds, int x, ReadOnlySpan<uint> pixels, Span<byte> row)
    {
        if (pixels.IsEmpty)
            return;
        if (layout.IsBigEndian)
            WriteBigEndian(layout, thresholds, x, pixels, row);
        else
            WriteLittleEndian(layout, thresholds, x, pixels, row);
    }

    /// <summary>Reads pixels from column x on as XRGB8888, as many as <paramref name="pixels"/> has room for.</summary>
    public static void Read(PixelLayout layout, int x, ReadOnlySpan<byte> row, Span<uint> pixels)
    {
        if (pixels.IsEmpty)
            return;
        if (layout.IsBigEndian)
            ReadBigEndian(layout, x, row, pixels);
        else
            ReadLittleEndian(layout, x, row, pixels);
    }

    private static int BitOf(PixelLayout layout, int x) => (int)((long)x * layout.Bits % 8);

    private static void WriteLittleEndian(PixelLayout layout, ReadOnlySpan<uint> thresholds,
        int x, ReadOnlySpan<uint> pixels, Span<byte> row)
    {
        var (at, held) = (0, BitOf(layout, x));
        var window = held == 0 ? 0 : row[0] & ((1UL << held) - 1);
        foreach (var pixel in pixels)
        {
            window |= (ulong)layout.Encode(pixel, thresholds[x++ & (Dither.Period - 1)]) << held;
            for (held += layout.Bits; held >= 8; held -= 8, window >>= 8)
                row[at++] = (byte)window;
        }
        if (held > 0)
            row[at] = (byte)(window | (row[at] & (0xFFUL << held)));
    }

    private static void WriteBigEndian(PixelLayout layout, ReadOnlySpan<uint> thresholds, int x, ReadOnlySpan<uint> pixels, Span<byte> row)
    {
        var (at, held) = (0, BitOf(layout, x));
        var window = held == 0 ? 0 : (ulong)row[0] >> (8 - held);
        foreach (var pixel in pixels)
        {
            window = window << layout.Bits | layout.Encode(pixel, thresholds[x++ & (Dither.Period - 1)]);
            for (held += layout.Bits; held >= 8;)
                row[at++] = (byte)(window >> (held -= 8));
        }
        if (held > 0)
            row[at] = (byte)(window << (8 - held) | (row[at] & (0xFFUL >> held)));
    }

    private static void ReadLittleEndian(PixelLayout layout, int x, ReadOnlySpan<byte> row, Span<uint> pixels)
    {
        var (at, held) = (1, 8 - BitOf(layout, x));
        var window = (ulong)row[0] >> (8 - held);
        foreach (ref var pixel in pixels)
        {
            for (; held < layout.Bits; held += 8)
                window |= (ulong)row[at++] << held;
            pixel = layout.Decode((uint)(window & ((1UL << layout.Bits) - 1)));
            window >>= layout.Bits;
            held -= layout.Bits;
        }
    }

    private static void ReadBigEndian(PixelLayout layout, int x, ReadOnlySpan<byte> row, Span<uint> pixels)
    {
        var (at, held) = (1, 8 - BitOf(layout, x));
        var window = (ulong)row[0];
        foreach (ref var pixel in pixels)
        {
            for (; held < layout.Bits; held += 8)
                window = window << 8 | row[at++];
            held -= layout.Bits;
            pixel = layout.Decode((uint)((window >> held) & ((1UL << layout.Bits) - 1)));
        }
    }
}
