using Mmm;
using View.Host;

namespace View.Rfb;

/// <summary>
/// ZRLE (RFC 6143, section 7.7.6): tiles of 64x64 pixels, each in the smallest of five forms, all packed by one zlib stream.
/// </summary>
internal sealed class ZrleEncoder(int level) : IDisposable
{
    /// <summary>The number of the encoding.</summary>
    public const int Encoding = 16;

    private const int Raw = 0, Solid = 1, PlainRuns = 128, MostPacked = 16;
    private readonly Tile _tile = new();
    private readonly OutBuffer _tiles = new();
    private readonly ZlibPacker _zlib = new(level);

    /// <summary>Adds the data of a rectangle.</summary>
    /// <param name="map">The picture.</param>
    /// <param name="rect">The rectangle.</param>
    /// <param name="wire">The viewer's CPIXEL.</param>
    /// <param name="to">Receives the data.</param>
    public void Write(PixelMap map, Rect rect, PixelWire wire, OutBuffer to)
    {
        _tiles.Clear();
        for (var y = rect.Y; y < rect.Bottom; y += Tile.Side)
        {
            for (var x = rect.X; x < rect.Right; x += Tile.Side)
            {
                _tile.Read(map, new Rect(x, y, Math.Min(Tile.Side, rect.Right - x), Math.Min(Tile.Side, rect.Bottom - y)));
                WriteTile(wire);
            }
        }
        var packed = _zlib.Pack(_tiles.Memory.Span);
        to.U32((uint)packed.Length);
        to.Bytes(packed);
    }

    private void WriteTile(PixelWire wire)
    {
        var pixels = _tile.Pixels.Length;
        var colours = _tile.Colours;
        var (single, longer) = _tile.Runs;
        if (colours.Length == 1)
        {
            _tiles.U8(Solid);
            wire.Write(colours[0], _tiles);
            return;
        }
        var bits = colours.Length <= 2 ? 1 : colours.Length <= 4 ? 2 : 4;
        var palette = colours.Length * wire.Bytes;
        var raw = pixels * wire.Bytes;
        var runs = (single + longer) * (wire.Bytes + 1) + _tile.LengthBytes - longer;
        var paletteRuns = colours.Length > 0 ? palette + single + longer + _tile.LengthBytes : int.MaxValue;
        var packed = colours.Length is > 0 and <= MostPacked ? palette + (_tile.Width * bits + 7) / 8 * _tile.Height : int.MaxValue;
        var least = Math.Min(Math.Min(raw, runs), Math.Min(paletteRuns, packed));
        if (least == packed)
            WritePacked(wire, bits);
        else if (least == paletteRuns)
            WritePaletteRuns(wire);
        else if (least == runs)
            WriteRuns(wire);
        else
            WriteRaw(wire);
    }

    private void WriteRaw(PixelWire wire)
    {
        _tiles.U8(Raw);
        wire.Write(_tile.Pixels, _tiles);
    }

    private void WritePalette(int form, PixelWire wire)
    {
        _tiles.U8(form + _tile.Colours.Length);
        wire.Write(_tile.Colours, _tiles);
    }

    private void WritePacked(PixelWire wire, int bits)
    {
        WritePalette(0, wire);
        var pixels = _tile.Pixels;
        var (colour, index) = (_tile.Colours[0], 0);
        for (var y = 0; y < _tile.Height; y++)
        {
            var row = _tiles.Add((_tile.Width * bits + 7) / 8);
            row.Clear();
            for (var x = 0; x < _tile.Width; x++)
            {
                if (pixels[y * _tile.Width + x] is var next && next != colour)
                    (colour, index) = (next, _tile.IndexOf(next));
                row[x * bits / 8] |= (byte)(index << 8 - bits - x * bits % 8);
            }
        }
    }

    private void WritePaletteRuns(PixelWire wire)
    {
        const int isLonger = 128;
        WritePalette(PlainRuns, wire);
        var pixels = _tile.Pixels;
        for (int at = 0, next; at < pixels.Length; at = next)
        {
            next = Tile.RunEnd(pixels, at);
            var index = _tile.IndexOf(pixels[at]);
            _tiles.U8(next - at == 1 ? index : index | isLonger);
            if (next - at > 1)
                WriteLength(next - at);
        }
    }

    private void WriteRuns(PixelWire wire)
    {
        _tiles.U8(PlainRuns);
        var pixels = _tile.Pixels;
        for (int at = 0, next; at < pixels.Length; at = next)
        {
            next = Tile.RunEnd(pixels, at);
            wire.Write(pixels[at], _tiles);
            WriteLength(next - at);
        }
    }

    private void WriteLength(int length)
    {
        for (length--; length >= 255; length -= 255)
            _tiles.U8(255);
        _tiles.U8(length);
    }

    /// <inheritdoc/>
    public void Dispose() => _zlib.Dispose();
}
