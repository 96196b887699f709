namespace Mmm.Apps.Calibrate;

/// <summary>Lines and rings with smooth edges on a frame's pixels.</summary>
internal readonly ref struct Painter(Frame frame)
{
    private readonly Frame _frame = frame;

    public int Width => _frame.Width;

    public int Height => _frame.Height;

    /// <summary>A line with round ends.</summary>
    public void Line(double x1, double y1, double x2, double y2, double weight, Color color)
    {
        var (dx, dy) = (x2 - x1, y2 - y1);
        var length2 = dx * dx + dy * dy;
        Each(Math.Min(x1, x2), Math.Min(y1, y2), Math.Max(x1, x2), Math.Max(y1, y2), weight / 2, color, (x, y) =>
        {
            var t = length2 == 0 ? 0 : Math.Clamp(((x - x1) * dx + (y - y1) * dy) / length2, 0, 1);
            return Math.Sqrt(Square(x - x1 - t * dx) + Square(y - y1 - t * dy));
        });
    }

    /// <summary>A circle's line.</summary>
    public void Ring(double x, double y, double radius, double weight, Color color) =>
        Each(x - radius, y - radius, x + radius, y + radius, weight / 2, color,
            (px, py) => Math.Abs(Math.Sqrt(Square(px - x) + Square(py - y)) - radius));

    /// <summary>A full circle.</summary>
    public void Disc(double x, double y, double radius, Color color) => Line(x, y, x, y, 2 * radius, color);

    private static double Square(double v) => v * v;

    // Every pixel is covered by how near it is.
    private void Each(double left, double top, double right, double bottom,
        double reach, Color color, Func<double, double, double> distance)
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
