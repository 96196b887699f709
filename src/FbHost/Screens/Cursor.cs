using Mmm;

namespace FbHost.Screens;

/// <summary>
/// A small arrow that the host draws for a mouse. It is mixed into the pixels on their way to the display, so the picture beneath is never
/// touched: hiding it paints that part again.
/// </summary>
internal sealed class Cursor
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

    private readonly int _scale;

    /// <param name="screenHeight">Pixels: on panels of 1200 lines and more the arrow is drawn at twice its size.</param>
    public Cursor(int screenHeight) => _scale = screenHeight >= 1200 ? 2 : 1;

    /// <summary>What it covers on the screen; empty while it is hidden.</summary>
    public Rect Bounds { get; private set; }

    /// <summary>Shows it with its tip at a pixel.</summary>
    public void MoveTo(int x, int y) => Bounds = new Rect(x, y, 11 * _scale, Arrow.Length * _scale);

    public void Hide() => Bounds = default;

    /// <summary>Draws its part of a rectangle of the screen into that rectangle's pixels.</summary>
    public void DrawInto(Rect rect, Span<uint> pixels)
    {
        var part = rect.Intersect(Bounds);
        for (var y = part.Y; y < part.Bottom; y++)
        {
            var line = Arrow[(y - Bounds.Y) / _scale];
            var row = pixels.Slice((y - rect.Y) * rect.Width, rect.Width);
            for (var x = part.X; x < part.Right; x++)
            {
                var at = (x - Bounds.X) / _scale;
                if (at < line.Length && line[at] != ' ')
                    row[x - rect.X] = line[at] == '#' ? 0xFF000000 : 0xFFFFFFFF;
            }
        }
    }
}
