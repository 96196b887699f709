using Mmm;

namespace FbHost.Screens;

/// <summary>From the bottom to the top of the screen. Within one level the surface added or raised last is uppermost.</summary>
internal enum SurfaceLevel
{
    /// <summary>Behind everything.</summary>
    Backdrop,
    /// <summary>The clients' pictures.</summary>
    Client,
    /// <summary>What the host tells people in front of the screen.</summary>
    Notice,
    /// <summary>The mouse cursor.</summary>
    Cursor,
}

/// <summary>An object on the screen that provides pixels: a client's picture, the backdrop or the cursor.</summary>
internal abstract class Surface(SurfaceLevel level)
{
    public SurfaceLevel Level => level;

    /// <summary>The part of the screen that the surface covers; empty while it is hidden. It may extend beyond the screen.</summary>
    public Rect Bounds { get; protected set; }

    /// <summary>False if what is under the surface is visible through it: <see cref="Draw"/> then draws over the existing pixels.</summary>
    public virtual bool IsOpaque => true;

    /// <summary>Writes a part of the screen as XRGB8888.</summary>
    /// <param name="onScreen">Inside <see cref="Bounds"/> for an opaque surface; any part of the screen otherwise.</param>
    /// <param name="pixels">onScreen.Height rows of onScreen.Width pixels; nothing beside them is written.</param>
    /// <param name="stride">Pixels from one row to the next.</param>
    /// <returns>False if the surface has no pixels; the part becomes black then.</returns>
    public abstract bool Draw(Rect onScreen, Span<uint> pixels, int stride);

    /// <summary>
    /// Called when a part of the surface was painted although it had no new picture: it may have been in the middle of drawing.
    /// </summary>
    public virtual void PaintedOutOfTurn(Rect onScreen) { }

    /// <summary>
    /// The part of the surface's new picture that is not painted yet, in screen coordinates. Only <see cref="Screen"/> uses it.
    /// </summary>
    internal Rect NewPixels { get; set; }
}
