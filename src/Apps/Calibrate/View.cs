namespace Mmm.Apps.Calibrate;

/// <summary>Draws a page. It shows pictures and no text, because the user of a panel may read any language, or none.</summary>
internal static class View
{
    private static readonly PixelColor Ground = PixelColor.FromRgb(0x10202C), Faint = PixelColor.FromRgb(0x38505F),
        Bright = PixelColor.White, Yellow = PixelColor.FromRgb(0xFFC030), Green = PixelColor.FromRgb(0x40D070),
        Red = PixelColor.FromRgb(0xF05050), Blue = PixelColor.FromRgb(0x50A8FF);

    public static void Draw(ClientFrame frame, CalibrationFlow flow)
    {
        frame.Fill(Ground);
        var to = new Painter(frame);
        var unit = Math.Min(to.Width, to.Height) / 100.0;
        switch (flow.Page)
        {
            case Page.Target:
                Aim(to, flow, unit);
                break;
            case Page.Test:
                Choice(to, CalibrationFlow.AgainAt, unit, Blue, Again);
                Choice(to, CalibrationFlow.KeepAt, unit, Green, Check);
                foreach (var cross in flow.Crosses)
                    Cross(to, cross, unit);
                break;
            case Page.Kept:
                Check(to, to.Width / 2.0, to.Height / 2.0, 3 * unit, Green);
                break;
            case Page.Failed:
                No(to, to.Width / 2.0, to.Height / 2.0, 3 * unit);
                break;
        }
    }

    private static (double X, double Y) Pixel(in Painter to, Point p) => (p.X * (to.Width - 1), p.Y * (to.Height - 1));

    // Draws the target to touch. The other targets are small dots.
    private static void Aim(in Painter to, CalibrationFlow flow, double unit)
    {
        for (var i = 0; i < CalibrationFlow.Targets.Length; i++)
        {
            var (x, y) = Pixel(to, CalibrationFlow.Targets[i]);
            if (i != flow.Target)
                to.Disc(x, y, 1.2 * unit, Faint);
        }
        var (tx, ty) = Pixel(to, CalibrationFlow.Targets[flow.Target]);
        var color = flow.Disagrees ? Yellow : Bright;
        to.Ring(tx, ty, 8 * unit, unit, color);
        to.Line(tx - 11 * unit, ty, tx - 2 * unit, ty, 0.6 * unit, color);
        to.Line(tx + 2 * unit, ty, tx + 11 * unit, ty, 0.6 * unit, color);
        to.Line(tx, ty - 11 * unit, tx, ty - 2 * unit, 0.6 * unit, color);
        to.Line(tx, ty + 2 * unit, tx, ty + 11 * unit, 0.6 * unit, color);
        to.Disc(tx, ty, unit, Red);
    }

    private static void Choice(in Painter to, Point at, double unit, PixelColor color, Sign sign)
    {
        var (x, y) = Pixel(to, at);
        to.Ring(x, y, 9 * unit, unit, color);
        sign(to, x, y, unit, color);
    }

    private delegate void Sign(in Painter to, double x, double y, double unit, PixelColor color);

    private static void Check(in Painter to, double x, double y, double unit, PixelColor color)
    {
        to.Line(x - 4 * unit, y, x - unit, y + 3.5 * unit, 1.5 * unit, color);
        to.Line(x - unit, y + 3.5 * unit, x + 4.5 * unit, y - 3.5 * unit, 1.5 * unit, color);
    }

    // Draws an arrow that points back.
    private static void Again(in Painter to, double x, double y, double unit, PixelColor color)
    {
        to.Line(x - 4.5 * unit, y, x + 4.5 * unit, y, 1.5 * unit, color);
        to.Line(x - 4.5 * unit, y, x - unit, y - 3.5 * unit, 1.5 * unit, color);
        to.Line(x - 4.5 * unit, y, x - unit, y + 3.5 * unit, 1.5 * unit, color);
    }

    private static void No(in Painter to, double x, double y, double unit)
    {
        to.Line(x - 4 * unit, y - 4 * unit, x + 4 * unit, y + 4 * unit, 1.5 * unit, Red);
        to.Line(x - 4 * unit, y + 4 * unit, x + 4 * unit, y - 4 * unit, 1.5 * unit, Red);
    }

    private static void Cross(in Painter to, Point at, double unit)
    {
        var (x, y) = Pixel(to, at);
        to.Line(x - 3 * unit, y, x + 3 * unit, y, 0.4 * unit, Yellow);
        to.Line(x, y - 3 * unit, x, y + 3 * unit, 0.4 * unit, Yellow);
    }
}
