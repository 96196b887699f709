using Displays;
using FbHost.Loop;
using Mmm;

namespace FbHost.Screens;

/// <summary>
/// The compositor: a stack of surfaces over black. Whoever changes something marks damage; all damage is painted once, before the loop
/// sleeps. A pixel's way is from its surface into the display's canvas or, where there is none, through a band buffer; only damaged and
/// visible pixels make it.
/// </summary>
/// <remarks>
/// New pictures are painted at once, since their surfaces are paced by whoever takes them. All other damage (surfaces that come, go or
/// move, the cursor) is painted at most once a frame of the display, however often it changes.
/// </remarks>
internal sealed class Screen
{
    private const int BandPixels = 32 * 1024; // 128 KB: stays in the cache between the two copies
    private const int SidewaysRows = 64; // 256 bytes in each row of a panel that hangs sideways: fewer cost cache lines written in part
    private readonly IDisplay _display;
    private readonly LoopTimer _timer;
    private readonly List<Surface> _surfaces = []; // bottom first
    private readonly List<Surface> _overlays = []; // those of them that are not opaque
    private readonly Region _damage = new(); // beside the surfaces' new pixels
    private readonly Region _painting = new();
    private readonly Region _part = new();
    private readonly List<Rect> _painted = [];
    private uint[] _band = [];
    private long _nextNs; // no damage but new pictures is painted before

    public Screen(EventLoop loop, IDisplay display)
    {
        _display = display;
        _timer = loop.CreateTimer(() => { }); // awake, the loop paints before it sleeps again
    }

    public IDisplay Display => _display;

    /// <summary>True while the screen is turned off: it is black and nothing is painted.</summary>
    public bool IsBlank { get; private set; }

    public Rect Bounds => new(0, 0, _display.Width, _display.Height);

    /// <summary>The display has another size; everything is painted anew.</summary>
    public event Action? Resized;

    /// <summary>
    /// Parts of the screen that have changed, when the display was told to show them. The list is only valid during the call.
    /// </summary>
    public event Action<IReadOnlyList<Rect>>? Shown;

    /// <summary>Follows the display's size.</summary>
    public void Resize()
    {
        _band = [];
        Damage();
        Resized?.Invoke();
    }

    /// <summary>Turns the screen off or on; a display that cannot is black meanwhile.</summary>
    public void Blank(bool blank)
    {
        IsBlank = blank;
        _nextNs = 0;
        Damage();
        Paint();
        Flush();
        _display.Blank(blank);
    }

    /// <summary>Puts a surface on top of its level.</summary>
    public void Add(Surface surface)
    {
        _surfaces.Insert(Top(surface.Level), surface);
        if (!surface.IsOpaque)
            _overlays.Add(surface);
        Damage(surface.Bounds);
    }

    /// <summary>Takes a surface away.</summary>
    public void Remove(Surface surface)
    {
        surface.NewPixels = default;
        _overlays.Remove(surface);
        if (_surfaces.Remove(surface))
            Damage(surface.Bounds);
    }

    /// <summary>Puts a surface on top of its level, or under all others of it.</summary>
    public void Restack(Surface surface, bool toTop)
    {
        var at = _surfaces.IndexOf(surface);
        if (at < 0)
            return;
        _surfaces.RemoveAt(at);
        var to = toTop ? Top(surface.Level) : Bottom(surface.Level);
        _surfaces.Insert(to, surface);
        if (to != at)
            Damage(surface.Bounds);
    }

    private int Top(SurfaceLevel level) => _surfaces.FindLastIndex(s => s.Level <= level) + 1;

    private int Bottom(SurfaceLevel level) => _surfaces.FindLastIndex(s => s.Level < level) + 1;

    /// <summary>The uppermost client's picture at a pixel of the screen.</summary>
    public Surface? At(int x, int y)
    {
        for (var i = _surfaces.Count - 1; i >= 0; i--) // for each motion: no delegate
        {
            if (_surfaces[i].Level == SurfaceLevel.Client && _surfaces[i].Bounds.Contains(x, y))
                return _surfaces[i];
        }
        return null;
    }

    /// <summary>A part of a surface's picture is new. It is painted before the loop sleeps, as far as it can be seen.</summary>
    public void Damage(Surface surface, Rect onScreen) => surface.NewPixels = surface.NewPixels.Union(onScreen.Intersect(surface.Bounds));

