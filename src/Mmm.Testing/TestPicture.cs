namespace Mmm.Testing;

/// <summary>A copy of what a client presented.</summary>
public sealed class TestPicture
{
    private readonly uint[] _pixels;

    internal TestPicture(int width, int height, uint[] pixels, Rect damage, int number) =>
        (Width, Height, _pixels, Damage, Number) = (width, height, pixels, damage, number);

    /// <summary>Pixels across.</summary>
    public int Width { get; }

    /// <summary>Pixels down.</summary>
    public int Height { get; }

    /// <summary>The part that the client presented as changed, pixels.</summary>
    public Rect Damage { get; }

    /// <summary>1 for the client's first frame, then 2, 3, ….</summary>
    public int Number { get; }

    /// <summary>All pixels, row by row: 0xAARRGGBB.</summary>
    public ReadOnlySpan<uint> Pixels => _pixels;

    /// <summary>The colour of a pixel, with its alpha as opaque: a screen shows no alpha.</summary>
    /// <param name="x">0, the left, to <see cref="Width"/> - 1.</param>
    /// <param name="y">0, the top, to <see cref="Height"/> - 1.</param>
    public PixelColor this[int x, int y]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)x, (uint)Width, nameof(x));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)y, (uint)Height, nameof(y));
            return new PixelColor(_pixels[y * Width + x] | 0xFF000000);
        }
    }

    /// <summary>How many pixels of a rectangle have that colour; parts outside of the picture have none.</summary>
    public int Count(PixelColor color, Rect rect)
    {
        rect = rect.Intersect(new Rect(0, 0, Width, Height));
        var count = 0;
        for (var y = rect.Y; y < rect.Bottom; y++)
        {
            for (var x = rect.X; x < rect.Right; x++)
                count += this[x, y] == color ? 1 : 0;
        }
        return count;
    }
}
