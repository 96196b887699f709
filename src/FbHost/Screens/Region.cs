using Mmm;

namespace FbHost.Screens;

/// <summary>
/// A set of pixels as rectangles that do not overlap. If an addition results in more than <see cref="MostRects"/> rectangles, they are
/// replaced by the rectangle around them all, so that the cost is limited.
/// </summary>
internal sealed class Region
{
    public const int MostRects = 64;
    private List<Rect> _rects = [];
    private List<Rect> _spare = [];
    private List<Rect> _rest = [];
    private List<Rect> _restSpare = [];

    public IReadOnlyList<Rect> Rects => _rects;

    public bool IsEmpty => _rects.Count == 0;

    public void Clear() => _rects.Clear();

    /// <summary>Sets the region to a rectangle.</summary>
    public void Set(Rect rect)
    {
        _rects.Clear();
        if (!rect.IsEmpty)
            _rects.Add(rect);
    }

    /// <summary>Sets the region to the pixels of another region that lie in a rectangle.</summary>
    public void SetCommon(Region other, Rect rect)
    {
        _rects.Clear();
        foreach (var r in other._rects)
        {
            if (r.Intersect(rect) is { IsEmpty: false } common)
                _rects.Add(common);
        }
    }

    /// <summary>Adds the pixels of another region.</summary>
    public void Add(Region other)
    {
        foreach (var r in other._rects)
            Add(r);
    }

    /// <summary>Adds the pixels of a rectangle.</summary>
    public void Add(Rect rect)
    {
        if (rect.IsEmpty)
            return;
        _rest.Clear();
        _rest.Add(rect);
        for (var i = 0; i < _rects.Count && _rest.Count > 0; i++)
            Cut(ref _rest, ref _restSpare, _rects[i]);
        _rects.AddRange(_rest);
        if (_rects.Count <= MostRects)
            return;
        var all = _rects[0];
        foreach (var r in _rects)
            all = all.Union(r);
        Set(all);
    }

    /// <summary>Removes the pixels of a rectangle.</summary>
    public void Subtract(Rect hole)
    {
        if (!hole.IsEmpty)
            Cut(ref _rects, ref _spare, hole);
    }

    private static void Cut(ref List<Rect> rects, ref List<Rect> spare, Rect hole)
    {
        spare.Clear();
        foreach (var r in rects)
        {
            var inside = r.Intersect(hole);
            if (inside.IsEmpty)
            {
                spare.Add(r);
                continue;
            }
            AddTo(spare, new Rect(r.X, r.Y, r.Width, inside.Y - r.Y));
            AddTo(spare, new Rect(r.X, inside.Bottom, r.Width, r.Bottom - inside.Bottom));
            AddTo(spare, new Rect(r.X, inside.Y, inside.X - r.X, inside.Height));
            AddTo(spare, new Rect(inside.Right, inside.Y, r.Right - inside.Right, inside.Height));
        }
        (rects, spare) = (spare, rects);
    }

    private static void AddTo(List<Rect> rects, Rect rect)
    {
        if (!rect.IsEmpty)
            rects.Add(rect);
    }
}
