using System.Numerics;
using System.Runtime.InteropServices;
using Mmm;

namespace FbHost.Clients;

/// <summary>
/// Scales a part of a picture: to the nearest pixel, or filtered (bilinear). It keeps its buffers, so that a frame allocates nothing.
/// </summary>
/// <remarks>
/// To filter, each row of the picture is scaled across once, and two of these are mixed for each row of the screen by vectors.
/// </remarks>
internal sealed class PictureScaler
{
    private const uint One = 256; // weights are fractions of this
    private uint[] _source = [];
    private Rect _read; // the part of the picture that is in the buffer
    private (int At, int Weight)[] _across = []; // for each column of the part
    private uint[] _upper = [], _lower = []; // rows of the picture, scaled across
    private int _upperRow, _lowerRow; // their numbers; -1 if there is none

    /// <summary>Reads a part of a picture: rect.Height rows of rect.Width pixels. Returns false if it cannot be read.</summary>
    public delegate bool Reader(Rect part, Span<uint> pixels);

    /// <summary>Draws a part of the screen.</summary>
    /// <param name="place">Where the picture is.</param>
    /// <param name="onScreen">The part, inside the picture's bounds.</param>
    /// <param name="pixels">onScreen.Height rows of onScreen.Width pixels.</param>
    /// <param name="stride">Pixels from one row to the next.</param>
    /// <param name="read">Reads the picture, as XRGB8888 with X bytes of 255.</param>
    /// <returns>False if the picture cannot be read.</returns>
    public bool Draw(in Placement place, Rect onScreen, Span<uint> pixels, int stride, Reader read)
    {
        var part = onScreen.Offset(-place.Bounds.X, -place.Bounds.Y);
        var (left, top) = (Source(part.X, place.Width, place.Bounds.Width).At, Source(part.Y, place.Height, place.Bounds.Height).At);
        var right = Source(part.Right - 1, place.Width, place.Bounds.Width).At + 2;
        var bottom = Source(part.Bottom - 1, place.Height, place.Bounds.Height).At + 2;
        _read = new Rect(left, top, right - left, bottom - top).Intersect(new Rect(0, 0, place.Width, place.Height));
        if (_source.Length < _read.Width * _read.Height)
            _source = new uint[_read.Width * _read.Height];
        if (!read(_read, _source.AsSpan(0, _read.Width * _read.Height)))
            return false;
        if (place.IsFiltered)
            BeginFilter(place, part);
        for (var y = 0; y < part.Height; y++)
        {
            var to = pixels.Slice(y * stride, part.Width);
            if (place.IsFiltered)
                Filter(place, part.Y + y, to);
            else
                Nearest(place, part.X, part.Y + y, to);
        }
        return true;
    }

    // The pixel whose centre is left of a pixel of the scaled picture, and the weight of the one right of it.
    private static (int At, int Weight) Source(int at, int picture, int scaled)
    {
        var centre = ((2L * at + 1) * picture * One / scaled - One) / 2; // in fractions of a pixel, from the centre of the first one
        centre = Math.Clamp(centre, 0, (picture - 1L) * One);
        return ((int)(centre / One), (int)(centre % One));
    }

    private ReadOnlySpan<uint> Row(int y) => _source.AsSpan((Math.Min(y, _read.Bottom - 1) - _read.Y) * _read.Width, _read.Width);

    private void Nearest(in Placement place, int x, int y, Span<uint> to)
    {
        var row = Row(Math.Max((int)((long)y * place.Height / place.Bounds.Height), _read.Y));
        for (var i = 0; i < to.Length; i++)
            to[i] = row[Math.Clamp((int)((long)(x + i) * place.Width / place.Bounds.Width) - _read.X, 0, row.Length - 1)];
    }

    private void BeginFilter(in Placement place, Rect part)
    {
        if (_across.Length < part.Width)
            (_across, _upper, _lower) = (new (int, int)[part.Width], new uint[part.Width], new uint[part.Width]);
        for (var i = 0; i < part.Width; i++)
            _across[i] = Source(part.X + i, place.Width, place.Bounds.Width);
        _upperRow = _lowerRow = -1;
    }

    private void Filter(in Placement place, int y, Span<uint> to)
    {
        var (top, down) = Source(y, place.Height, place.Bounds.Height);
        if (_lowerRow == top) // the usual next row: what was below is above now
        {
            (_upper, _lower) = (_lower, _upper);
            (_upperRow, _lowerRow) = (top, -1);
        }
        if (_upperRow != top)
            ScaleAcross(top, _upper.AsSpan(0, to.Length));
        if (_lowerRow != top + 1)
            ScaleAcross(top + 1, _lower.AsSpan(0, to.Length));
        (_upperRow, _lowerRow) = (top, top + 1);
        Mix(_upper.AsSpan(0, to.Length), _lower.AsSpan(0, to.Length), (uint)down, to);
    }

    private void ScaleAcross(int row, Span<uint> to)
    {
        var from = Row(row);
        for (var i = 0; i < to.Length; i++)
        {
            var (left, weight) = _across[i];
            var (a, b) = (left - _read.X, Math.Min(left + 1, _read.Right - 1) - _read.X);
            to[i] = Mix(from[a], from[b], (uint)weight);
        }
    }

    private static void Mix(ReadOnlySpan<uint> from, ReadOnlySpan<uint> with, uint weight, Span<uint> to)
    {
        var mask = new Vector<uint>(0x00FF00FF);
        var half = new Vector<uint>(0x00800080);
        var a = MemoryMarshal.Cast<uint, Vector<uint>>(from);
        var b = MemoryMarshal.Cast<uint, Vector<uint>>(with);
        var vectors = MemoryMarshal.Cast<uint, Vector<uint>>(to);
        for (var i = 0; i < vectors.Length; i++)
        {
            var odd = (((a[i] & mask) * (One - weight) + (b[i] & mask) * weight + half) >> 8) & mask;
            var even = (((a[i] >> 8) & mask) * (One - weight) + ((b[i] >> 8) & mask) * weight + half) & ~mask;
            vectors[i] = odd | even;
        }
        for (var i = vectors.Length * Vector<uint>.Count; i < to.Length; i++)
            to[i] = Mix(from[i], with[i], weight);
    }

    // Two colours at a time: red and blue, green and the X byte.
    private static uint Mix(uint from, uint to, uint weight)
    {
        const uint mask = 0x00FF00FF, half = 0x00800080;
        var odd = ((from & mask) * (One - weight) + (to & mask) * weight + half) >> 8 & mask;
        var even = ((from >> 8 & mask) * (One - weight) + (to >> 8 & mask) * weight + half) & ~mask;
        return odd | even;
    }
}
