namespace Mmm;

/// <summary>A rectangle in pixels; the right and bottom edges are outside. Empty when a side is not positive.</summary>
/// <param name="X">Left edge.</param>
/// <param name="Y">Top edge.</param>
/// <param name="Width">Pixels across.</param>
/// <param name="Height">Pixels down.</param>
public readonly record struct Rect(int X, int Y, int Width, int Height)
{
    /// <summary>One past the rightmost pixel, at most what an int can say.</summary>
    public int Right => (int)Math.Min((long)X + Width, int.MaxValue);
    /// <summary>One past the lowest pixel, at most what an int can say.</summary>
    public int Bottom => (int)Math.Min((long)Y + Height, int.MaxValue);
    /// <summary>True when it holds no pixel.</summary>
    public bool IsEmpty => Width <= 0 || Height <= 0;

    /// <summary>What both hold; default when they do not meet. Never overflows, whatever the numbers.</summary>
    public Rect Intersect(Rect other)
    {
        long x0 = Math.Max(X, other.X), y0 = Math.Max(Y, other.Y);
        var x1 = Math.Min((long)X + Width, (long)other.X + other.Width);
        var y1 = Math.Min((long)Y + Height, (long)other.Y + other.Height);
        return x1 <= x0 || y1 <= y0 || IsEmpty || other.IsEmpty ? default : new Rect((int)x0, (int)y0, (int)(x1 - x0), (int)(y1 - y0));
    }

    /// <summary>The smallest rectangle around both; an empty one does not count. Sides stop at what an int can say.</summary>
    public Rect Union(Rect other)
    {
        if (IsEmpty)
            return other;
        if (other.IsEmpty)
            return this;
        int x0 = Math.Min(X, other.X), y0 = Math.Min(Y, other.Y);
        var width = Math.Max((long)X + Width, (long)other.X + other.Width) - x0;
        var height = Math.Max((long)Y + Height, (long)other.Y + other.Height) - y0;
        return new Rect(x0, y0, (int)Math.Min(width, int.MaxValue), (int)Math.Min(height, int.MaxValue));
    }

    /// <summary>The same size elsewhere.</summary>
    public Rect Offset(int dx, int dy) => this with { X = X + dx, Y = Y + dy };

    /// <summary>True when the pixel is inside.</summary>
    public bool Contains(int x, int y) => x >= X && y >= Y && (long)x - X < Width && (long)y - Y < Height;

    /// <summary>Width x Height + X + Y, as in 64x64+10+20.</summary>
    public override string ToString() => $"{Width}x{Height}+{X}+{Y}";
}