    /// <summary>A part of the screen is to be painted anew, whatever lies there.</summary>
    public void Damage(Rect onScreen) => _damage.Add(onScreen.Intersect(Bounds));

    /// <summary>Everything is to be painted anew.</summary>
    public void Damage() => _damage.Set(Bounds);

    /// <summary>Something is to be painted now: what waits for its time does not count.</summary>
    public bool HasWork => (!_damage.IsEmpty && EventLoop.Now >= _nextNs) || (!IsBlank && _surfaces.Exists(s => !s.NewPixels.IsEmpty));

    /// <summary>Paints what is due; called before the loop sleeps.</summary>
    public void Paint()
    {
        _painting.Clear();
        foreach (var surface in _surfaces)
        {
            if (surface.NewPixels.IsEmpty || IsBlank)
                continue;
            FindVisible(surface);
            _painting.Add(_part);
            foreach (var rect in _part.Rects)
                _damage.Subtract(rect); // painted now: not once more when the surface may be drawing again
        }
        if (!_damage.IsEmpty)
            TakeDamage();
        PaintSurfaces();
        foreach (var surface in _surfaces)
            surface.NewPixels = default;
    }

    private void TakeDamage()
    {
        var now = EventLoop.Now;
        if (now < _nextNs)
        {
            _timer.NoLaterThan(_nextNs);
            return;
        }
        _nextNs = now + _display.FrameNs;
        _painting.Add(_damage);
        _damage.Clear();
    }

    // Sets _part to what the opaque surfaces above leave of a surface's new pixels.
    private void FindVisible(Surface surface)
    {
        _part.Set(surface.NewPixels.Intersect(Bounds));
        for (var i = _surfaces.Count - 1; i >= 0 && _surfaces[i] != surface; i--)
        {
            if (_surfaces[i].IsOpaque)
                _part.Subtract(_surfaces[i].Bounds);
        }
    }

    private void PaintSurfaces()
    {
        for (var i = IsBlank ? -1 : _surfaces.Count - 1; i >= 0 && !_painting.IsEmpty; i--)
        {
            var surface = _surfaces[i];
            if (!surface.IsOpaque || surface.Bounds.IsEmpty)
                continue;
            _part.SetCommon(_painting, surface.Bounds);
            _painting.Subtract(surface.Bounds);
            foreach (var rect in _part.Rects)
            {
                Copy(surface, rect);
                if (surface.NewPixels.IsEmpty)
                    surface.PaintedOutOfTurn(rect);
            }
        }
        foreach (var rect in _painting.Rects)
            Copy(null, rect);
    }

    private void Copy(Surface? surface, Rect rect)
    {
        _painted.Add(rect);
        var width = _display.Width;
        if (_display.Canvas is { IsEmpty: false } canvas)
        {
            Draw(surface, rect, canvas[(rect.Y * width + rect.X)..], width);
            _display.Drawn(rect);
            return;
        }
        if (_band.Length == 0)
            _band = new uint[Math.Max(BandPixels, width * (_display.IsSideways ? SidewaysRows : 1))];
        var rows = Math.Max(1, _band.Length / rect.Width);
        for (var y = rect.Y; y < rect.Bottom; y += rows)
        {
            var part = rect with { Y = y, Height = Math.Min(rows, rect.Bottom - y) };
            var pixels = _band.AsSpan(0, part.Width * part.Height);
            Draw(surface, part, pixels, part.Width);
            _display.Write(part, pixels);
        }
    }

    private void Draw(Surface? surface, Rect rect, Span<uint> pixels, int stride)
    {
        if (surface?.Draw(rect, pixels, stride) != true)
        {
            for (var y = 0; y < rect.Height; y++)
                pixels.Slice(y * stride, rect.Width).Fill(0xFF000000);
        }
        for (var i = 0; i < _overlays.Count && !IsBlank; i++)
            _overlays[i].Draw(rect, pixels, stride);
    }

    /// <summary>Shows what was painted; called before the loop sleeps.</summary>
    public void Flush()
    {
        if (_painted.Count == 0)
            return;
        _display.Flush();
        Shown?.Invoke(_painted);
        _painted.Clear();
    }
}
