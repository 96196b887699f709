namespace InputEvdev;

/// <summary>
/// Removes wrong positions of one finger on a resistive panel, as tslib's filters of these names do: variance discards a single position
/// that is far from the others, median takes the middle one of the last positions on each axis.
/// </summary>
internal sealed class PositionFilter
{
    private readonly double _variance;
    private readonly double[] _x, _y, _sorted;
    private int _count; // The positions since the finger touched, as far as they fit into the arrays.
    private int _next;
    private (double X, double Y) _last; // The last position that variance passed on.
    private (double X, double Y)? _held; // A position far from it.

    private PositionFilter(int median, double variance) =>
        (_variance, _x, _y, _sorted) = (variance, new double[median], new double[median], new double[median]);

    /// <summary>Creates the filter of the settings; null if there is none.</summary>
    public static PositionFilter? Of(DeviceSettings settings) => settings.Median is > 1 || settings.Variance is not null
        ? new PositionFilter(settings.Median ?? 1, settings.Variance ?? double.PositiveInfinity)
        : null;

    /// <summary>A finger has touched at a position.</summary>
    public void Begin((double X, double Y) place)
    {
        (_count, _next, _last, _held) = (0, 0, place, null);
        Add(place);
    }

    /// <summary>Returns the filtered position for a new one.</summary>
    public (double X, double Y) Take((double X, double Y) place)
    {
        if (!IsNear(place, _last) && !(_held is { } held && IsNear(place, held)))
        {
            _held = place;
            return Median();
        }
        (_held, _last) = (null, place);
        Add(place);
        return Median();
    }

    private bool IsNear((double X, double Y) a, (double X, double Y) b) =>
        Math.Abs(a.X - b.X) <= _variance && Math.Abs(a.Y - b.Y) <= _variance;

    private void Add((double X, double Y) place)
    {
        (_x[_next], _y[_next]) = place;
        _next = (_next + 1) % _x.Length;
        _count = Math.Min(_count + 1, _x.Length);
    }

    private (double X, double Y) Median() => (Middle(_x), Middle(_y));

    private double Middle(double[] values)
    {
        var sorted = _sorted.AsSpan(0, _count);
        values.AsSpan(0, _count).CopyTo(sorted);
        sorted.Sort();
        return sorted[_count / 2];
    }
}
