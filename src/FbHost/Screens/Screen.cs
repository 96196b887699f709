using Displays;
using FbHost.Loop;
using Mmm;

namespace FbHost.Screens;

/// <summary>
/// The compositor: a stack of surfaces over black. A caller that changes something marks damage; all damage is painted once, before the
/// loop sleeps. Pixels are copied from their surface into the display's canvas or, if there is none, through a band buffer. Only damaged
/// and visible pixels are copied.
/// </summary>
/// <remarks>
/// New pictures are painted at once, since frames are already taken at the display's pace. All other damage (surfaces that are added,
/// removed or moved, and the cursor) is painted at most once per frame of the display, however often it changes.
/// </remarks>
internal sealed class Screen
{
    private const int BandPixels = 32 * 1024; // 128 KB: stays in the cache between the two copies
    private const int SidewaysRows = 64; // 256 bytes per row of a panel that is rotated by 90°: fewer would write partial cache lines
    private readonly IDisplay _display;
    private readonly LoopTimer _timer;
    private readonly List<Surface> _surfaces = []; // bottom first
    private readonly List<Surface> _overlays = []; // the surfaces that are not opaque
    private readonly Region _damage = new(); // in addition to the surfaces' new pixels
    private readonly Region _painting = new();
    private readonly Region _part = new();
    private readonly List<Rect> _painted = [];
    private uint[] _band = [];
    private long _nextNs; // damage other than new pictures is not painted before this time

    public Screen(EventLoop loop, IDisplay display)
    {
        _display = display;
        _timer = loop.CreateTimer(() => { }); // the timer only wakes the loop, which paints before it sleeps again
    }

    public IDisplay Display => _display;

    /// <summary>True while the screen is turned off: it is black and nothing is painted.</summary>
    public bool IsBlank { get; private set; }

    public Rect Bounds => new(0, 0, _display.Width, _display.Height);

    /// <summary>The display's size has changed; everything is painted again.</summary>
    public event Action? Resized;

    /// <summary>
    /// Parts of the screen that have changed, after they were passed to the display. The list is only valid during the call.
    /// </summary>
    public event Action<IReadOnlyList<Rect>>? Shown;

    /// <summary>A part of the screen was painted. Nothing is copied for it while nobody has subscribed.</summary>
    public event PaintedHandler? Painted;

    /// <summary>Adapts to a new size of the display.</summary>
    public void Resize()
    {
        _band = [];
        Damage();
        Resized?.Invoke();
    }

    /// <summary>Turns the screen off or on. A display that cannot be turned off shows black instead.</summary>
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

    /// <summary>Removes a surface.</summary>
    public void Remove(Surface surface)
    {
        surface.NewPixels = default;
        _overlays.Remove(surface);
        if (_surfaces.Remove(surface))
            Damage(surface.Bounds);
    }

    /// <summary>Moves a surface to the top of its level, or under all others of its level.</summary>
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

    /// <summary>Returns the uppermost client's picture at a pixel of the screen; null if there is none.</summary>
    public Surface? At(int x, int y)
    {
        for (var i = _surfaces.Count - 1; i >= 0; i--) // called for each motion, so no delegate is allocated
        {
            if (_surfaces[i].Level == SurfaceLevel.Client && _surfaces[i].Bounds.Contains(x, y))
                return _surfaces[i];
        }
        return null;
    }

    /// <summary>Marks a part of a surface's picture as new. Its visible pixels are painted before the loop sleeps.</summary>
    public void Damage(Surface surface, Rect onScreen) => surface.NewPixels = surface.NewPixels.Union(onScreen.Intersect(surface.Bounds));

    /// <summary>Marks a part of the screen to be painted again, whatever is there.</summary>
    public void Damage(Rect onScreen) => _damage.Add(onScreen.Intersect(Bounds));

    /// <summary>Marks the whole screen to be painted again.</summary>
    public void Damage() => _damage.Set(Bounds);

    /// <summary>True if something is to be painted now. Damage that waits for the next frame does not count.</summary>
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
                _damage.Subtract(rect); // painted now, so not again later, when the client may be drawing the next frame
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

    // Sets _part to the pixels of a surface's new picture that no opaque surface above covers.
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
            canvas = canvas[(rect.Y * width + rect.X)..];
            Draw(surface, rect, canvas, width);
            Painted?.Invoke(rect, canvas, width);
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
            Painted?.Invoke(part, pixels, part.Width);
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

    /// <summary>Shows what was painted. Called before the loop sleeps.</summary>
    public void Flush()
    {
        if (_painted.Count == 0)
            return;
        _display.Flush();
        Shown?.Invoke(_painted);
        _painted.Clear();
    }
}

/// <summary>Receives pixels that were painted.</summary>
/// <param name="rect">The part of the screen.</param>
/// <param name="pixels">rect.Height rows of rect.Width pixels, XRGB8888; valid during the call.</param>
/// <param name="stride">Pixels from one row to the next.</param>
internal delegate void PaintedHandler(Rect rect, ReadOnlySpan<uint> pixels, int stride);
