using Mmm;
using SkiaSharp;

namespace PanelExample;

/// <summary>A button with rounded corners and a sign. It is drawn brighter while it is pressed.</summary>
/// <param name="sign">The sign as SVG path data, in a square of 100 x 100 units.</param>
/// <param name="pressed">Called when the button is pressed.</param>
internal sealed class Button(string sign, Action pressed)
{
    private readonly SKPath _sign = SKPath.ParseSvgPathData(sign);

    public Rect Place { get; set; }

    public bool IsDown { get; private set; }

    public bool TryPress(int x, int y)
    {
        if (!Place.Contains(x, y))
            return false;
        IsDown = true;
        pressed();
        return true;
    }

    public bool TryRelease()
    {
        var wasDown = IsDown;
        IsDown = false;
        return wasDown;
    }

    public void Draw(SKCanvas canvas)
    {
        var place = new SKRect(Place.X, Place.Y, Place.Right, Place.Bottom);
        using var paint = new SKPaint { IsAntialias = true, Color = IsDown ? Colors.Bright : Colors.Raised };
        canvas.DrawRoundRect(place, 12, 12, paint);
        var size = Math.Min(place.Width, place.Height) * 0.6f;
        canvas.Save();
        canvas.Translate(place.MidX - size / 2, place.MidY - size / 2);
        canvas.Scale(size / 100);
        paint.Color = Colors.Ink;
        canvas.DrawPath(_sign, paint);
        canvas.Restore();
    }
}
