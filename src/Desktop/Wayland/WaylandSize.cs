namespace Desktop.Wayland;

/// <summary>
/// The sizes of a window: what the compositor gives it, in its own units, and the panel's pixels. A panel follows the window, with one
/// pixel of the panel for each pixel of the screen. A panel of fixed size is scaled to fit into the window, if the compositor can scale.
/// </summary>
internal sealed class WaylandSize
{
    private readonly bool _canScale;
    private (int Width, int Height) _given; // by the compositor; 0 if this program may choose
    private bool _isGiven; // true if the window must have that size: maximized, tiled or full screen

    /// <param name="width">The first width in pixels of the panel.</param>
    /// <param name="height">The first height.</param>
    /// <param name="isFixed">True if the panel keeps its size.</param>
    /// <param name="canScale">True if the compositor can scale pictures.</param>
    public WaylandSize(int width, int height, bool isFixed, bool canScale)
    {
        (Panel, Shown, IsFixed, _canScale) = ((width, height), (width, height), isFixed, canScale);
        _free = (width, height);
    }

    private (int Width, int Height) _free; // the size that this program has chosen, in the compositor's units

    /// <summary>The panel's size in pixels.</summary>
    public (int Width, int Height) Panel { get; private set; }

    /// <summary>The size of the picture in the window, in the compositor's units.</summary>
    public (int Width, int Height) Shown { get; private set; }

    /// <summary>True if the panel keeps its size.</summary>
    public bool IsFixed { get; private set; }

    /// <summary>Pixels of the screen for each unit of the compositor, 1 or more.</summary>
    public double Scale { get; set; } = 1;

    /// <summary>The scale of a buffer for a compositor that has no viewports.</summary>
    public int IntegerScale => IsFixed ? 1 : (int)Math.Clamp(Scale, 1, 16);

    /// <summary>The compositor has given the window a size; 0 if this program may choose.</summary>
    /// <param name="width">In the compositor's units.</param>
    /// <param name="height">In the compositor's units.</param>
    /// <param name="isGiven">True if the window must have that size.</param>
    public void Configure(int width, int height, bool isGiven)
    {
        _given = (Math.Clamp(width, 0, IWindow.MaxSide), Math.Clamp(height, 0, IWindow.MaxSide));
        _isGiven = isGiven;
    }

    /// <summary>Exchanges width and height.</summary>
    public void Turn()
    {
        _free = (_free.Height, _free.Width);
        if (IsFixed || _isGiven) // the window keeps its size, so the panel does not follow it
            (Panel, IsFixed) = ((Panel.Height, Panel.Width), true);
        else
            _given = (_given.Height, _given.Width);
    }

    /// <summary>Computes the sizes anew. Returns true if the panel's has changed.</summary>
    public bool Apply()
    {
        var before = Panel;
        var scale = Math.Clamp(_canScale ? Scale : IntegerScale, 1, 16);
        if (IsFixed)
        {
            Shown = _canScale ? Fitted() : Panel;
            return false;
        }
        _free = (_given.Width > 0 ? _given.Width : _free.Width, _given.Height > 0 ? _given.Height : _free.Height);
        Shown = _free;
        Panel = (Pixels(_free.Width, scale), Pixels(_free.Height, scale));
        return Panel != before;
    }

    private static int Pixels(int units, double scale) => Math.Clamp((int)Math.Round(units * scale), 1, IWindow.MaxSide);

    private (int, int) Fitted()
    {
        if (_given.Width == 0 || _given.Height == 0)
            return Panel;
        var factor = Math.Min(_given.Width / (double)Panel.Width, _given.Height / (double)Panel.Height);
        return (Math.Max(1, (int)Math.Round(Panel.Width * factor)), Math.Max(1, (int)Math.Round(Panel.Height * factor)));
    }

    /// <summary>Converts a position on the surface to pixels of the panel.</summary>
    public (double X, double Y, (int, int) Size) ToPanel(double x, double y) =>
        (x * Panel.Width / Shown.Width, y * Panel.Height / Shown.Height, Panel);
}
