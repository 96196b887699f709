using System.Runtime.InteropServices;
using Mmm;

namespace Displays.Pixels;

/// <summary>
/// Converts XRGB8888 to a display's bytes and back. Colours are scaled by v * max / 255, rounded to nearest or dithered; grey is computed
/// by Rec. 601. The written bytes depend only on a pixel and its place, so that any part of the picture is converted to the same bytes as
/// in the whole picture. The converter allocates only in the constructor.
/// </summary>
internal sealed class PixelConverter
{
    private readonly bool _dither;
    private readonly RowPath _path;

    /// <param name="layout">The pixel layout of the display.</param>
    /// <param name="dither">True to use ordered dithering if a colour has less than 8 bits.</param>
    public PixelConverter(PixelLayout layout, bool dither)
    {
        Layout = layout;
        _dither = dither && layout.IsCoarse;
        _path = PathOf(layout);
    }

    private enum RowPath
    {
        Bits,
        Copy,
        Xbgr8888,
        Rgb888,
        Bgr888,
        Rgb565,
        Bgr565,
        Grey8,
    }

    public PixelLayout Layout { get; }

    /// <summary>
    /// Converts rect.Height rows of rect.Width pixels without gaps. If pixels are not whole bytes, the bits of neighbouring pixels in the
    /// first and the last byte of a row are kept; all other bytes are only written, never read.
    /// </summary>
    /// <param name="rect">The place of the pixels on the display; X and Y are not negative.</param>
    /// <param name="pixels">The pixels as XRGB8888 with X bytes of 255.</param>
    /// <param name="destination">The display's bytes, beginning with the byte Layout.ByteOf(rect.X) of row rect.Y.</param>
    /// <param name="stride">The number of bytes from one destination row to the next.</param>
    public void Write(Rect rect, ReadOnlySpan<uint> pixels, Span<byte> destination, int stride)
    {
        if (_path == RowPath.Copy && stride == rect.Width * 4)
        {
            MemoryMarshal.AsBytes(pixels[..(rect.Width * rect.Height)]).CopyTo(destination);
            return;
        }
        for (var y = 0; y < rect.Height; y++)
            WriteRow(rect.X, rect.Y + y, pixels.Slice(y * rect.Width, rect.Width), destination[(y * stride)..]);
    }

    /// <summary>Converts a display's bytes to XRGB8888. The X bytes are 255, except that an XRGB8888 display's own are copied.</summary>
    public void Read(Rect rect, ReadOnlySpan<byte> source, int stride, Span<uint> pixels)
    {
        for (var y = 0; y < rect.Height; y++)
        {
            var from = source[(y * stride)..];
            var to = pixels.Slice(y * rect.Width, rect.Width);
            if (_path == RowPath.Copy)
                MemoryMarshal.Cast<byte, uint>(from[..(rect.Width * 4)]).CopyTo(to);
            else
                BitRows.Read(Layout, rect.X, from, to);
        }
    }

    private void WriteRow(int x, int y, ReadOnlySpan<uint> pixels, Span<byte> row)
    {
        var thresholds = Dither.Row(y, _dither);
        var done = WriteVectors(thresholds, x, pixels, row);
        if (done < pixels.Length)
            BitRows.Write(Layout, thresholds, x + done, pixels[done..], row[Layout.RowBytes(done)..]);
    }

    private int WriteVectors(ReadOnlySpan<uint> thresholds, int x, ReadOnlySpan<uint> pixels, Span<byte> row)
    {
        switch (_path)
        {
            case RowPath.Copy:
                MemoryMarshal.AsBytes(pixels).CopyTo(row);
                return pixels.Length;
            case RowPath.Xbgr8888:
                return VectorRows.Xbgr8888(pixels, row);
            case RowPath.Rgb888 or RowPath.Bgr888:
                return VectorRows.Rgb888(pixels, row, _path == RowPath.Bgr888);
            case RowPath.Rgb565 or RowPath.Bgr565:
                return Rgb565Rows.Write(pixels, row, thresholds, x, _path == RowPath.Bgr565);
            case RowPath.Grey8:
                return VectorRows.Grey8(pixels, row);
            default:
                return 0;
        }
    }

    private static RowPath PathOf(PixelLayout layout)
    {
        if (layout == NamedLayouts.Xrgb8888)
            return RowPath.Copy;
        if (layout == NamedLayouts.Xbgr8888)
            return RowPath.Xbgr8888;
        if (layout == NamedLayouts.Rgb888)
            return RowPath.Rgb888;
        if (layout == NamedLayouts.Bgr888)
            return RowPath.Bgr888;
        if (layout == NamedLayouts.Rgb565)
            return RowPath.Rgb565;
        if (layout == NamedLayouts.Bgr565)
            return RowPath.Bgr565;
        return layout == NamedLayouts.Grey8 ? RowPath.Grey8 : RowPath.Bits;
    }
}
