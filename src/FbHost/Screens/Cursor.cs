using Displays;
using Mmm;

namespace FbHost.Screens;

/// <summary>
/// A small arrow that the host draws for a mouse. It is drawn over the pixels as they are copied to the display, so the client's picture is
/// never changed: to hide the arrow, that part is painted again.
/// </summary>
internal sealed class Cursor : Surface
{
    private readonly Screen _screen;

    public Cursor(Screen screen) : base(SurfaceLevel.Cursor)
    {
        _screen = screen;
        screen.Add(this);
    }

    public override bool IsOpaque => false;

    // On panels of 1200 lines and more the arrow is drawn at twice its size.
    private int Scale => _screen.Display.Height >= 1200 ? 2 : 1;

    /// <summary>Shows the arrow with its tip at a pixel.</summary>
    public void MoveTo(int x, int y) => Become(new Rect(x, y, Arrow.Width * Scale, Arrow.Height * Scale));

    public void Hide() => Become(default);

    private void Become(Rect bounds)
    {
        if (bounds == Bounds)
            return;
        _screen.Damage(Bounds);
        Bounds = bounds;
        _screen.Damage(bounds);
    }

    public override bool Draw(Rect onScreen, Span<uint> pixels, int stride)
    {
        var part = onScreen.Intersect(Bounds);
        var scale = Scale;
        for (var y = part.Y; y < part.Bottom; y++)
        {
            var row = pixels.Slice((y - onScreen.Y) * stride, onScreen.Width);
            for (var x = part.X; x < part.Right; x++)
            {
                if (Arrow.At((x - Bounds.X) / scale, (y - Bounds.Y) / scale) is not 0 and var pixel)
                    row[x - onScreen.X] = pixel;
            }
        }
        return true;
    }
}
