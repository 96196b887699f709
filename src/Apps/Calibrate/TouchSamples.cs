namespace Mmm.Apps.Calibrate;

/// <summary>The positions of a finger from down to up.</summary>
internal sealed class TouchSamples
{
    private const double Tremble = 0.03; // as a fraction of the screen: farther positions are not used
    private const int Most = 1000;
    private readonly List<Point> _samples = [];

    public void Clear() => _samples.Clear();

    public void Add(Point p)
    {
        if (_samples.Count < Most)
            _samples.Add(p);
    }

    /// <summary>
    /// Returns the mean of the positions near the median, because the positions of some panels jump when a finger touches or lifts. Returns
    /// null if less than half of the positions are near the median.
    /// </summary>
    public Point? Average()
    {
        if (_samples.Count == 0)
            return null;
        var median = new Point(Median(p => p.X), Median(p => p.Y));
        var near = _samples.FindAll(p => p.DistanceTo(median) <= Tremble);
        return near.Count * 2 < _samples.Count || near.Count == 0 ? null : new Point(near.Average(p => p.X), near.Average(p => p.Y));
    }

    private double Median(Func<Point, double> of)
    {
        var sorted = _samples.Select(of).Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
