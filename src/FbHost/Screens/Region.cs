using Mmm;

namespace FbHost.Screens;

/// <summary>A set of pixels as rectangles that do not overlap.</summary>
internal sealed class Region
{
    private readonly List<Rect> _rects = [];
    private readonly List<Rect> _cut = [];

    public IReadOnlyList<Rect> Rects => _rects;

    public bool IsEmpty => _rects.Count == 0;

    /// <summary>Makes it that rectangle.</summary>
    public void Set(Rect rect)
    {
        _rects.Clear();
        if (!rect.IsEmpty)
            _rects.Add(rect);
    }

    /// <summary>Takes the pixels of a rectangle out.</summary>
    public void Subtract(Rect hole)
    {
        if (hole.IsEmpty)
            return;
        _cut.Clear();
        foreach (var r in _rects)
        {
            var inside = r.Intersect(hole);
            if (inside.IsEmpty)
            {
                _cut.Add(r);
                continue;
            }
            AddCut(new Rect(r.X, r.Y, r.Width, inside.Y - r.Y));
            AddCut(new Rect(r.X, inside.Bottom, r.Width, r.Bottom - inside.Bottom));
            AddCut(new Rect(r.X, inside.Y, inside.X - r.X, inside.Height));
            AddCut(new Rect(inside.Right, inside.Y, r.Right - inside.Right, inside.Height));
        }
        _rects.Clear();
        _rects.AddRange(_cut);
    }

    private void AddCut(Rect rect)
    {
        if (!rect.IsEmpty)
            _cut.Add(rect);
    }
}
