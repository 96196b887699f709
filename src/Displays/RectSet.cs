using Mmm;

namespace Displays;

/// <summary>
/// A set of a few damaged rectangles, which may overlap. It never allocates after construction. If more rectangles are added than it has
/// room for, it covers a larger area than was added.
/// </summary>
internal sealed class RectSet
{
    public const int Capacity = 16;
    private readonly Rect[] _rects = new Rect[Capacity];
    private int _count;

    public ReadOnlySpan<Rect> Rects => _rects.AsSpan(0, _count);

    public bool IsEmpty => _count == 0;

    /// <summary>The number of pixels. A pixel that is in two rectangles counts twice.</summary>
    public long Area
    {
        get
        {
            long area = 0;
            foreach (var r in Rects)
                area += AreaOf(r);
            return area;
        }
    }

    private static long AreaOf(Rect r) => (long)r.Width * r.Height;

    public void Clear() => _count = 0;

    /// <summary>
    /// Adds a rectangle. Two rectangles are joined if their union has no more pixels than both together, as for the bands of one picture.
    /// </summary>
    public void Add(Rect rect)
    {
        if (rect.IsEmpty)
            return;
        for (var i = 0; i < _count; i++)
        {
            var union = _rects[i].Union(rect);
            if (AreaOf(union) > AreaOf(_rects[i]) + AreaOf(rect))
                continue;
            if (union == _rects[i])
                return;
            rect = union;
            _rects[i] = _rects[--_count];
            i = -1; // the larger rectangle may be joined with others, so start again
        }
        if (_count < Capacity)
        {
            _rects[_count++] = rect;
            return;
        }
        var best = 0;
        for (var i = 1; i < _count; i++)
        {
            if (Growth(i, rect) < Growth(best, rect))
                best = i;
        }
        rect = _rects[best].Union(rect);
        _rects[best] = _rects[--_count];
        Add(rect);
    }

    private long Growth(int i, Rect rect) => AreaOf(_rects[i].Union(rect)) - AreaOf(_rects[i]);

    public void Add(RectSet others)
    {
        foreach (var r in others.Rects)
            Add(r);
    }
}
