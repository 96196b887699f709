namespace Mmm.Apps.Calibrate;

/// <summary>
/// A point as fractions of the screen's sides: 0,0 is the middle of the top left pixel, 1,1 the middle of the bottom right pixel.
/// </summary>
internal readonly record struct Point(double X, double Y)
{
    public double DistanceTo(Point other) => Math.Sqrt((X - other.X) * (X - other.X) + (Y - other.Y) * (Y - other.Y));
}

/// <summary>x' = A x + B y + C, y' = D x + E y + F.</summary>
internal readonly record struct Affine(double A, double B, double C, double D, double E, double F)
{
    public Point Apply(Point p) => new(A * p.X + B * p.Y + C, D * p.X + E * p.Y + F);
}

/// <summary>Computes the affine map that brings the touched points nearest to their targets, by least squares.</summary>
internal static class AffineFit
{
    private const double Smallest = 1e-4; // the least determinant; with a smaller one the points lie almost on a line

    /// <summary>Computes the map. Returns null if the touched points or their targets lie on a line, or almost on one.</summary>
    public static Affine? Solve(IReadOnlyList<Point> touched, IReadOnlyList<Point> meant)
    {
        // Relative to the means the normal equations have no constant term, so they are 2x2.
        var (t, m) = (Mean(touched), Mean(meant));
        double xx = 0, xy = 0, yy = 0, ux = 0, uy = 0, vx = 0, vy = 0;
        for (var i = 0; i < touched.Count; i++)
        {
            var (x, y) = (touched[i].X - t.X, touched[i].Y - t.Y);
            var (u, v) = (meant[i].X - m.X, meant[i].Y - m.Y);
            (xx, xy, yy) = (xx + x * x, xy + x * y, yy + y * y);
            (ux, uy, vx, vy) = (ux + u * x, uy + u * y, vx + v * x, vy + v * y);
        }
        var determinant = xx * yy - xy * xy;
        if (!(determinant > Smallest))
            return null;
        var (a, b) = ((ux * yy - uy * xy) / determinant, (uy * xx - ux * xy) / determinant);
        var (d, e) = ((vx * yy - vy * xy) / determinant, (vy * xx - vx * xy) / determinant);
        return Math.Abs(a * e - b * d) > Smallest ? new Affine(a, b, m.X - a * t.X - b * t.Y, d, e, m.Y - d * t.X - e * t.Y) : null;
    }

    private static Point Mean(IReadOnlyList<Point> points) => new(points.Average(p => p.X), points.Average(p => p.Y));

    /// <summary>
    /// Returns the index of the point that does not fit the others: the one without which they fit best. Returns -1 if no point is farther
    /// from its target than the tolerance.
    /// </summary>
    public static int Outlier(IReadOnlyList<Point> touched, IReadOnlyList<Point> meant, double tolerance)
    {
        if (Solve(touched, meant) is { } all && Worst(all, touched, meant) <= tolerance)
            return -1;
        return Enumerable.Range(0, touched.Count).MinBy(i =>
        {
            var (t, m) = (touched.Where((_, j) => j != i).ToList(), meant.Where((_, j) => j != i).ToList());
            return Solve(t, m) is { } others ? Worst(others, t, m) : double.MaxValue;
        });
    }

    private static double Worst(Affine map, IReadOnlyList<Point> touched, IReadOnlyList<Point> meant) =>
        Enumerable.Range(0, touched.Count).Max(i => map.Apply(touched[i]).DistanceTo(meant[i]));
}
