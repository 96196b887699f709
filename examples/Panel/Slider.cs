using Mmm;
using SkiaSharp;

namespace PanelExample;

/// <summary>A horizontal slider. A finger that is pressed on it moves it until the finger is released.</summary>
internal sealed class Slider
{
    private bool _held;

    public Rect Place { get; set; }

    /// <summary>0 (left) to 1 (right).</summary>
    public double Value { get; private set; } = 0.5;

    public bool TryPress(int x, int y)
    {
        _held = Place.Contains(x, y);
        return TryDrag(x);
    }

    public bool TryDrag(int x)
    {
        if (_held)
            Value = Math.Clamp((x - Place.X) / (double)Math.Max(1, Place.Width), 0, 1);
        return _held;
    }

    public void Release() => _held = false;

    public void Draw(SKCanvas canvas)
    {
        var y = Place.Y + Place.Height / 2f;
        var knob = (float)(Place.X + Value * Place.Width);
        using var paint = new SKPaint { IsAntialias = true, StrokeWidth = 8, StrokeCap = SKStrokeCap.Round, Color = Colors.Raised };
        canvas.DrawLine(Place.X, y, Place.Right, y, paint);
        paint.Color = Colors.Bright;
        canvas.DrawLine(Place.X, y, knob, y, paint);
        canvas.DrawCircle(knob, y, Place.Height / 3f, paint);
    }
}
