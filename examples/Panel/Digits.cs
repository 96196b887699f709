using Mmm;
using SkiaSharp;

namespace PanelExample;

/// <summary>Draws a number as seven-segment digits, because boards have no fonts and SkiaSharp contains none.</summary>
internal static class Digits
{
    // Bits: top, upper left, upper right, middle, lower left, lower right, bottom.
    private static readonly int[] s_segments = [0x77, 0x24, 0x5D, 0x6D, 0x2E, 0x6B, 0x7B, 0x25, 0x7F, 0x6F];

    public static void Draw(SKCanvas canvas, long number, Rect place)
    {
        var text = number.ToString("D4", System.Globalization.CultureInfo.InvariantCulture);
        float cell = place.Width / (float)text.Length, width = cell * 0.7f, half = place.Height / 2f;
        using var paint = new SKPaint { IsAntialias = true, StrokeWidth = width / 6, StrokeCap = SKStrokeCap.Round, Color = Colors.Bright };
        for (var i = 0; i < text.Length; i++)
        {
            float left = place.X + i * cell + width / 6, right = left + width - width / 3, inset = width / 8;
            float top = place.Y + inset, middle = place.Y + half, bottom = place.Bottom - inset;
            (float X1, float Y1, float X2, float Y2)[] lines =
            [
                (left, top, right, top), (left, top, left, middle), (right, top, right, middle), (left, middle, right, middle),
                (left, middle, left, bottom), (right, middle, right, bottom), (left, bottom, right, bottom),
            ];
            for (var s = 0; s < lines.Length; s++)
            {
                if ((s_segments[text[i] - '0'] >> s & 1) != 0)
                    canvas.DrawLine(lines[s].X1, lines[s].Y1, lines[s].X2, lines[s].Y2, paint);
            }
        }
    }
}
