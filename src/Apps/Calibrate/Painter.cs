namespace Mmm.Apps.Calibrate;

/// <summary>Draws lines and rings with smooth edges into a frame's pixels.</summary>
internal readonly ref struct Painter(ClientFrame frame)
{
    private readonly ClientFrame _frame = frame;

    public int Width => _frame.Width;

    public int Height => _frame.Height;

    /// <summary>Draws a line with round ends.</summary>
    public void Line(double x1, double y1, double x2, double y2, double weight, PixelColor color)
    {
        var (dx, dy) = (x2 - x1, y2 - y1);
        var length2 = dx * dx + dy * dy;
        Each(Math.Min(x1, x2), Math.Min(y1, y2), Math.Max(x1, x2), Math.Max(y1, y2), weight / 2, color, (x, y) =>
        {
            var t = length2 == 0 ? 0 : Math.Clamp(((x - x1) * dx + (y - y1) * dy) / length2, 0, 1);
            return Math.Sqrt(Square(x - x1 - t * dx) + Square(y - y1 - t * dy));
        });
    }

    /// <summary>Draws the outline of a circle.</summary>
    public void Ring(double x, double y, double radius, double weight, PixelColor color) =>
        Each(x - radius, y - radius, x + radius, y + radius, weight / 2, color,
            (px, py) => Math.Abs(Math.Sqrt(Square(px - x) + Square(py - y)) - radius));

    /// <summary>Draws a filled circle.</summary>
    public void Disc(double x, double y, double radius, PixelColor color) => Line(x, y, x, y, 2 * radius, color);

    private static double Square(double v) => v * v;

    // Draws each pixel with a coverage that depends on its distance from the shape.
    private void Each(double left, double top, double right, double bottom,
        double reach, PixelColor color, Func<double, double, double> distance)
    {
        var (fromX, toX) = (Math.Max(0, (int)(left - reach - 1)), Math.Min(Width - 1, (int)(right + reach + 1)));
        var (fromY, toY) = (Math.Max(0, (int)(top - reach - 1)), Math.Min(Height - 1, (int)(bottom + reach + 1)));
        for (var y = fromY; y <= toY; y++)
        {
            var row = _frame.Row(y);
            for (var x = fromX; x <= toX; x++)
            {
                var part = Math.Clamp(reach + 0.5 - distance(x, y), 0, 1);
                if (part > 0)
                    row[x] = Mix(row[x], color.Argb, part);
            }
        }
    }

    private static uint Mix(uint from, uint to, double part)
    {
        var result = 0xFF000000u;
        for (var shift = 0; shift <= 16; shift += 8)
        {
            var (a, b) = (from >> shift & 0xFF, to >> shift & 0xFF);
            result |= (uint)Math.Round(a + ((double)b - a) * part) << shift;
        }
        return result;
    }
}
