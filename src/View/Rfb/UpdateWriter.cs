using Mmm;
using View.Host;

namespace View.Rfb;

/// <summary>
/// Divides damage into rectangles and writes each in the encoding that suits the viewer and the picture. Only the session's sending task
/// uses it.
/// </summary>
internal sealed class UpdateWriter : IDisposable
{
    private const int Raw = 0, ManyRuns = 4; // a tile is like a photo if its runs are shorter than that on average
    private readonly Tile _tile = new();
    private readonly List<(Rect Part, int Encoding, bool IsPhoto)> _parts = [];
    private Encodings _encodings = new();
    private PixelFormat? _format;
    private PixelWire _pixel = PixelWire.Pixel(PixelFormat.Native);
    private PixelWire _compact = PixelWire.Compact(PixelFormat.Native);
    private PixelWire _tightPixel = PixelWire.Tight(PixelFormat.Native);
    private ZrleEncoder? _zrle;
    private TightEncoder? _tight;

    /// <summary>Sets what the viewer wants; takes time only if it has changed.</summary>
    public void Use(Encodings encodings, PixelFormat format)
    {
        _encodings = encodings;
        if (format == _format)
            return;
        _format = format;
        (_pixel, _compact, _tightPixel) = (PixelWire.Pixel(format), PixelWire.Compact(format), PixelWire.Tight(format));
    }

    private bool UsesPhotos => _encodings is { KnowsTight: true, Quality: >= 0, PrefersRaw: false } && LibTurboJpeg.IsThere
        && _format is { BitsPerPixel: 16 or 32 };

    private int Lossless => _encodings switch
    {
        { PrefersRaw: true } => Raw,
        { KnowsZrle: true } => ZrleEncoder.Encoding,
        { KnowsTight: true } when _format is { BitsPerPixel: 16 or 32 } => TightEncoder.Encoding,
        _ => Raw,
    };

    /// <summary>Divides damage into rectangles of at most 64 rows, so that little memory is needed for one.</summary>
    /// <returns>Their number.</returns>
    public int Plan(PixelMap map, IReadOnlyList<Rect> damage)
    {
        _parts.Clear();
        var encoding = Lossless;
        foreach (var rect in damage)
        {
            for (int y = rect.Y, bottom; y < rect.Bottom; y = bottom)
            {
                bottom = Math.Min(rect.Bottom, (y / Tile.Side + 1) * Tile.Side);
                for (int x = rect.X, right; x < rect.Right; x = right)
                {
                    right = Math.Min(rect.Right, x + TightEncoder.MostWidth);
                    var part = new Rect(x, y, right - x, bottom - y);
                    if (UsesPhotos)
                        Divide(map, part, encoding);
                    else
                        _parts.Add((part, encoding, false));
                }
            }
        }
        return _parts.Count;
    }

    // Neighbours of one kind become one rectangle.
    private void Divide(PixelMap map, Rect strip, int encoding)
    {
        var isFirst = true;
        for (var x = strip.X; x < strip.Right; x += Tile.Side)
        {
            var part = strip with { X = x, Width = Math.Min(Tile.Side, strip.Right - x) };
            var isPhoto = IsPhoto(map, part);
            if (!isFirst && _parts[^1].IsPhoto == isPhoto)
                _parts[^1] = _parts[^1] with { Part = _parts[^1].Part.Union(part) };
            else
                _parts.Add((part, isPhoto ? TightEncoder.Encoding : encoding, isPhoto));
            isFirst = false;
        }
    }

    private bool IsPhoto(PixelMap map, Rect part)
    {
        _tile.Read(map, part);
        var (single, longer) = _tile.Runs;
        return _tile.HasManyColours && (single + longer) * ManyRuns > _tile.Pixels.Length / 2;
    }

    /// <summary>Writes one of the planned rectangles with its header.</summary>
    public void Write(PixelMap map, int index, OutBuffer to)
    {
        var (part, encoding, isPhoto) = _parts[index];
        to.U16(part.X);
        to.U16(part.Y);
        to.U16(part.Width);
        to.U16(part.Height);
        to.S32(encoding);
        switch (encoding)
        {
            case TightEncoder.Encoding:
                _tight ??= new TightEncoder(_encodings.Level);
                if (!isPhoto || !_tight.TryWriteJpeg(map, part, _encodings.Quality, to))
                    _tight.Write(map, part, _tightPixel, to);
                break;
            case ZrleEncoder.Encoding:
                (_zrle ??= new ZrleEncoder(_encodings.Level)).Write(map, part, _compact, to);
                break;
            default:
                for (var y = part.Y; y < part.Bottom; y++)
                    _pixel.Write(map.Row(part.X, y, part.Width), to);
                break;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _zrle?.Dispose();
        _tight?.Dispose();
    }
}
