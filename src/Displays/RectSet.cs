using Mmm;

namespace Displays;

/// <summary>Damage as a few rectangles, which may overlap. Never allocates; past its capacity it covers more than what was added.</summary>
internal sealed class RectSet
{
    public const int Capacity = 16;
    private readonly Rect[] _rects = new Rect[Capacity];
    private int _count;

    public ReadOnlySpan<Rect> Rects => _rects.AsSpan(0, _count);

    public bool IsEmpty => _count == 0;

    /// <summary>Pixels; those in two rectangles count twice.</summary>
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

    /// <summary>Adds a rectangle; joins what together is no more pixels than apart, as the bands of one picture.</summary>
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
            i = -1; // the larger one may join others
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
