using Mmm;
using View.Host;

namespace View.Rfb;

/// <summary>
/// Tight (rfbproto): JPEG for parts with many colours, and without loss for viewers that do not know ZRLE, which packs better.
/// </summary>
internal sealed class TightEncoder(int level) : IDisposable
{
    /// <summary>The number of the encoding.</summary>
    public const int Encoding = 7;

    /// <summary>The widest rectangle.</summary>
    public const int MostWidth = 2048;

    private const int Fill = 0x80, Jpeg = 0x90, Basic = 0, LeastPacked = 12;
    private readonly ZlibPacker _zlib = new(level);
    private readonly OutBuffer _pixels = new();
    private readonly LibTurboJpeg? _jpeg = LibTurboJpeg.TryOpen();

    /// <summary>Adds a rectangle's data as a JPEG. Returns false, and adds nothing, if that is not possible.</summary>
    /// <param name="map">The picture.</param>
    /// <param name="rect">The rectangle.</param>
    /// <param name="quality">The viewer's quality level, 0 to 9.</param>
    /// <param name="to">Receives the data.</param>
    public bool TryWriteJpeg(PixelMap map, Rect rect, int quality, OutBuffer to)
    {
        if (_jpeg is null || _jpeg.Compress(map, rect, quality) is not { IsEmpty: false } data)
            return false;
        to.U8(Jpeg);
        WriteLength(data.Length, to);
        to.Bytes(data);
        return true;
    }

    /// <summary>Adds a rectangle's data without loss.</summary>
    /// <param name="map">The picture.</param>
    /// <param name="rect">The rectangle.</param>
    /// <param name="wire">The viewer's TPIXEL.</param>
    /// <param name="to">Receives the data.</param>
    public void Write(PixelMap map, Rect rect, PixelWire wire, OutBuffer to)
    {
        _pixels.Clear();
        for (var y = rect.Y; y < rect.Bottom; y++)
            wire.Write(map.Row(rect.X, y, rect.Width), _pixels);
        var pixels = _pixels.Memory.Span;
        if (pixels[wire.Bytes..].SequenceEqual(pixels[..^wire.Bytes])) // one colour
        {
            to.U8(Fill);
            to.Bytes(pixels[..wire.Bytes]);
            return;
        }
        to.U8(Basic);
        if (pixels.Length < LeastPacked)
        {
            to.Bytes(pixels);
            return;
        }
        var packed = _zlib.Pack(pixels);
        WriteLength(packed.Length, to);
        to.Bytes(packed);
    }

    // Seven bits a byte, the lowest first; at most three bytes.
    private static void WriteLength(int length, OutBuffer to)
    {
        const int more = 0x80;
        to.U8(length & 0x7F | (length > 0x7F ? more : 0));
        if (length > 0x7F)
            to.U8(length >> 7 & 0x7F | (length > 0x3FFF ? more : 0));
        if (length > 0x3FFF)
            to.U8(length >> 14);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _zlib.Dispose();
        _jpeg?.Dispose();
    }
}
