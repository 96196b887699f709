namespace Mmm.Testing;

/// <summary>A copy of a frame that a client has presented.</summary>
public sealed class TestPicture
{
    private readonly uint[] _pixels;

    internal TestPicture(int width, int height, uint[] pixels, Rect damage, int number) =>
        (Width, Height, _pixels, Damage, Number) = (width, height, pixels, damage, number);

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>The damage: the part of the picture that the client presented as changed.</summary>
    public Rect Damage { get; }

    /// <summary>The number of the frame: 1 for the client's first frame, then 2, 3, ….</summary>
    public int Number { get; }

    /// <summary>All pixels, row by row, as 0xAARRGGBB. Pixel (x, y) has the index y * <see cref="Width"/> + x.</summary>
    public ReadOnlySpan<uint> Pixels => _pixels;

    /// <summary>The colour of a pixel. Its alpha is always 0xFF, because a screen shows no alpha.</summary>
    /// <param name="x">0 (left) to <see cref="Width"/> - 1.</param>
    /// <param name="y">0 (top) to <see cref="Height"/> - 1.</param>
    public PixelColor this[int x, int y]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)x, (uint)Width, nameof(x));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)y, (uint)Height, nameof(y));
            return new PixelColor(_pixels[y * Width + x] | 0xFF000000);
        }
    }

    /// <summary>Returns the number of pixels of this colour in a rectangle. Parts outside of the picture do not count.</summary>
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
