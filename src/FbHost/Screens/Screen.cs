using Displays;
using Mmm;

namespace FbHost.Screens;

/// <summary>
/// What is on the display: layers, bottom first, over black. A pixel's way is client file -> band buffer -> display; only damaged and
/// visible pixels make it. Layers are opaque.
/// </summary>
internal sealed class Screen(IDisplay display)
{
    private const int BandPixels = 32 * 1024; // 128 KB: stays in the cache between the two copies
    private const int SidewaysRows = 64; // 256 bytes in each row of a panel that hangs sideways: fewer cost cache lines written in part
    private readonly List<Layer> _layers = [];
    private readonly Region _visible = new();
    private bool _written;
    private readonly uint[] _band = new uint[Math.Max(BandPixels, display.Width * (display.IsSideways ? SidewaysRows : 1))];

    private readonly Cursor _cursor = new(display.Height);

    public IDisplay Display => display;

    /// <summary>What is behind all layers: a whole screen of pixels, or null for black. Not painted by itself.</summary>
    public uint[]? Background { get; set; }

    /// <summary>True while the screen is turned off: it is black and nothing is painted.</summary>
    public bool IsBlank { get; private set; }

    /// <summary>Turns the screen off or on; a display that cannot is black meanwhile.</summary>
    public void Blank(bool blank)
    {
        IsBlank = blank;
        Repaint();
        Flush();
        display.Blank(blank);
    }

    public Rect Bounds => new(0, 0, display.Width, display.Height);

    /// <summary>Bottom first.</summary>
    public IReadOnlyList<Layer> Layers => _layers;

    /// <summary>Puts a layer on top and paints it.</summary>
    public void Add(Layer layer)
    {
        _layers.Add(layer);
        Repaint(layer.Bounds);
    }

    /// <summary>Takes a layer away and paints what was under it.</summary>
    public void Remove(Layer layer)
    {
        if (_layers.Remove(layer))
            Repaint(layer.Bounds);
    }

    /// <summary>Puts a layer on top (or under all others).</summary>
    public void Restack(Layer layer, bool toTop)
    {
        if (!_layers.Remove(layer))
            return;
        _layers.Insert(toTop ? _layers.Count : 0, layer);
        Repaint(layer.Bounds);
    }

    /// <summary>The uppermost layer at a pixel of the screen.</summary>
    public Layer? At(int x, int y)
    {
        for (var i = _layers.Count - 1; i >= 0; i--) // for each motion: no delegate
        {
            if (_layers[i].Bounds.Contains(x, y))
                return _layers[i];
        }
        return null;
    }

    /// <summary>Paints a part of one layer's picture, as far as it can be seen.</summary>
    public void Paint(Layer layer, Rect inPicture)
    {
        if (IsBlank)
            return;
        Visible(layer, inPicture.Offset(layer.Bounds.X, layer.Bounds.Y));
        foreach (var rect in _visible.Rects)
            Copy(layer, rect);
    }

    /// <summary>Paints a part of the screen: all layers, and black where none is.</summary>
    public void Repaint(Rect rect)
    {
        for (var i = IsBlank ? -1 : _layers.Count - 1; i >= 0; i--)
        {
            Visible(_layers[i], rect.Intersect(_layers[i].Bounds));
            foreach (var r in _visible.Rects)
            {
                Copy(_layers[i], r);
                _layers[i].Expose(r);
            }
        }
        _visible.Set(rect.Intersect(Bounds));
        foreach (var layer in IsBlank ? [] : _layers)
            _visible.Subtract(layer.Bounds);
        foreach (var r in _visible.Rects)
            Copy(null, r);
    }

    /// <summary>Shows the mouse cursor with its tip at a pixel.</summary>
    public void MoveCursor(int x, int y)
    {
        var before = _cursor.Bounds;
        _cursor.MoveTo(x, y);
        if (before == _cursor.Bounds)
            return;
        Repaint(before);
        Repaint(_cursor.Bounds);
    }

    /// <summary>Hides the mouse cursor.</summary>
    public void HideCursor()
    {
        var before = _cursor.Bounds;
        _cursor.Hide();
        Repaint(before);
    }

    /// <summary>Paints everything.</summary>
    public void Repaint() => Repaint(Bounds);

    /// <summary>Shows what was painted; called before the loop sleeps.</summary>
    public void Flush()
    {
        if (!_written)
            return;
        _written = false;
        display.Flush();
    }

    // Sets _visible to what the layers above leave of a rectangle.
    private void Visible(Layer layer, Rect onScreen)
    {
        _visible.Set(onScreen.Intersect(Bounds));
        for (var i = _layers.Count - 1; i >= 0 && _layers[i] != layer; i--)
            _visible.Subtract(_layers[i].Bounds);
    }

    private void Copy(Layer? layer, Rect rect)
    {
        _written = true;
        var rows = Math.Max(1, _band.Length / rect.Width);
        for (var y = rect.Y; y < rect.Bottom; y += rows)
        {
            var part = rect with { Y = y, Height = Math.Min(rows, rect.Bottom - y) };
            var pixels = _band.AsSpan(0, part.Width * part.Height);
            if (layer is null || !layer.Read(part, pixels, part.Width))
                FillBackground(part, pixels);
            if (!IsBlank)
                _cursor.DrawInto(part, pixels);
            display.Write(part, pixels);
        }
    }

    private void FillBackground(Rect rect, Span<uint> pixels)
    {
        if (Background is null || IsBlank)
        {
            pixels.Fill(0xFF000000);
            return;
        }
        for (var y = 0; y < rect.Height; y++)
            Background.AsSpan((rect.Y + y) * display.Width + rect.X, rect.Width).CopyTo(pixels[(y * rect.Width)..]);
    }
}
