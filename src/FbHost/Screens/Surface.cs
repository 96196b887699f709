using Mmm;

namespace FbHost.Screens;

/// <summary>From the bottom to the top of the screen. Within one level the surface added or raised last is uppermost.</summary>
internal enum SurfaceLevel
{
    /// <summary>Behind everything.</summary>
    Backdrop,
    /// <summary>The clients' pictures.</summary>
    Client,
    /// <summary>The mouse cursor.</summary>
    Cursor,
}

/// <summary>One thing on the screen that can give pixels: a client's picture, the backdrop, the cursor.</summary>
internal abstract class Surface(SurfaceLevel level)
{
    public SurfaceLevel Level => level;

    /// <summary>The part of the screen that it covers; empty while it is hidden. May reach beyond the screen.</summary>
    public Rect Bounds { get; protected set; }

    /// <summary>False when what is under it shows through: <see cref="Draw"/> then draws over the pixels that are there.</summary>
    public virtual bool IsOpaque => true;

    /// <summary>Writes a part of the screen as XRGB8888.</summary>
    /// <param name="onScreen">Inside <see cref="Bounds"/> for an opaque surface; any part of the screen otherwise.</param>
    /// <param name="pixels">onScreen.Height rows of onScreen.Width pixels; nothing beside them is written.</param>
    /// <param name="stride">Pixels from one row to the next.</param>
    /// <returns>False: it has no pixels to give; the part is black.</returns>
    public abstract bool Draw(Rect onScreen, Span<uint> pixels, int stride);

    /// <summary>A part of it was painted although it had not offered a new picture: it may have been in the middle of drawing.</summary>
    public virtual void PaintedOutOfTurn(Rect onScreen) { }

    /// <summary>What of its new picture is not painted yet, on the screen. The screen's own note.</summary>
    internal Rect NewPixels { get; set; }
}
