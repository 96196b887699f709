using Mmm;

namespace FbHost.Screens;

/// <summary>
/// A small arrow that the host draws for a mouse. It is drawn over the pixels as they are copied to the display, so the client's picture is
/// never changed: to hide the arrow, that part is painted again.
/// </summary>
internal sealed class Cursor : Surface
{
    // # is black, o white, blank is transparent; the tip is the top left.
    private static readonly string[] Arrow =
    [
        "#",
        "##",
        "#o#",
        "#oo#",
        "#ooo#",
        "#oooo#",
        "#ooooo#",
        "#oooooo#",
        "#ooooooo#",
        "#oooooooo#",
        "#ooooooooo#",
        "#oooooo####",
        "#ooo#oo#",
        "#oo# #oo#",
        "#o#  #oo#",
        "##    #oo#",
        "#     #oo#",
        "       ##",
    ];

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
    public void MoveTo(int x, int y) => Become(new Rect(x, y, 11 * Scale, Arrow.Length * Scale));

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
            var line = Arrow[(y - Bounds.Y) / scale];
            var row = pixels.Slice((y - onScreen.Y) * stride, onScreen.Width);
            for (var x = part.X; x < part.Right; x++)
            {
                var at = (x - Bounds.X) / scale;
                if (at < line.Length && line[at] != ' ')
                    row[x - onScreen.X] = line[at] == '#' ? 0xFF000000 : 0xFFFFFFFF;
            }
        }
        return true;
    }
}
