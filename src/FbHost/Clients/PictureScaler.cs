using Mmm;

namespace FbHost.Clients;

/// <summary>
/// Scales a part of a picture: to the nearest pixel, or filtered (bilinear). It keeps its buffers, so that a frame allocates nothing.
/// </summary>
internal sealed class PictureScaler
{
    private const int One = 256; // weights are fractions of this
    private uint[] _source = [];
    private Rect _read; // the part of the picture that is in the buffer

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
        for (var y = 0; y < part.Height; y++)
        {
            var to = pixels.Slice(y * stride, part.Width);
            if (place.IsFiltered)
                Filter(place, part.X, part.Y + y, to);
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

    private void Filter(in Placement place, int x, int y, Span<uint> to)
    {
        var (top, down) = Source(y, place.Height, place.Bounds.Height);
        var upper = Row(top);
        var lower = Row(top + 1);
        for (var i = 0; i < to.Length; i++)
        {
            var (left, across) = Source(x + i, place.Width, place.Bounds.Width);
            var (a, b) = (left - _read.X, Math.Min(left + 1, _read.Right - 1) - _read.X);
            to[i] = Mix(Mix(upper[a], upper[b], (uint)across), Mix(lower[a], lower[b], (uint)across), (uint)down);
        }
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
