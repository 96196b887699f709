namespace Mmm;

/// <summary>A rectangle in pixels. It is empty if its width or height is 0 or negative.</summary>
/// <param name="X">Left edge: the first column inside.</param>
/// <param name="Y">Top edge: the first row inside.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
public readonly record struct Rect(int X, int Y, int Width, int Height)
{
    /// <summary>The column after the last one inside: X + Width, limited to <see cref="int.MaxValue"/>.</summary>
    public int Right => (int)Math.Min((long)X + Width, int.MaxValue);
    /// <summary>The row after the last one inside: Y + Height, limited to <see cref="int.MaxValue"/>.</summary>
    public int Bottom => (int)Math.Min((long)Y + Height, int.MaxValue);
    /// <summary>True if the rectangle contains no pixel.</summary>
    public bool IsEmpty => Width <= 0 || Height <= 0;

    /// <summary>
    /// Returns the part that lies in both rectangles, or <c>default</c> (empty) if they do not overlap. It never overflows.
    /// </summary>
    public Rect Intersect(Rect other)
    {
        long x0 = Math.Max(X, other.X), y0 = Math.Max(Y, other.Y);
        var x1 = Math.Min((long)X + Width, (long)other.X + other.Width);
        var y1 = Math.Min((long)Y + Height, (long)other.Y + other.Height);
        return x1 <= x0 || y1 <= y0 || IsEmpty || other.IsEmpty ? default : new Rect((int)x0, (int)y0, (int)(x1 - x0), (int)(y1 - y0));
    }

    /// <summary>
    /// Returns the smallest rectangle that contains both. An empty rectangle is ignored. Sides are limited to <see cref="int.MaxValue"/>.
    /// </summary>
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

    /// <summary>Returns a rectangle of the same size, moved by <paramref name="dx"/> and <paramref name="dy"/> pixels.</summary>
    public Rect Offset(int dx, int dy) => this with { X = X + dx, Y = Y + dy };

    /// <summary>Returns true if the pixel lies inside the rectangle.</summary>
    public bool Contains(int x, int y) => x >= X && y >= Y && (long)x - X < Width && (long)y - Y < Height;

    /// <summary>Returns the rectangle as WIDTHxHEIGHT+X+Y, for example 64x64+10+20.</summary>
    public override string ToString() => $"{Width}x{Height}+{X}+{Y}";
}
