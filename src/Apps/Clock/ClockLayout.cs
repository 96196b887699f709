using SkiaSharp;

namespace Mmm.Apps.Clock;

/// <summary>
/// The positions of all parts of a picture of one size, in pixels. All parts belong to one column: date and status at the top, the time as
/// wide as the column, below it a ruler of 60 seconds, and the number of the second under its mark. In a tall picture the
/// hours are above the minutes.
/// </summary>
internal sealed class ClockLayout
{
    /// <summary>The space between the letters of the date, in units of the font.</summary>
    public const float Tracking = 24;

    /// <summary>The number of marks on the ruler, both ends included.</summary>
    public const int Marks = 61;

    private const float StatusGap = 60, StatusWidth = 345; // units: AM, a gap and the loudspeaker
    private static readonly float s_weekdayUnits = Widest(7, ClockState.Weekday);
    private static readonly float s_dayUnits = Widest(366, ClockState.DayAndMonth);
    private static readonly float s_commaUnits =
        StrokeFont.Measure("Y, 2", Tracking) - StrokeFont.Measure("Y", 0) - StrokeFont.Measure("2", 0);

    public ClockLayout(int width, int height)
    {
        (Width, Height) = (width, height);
        IsTall = height > width * 1.15f;
        var column = IsTall ? Math.Min(width * 0.76f, height * 0.465f) : Math.Min(width * 0.84f, height * 1.34f);
        Pitch = WholePitch(column / (Marks - 1));
        column = Pitch * (Marks - 1);

        // The height of the digits follows from the width of the column, which is filled by 2 or 4 digits, the gaps, the colon and the pen.
        const float gap = 0.25f, colon = 0.52f, pen = 0.074f;
        var aspect = IsTall ? 0.70f : StrokeFont.DigitWidth / StrokeFont.CapHeight;
        var across = IsTall ? 2 * aspect + gap : 4 * aspect + 2 * gap + colon;
        DigitHeight = column / (across + pen);
        DigitWidth = DigitHeight * aspect;
        DigitPen = DigitHeight * pen;
        DigitStretch = aspect * StrokeFont.CapHeight / StrokeFont.DigitWidth;

        var textUnits = StatusGap + StatusWidth
            + (IsTall ? Math.Max(s_weekdayUnits, s_dayUnits) : s_weekdayUnits + s_commaUnits + s_dayUnits);
        TextHeight = Math.Min(DigitHeight * 0.108f, column / textUnits * StrokeFont.CapHeight);
        TextPen = Math.Max(TextHeight * 0.115f, 1.1f);
        MarkWidth = Pitch >= 8 ? Math.Max(2, MathF.Round(Pitch * 0.22f)) : Math.Max(1, Pitch * 0.3f);
        MarkHeight = DigitHeight * 0.125f;
        SecondsHeight = DigitHeight * 0.145f;
        SecondsPen = Math.Max(SecondsHeight * 0.115f, 1.1f);

        Place(column, gap, colon);
    }

    private void Place(float column, float gap, float colon)
    {
        var lineStep = TextHeight * 1.85f;
        var dateHeight = TextHeight + (IsTall ? lineStep : 0);
        var rowGap = DigitHeight * 0.27f;
        float above = DigitHeight * 0.30f, below = DigitHeight * 0.27f, toSeconds = DigitHeight * 0.085f;
        var timeHeight = IsTall ? 2 * DigitHeight + rowGap : DigitHeight;
        var total = dateHeight + above + timeHeight + below + MarkHeight + toSeconds + SecondsHeight;

        var left = MathF.Round((Width - column - MarkWidth) / 2);
        var y = MathF.Round((Height - total) / 2);
        Date = new SKPoint(left + TextPen / 2, y);
        DateLineStep = lineStep;
        StatusRight = left + column + MarkWidth - TextPen / 2;
        var status = StatusWidth * TextHeight / StrokeFont.CapHeight;
        StatusArea = Around(StatusRight - status, y, StatusRight, y + TextHeight, TextPen);
        var date = Around(left, y, Width, y + dateHeight + TextHeight * 0.14f, TextPen);
        DateArea = date with { Width = StatusArea.X - date.X };

        y = MathF.Round(y + dateHeight + above);
        var x = left + DigitPen / 2 + (MarkWidth / 2);
        for (var i = 0; i < Digits.Length; i++)
        {
            var (row, step) = IsTall ? (i / 2, i % 2) : (0, i);
            var at = x + step * (DigitWidth + DigitHeight * gap) + (step > 1 ? DigitHeight * (colon - gap) : 0);
            Digits[i] = new SKPoint(at, y + row * (DigitHeight + rowGap));
            DigitAreas[i] = Around(at, Digits[i].Y, at + DigitWidth, Digits[i].Y + DigitHeight, DigitPen);
        }
        ColonX = Digits[1].X + DigitWidth + DigitHeight * colon / 2;
        ColonArea = IsTall ? default : Around(ColonX - DotRadius, y, ColonX + DotRadius, y + DigitHeight, 0);

        y = MathF.Round(y + timeHeight + below);
        Ruler = new SKPoint(left, y);
        SecondsTop = y + MarkHeight + toSeconds;
        IsCrowded = !AreApart();
    }

    private bool AreApart()
    {
        ReadOnlySpan<Rect> areas =
            [DateArea, StatusArea, .. DigitAreas, ColonArea, MarkArea(0, Marks - 1), SecondsArea(0).Union(SecondsArea(Marks - 2))];
        var picture = new Rect(0, 0, Width, Height);
        for (var i = 0; i < areas.Length; i++)
        {
            if (areas[i].Intersect(picture) != areas[i])
                return false;
            for (var j = 0; j < i; j++)
            {
                if (!areas[i].Intersect(areas[j]).IsEmpty)
                    return false;
            }
        }
        for (var i = 1; i < Marks; i++)
        {
            if (MarkArea(i, i).X < MarkArea(i - 1, i - 1).Right)
                return false;
        }
        return true;
    }

    // Marks look even if they are a whole number of pixels apart. If that would waste too much of the width, half pixels are used.
    private static float WholePitch(float pitch)
    {
        var step = pitch >= 5.5f ? 1 : 0.5f;
        return Math.Max(MathF.Round(pitch / step) * step, step);
    }

    private static float Widest(int days, Func<DateTime, string> text)
    {
        var leapYear = new DateTime(2024, 1, 1);
        return Enumerable.Range(0, days).Max(day => StrokeFont.Measure(text(leapYear.AddDays(day)), Tracking));
    }

    /// <summary>
    /// Returns the area in whole pixels that a shape drawn with a round pen may touch. The ink reaches only half the pen's weight, but the
    /// control points of the outlines reach further. If a clip cut these, Skia would round the coverage differently, and a partial redraw
    /// would not equal a full one.
    /// </summary>
    public static Rect Around(float left, float top, float right, float bottom, float pen)
    {
        var reach = pen * StrokeFont.Reach;
        int x = (int)MathF.Floor(left - reach) - 1, y = (int)MathF.Floor(top - reach) - 1;
        return new Rect(x, y, (int)MathF.Ceiling(right + reach) + 1 - x, (int)MathF.Ceiling(bottom + reach) + 1 - y);
    }

    /// <summary>The width of the picture.</summary>
    public int Width { get; }

    /// <summary>The height of the picture.</summary>
    public int Height { get; }

    /// <summary>True if the hours are above the minutes and the date has two lines.</summary>
    public bool IsTall { get; }

    /// <summary>The height of capitals in date and status.</summary>
    public float TextHeight { get; }

    /// <summary>The weight of the pen for date and status.</summary>
    public float TextPen { get; }

    /// <summary>The start of the date: left and top of the line of its first letter.</summary>
    public SKPoint Date { get; private set; }

    /// <summary>The distance between the lines of a two-line date.</summary>
    public float DateLineStep { get; private set; }

    /// <summary>The area that a date may touch.</summary>
    public Rect DateArea { get; private set; }

    /// <summary>The right end of the status.</summary>
    public float StatusRight { get; private set; }

    /// <summary>The area that AM, PM and the loudspeaker may touch.</summary>
    public Rect StatusArea { get; private set; }

    /// <summary>The height of the time's digits between the middles of the lines.</summary>
    public float DigitHeight { get; }

    /// <summary>The width of the time's digits between the middles of the lines.</summary>
    public float DigitWidth { get; }

    /// <summary>The weight of the pen for the time's digits.</summary>
    public float DigitPen { get; }

    /// <summary>The factor by which the time's digits are wider than those of the font.</summary>
    public float DigitStretch { get; }

    /// <summary>The top left corners of the four digits HH MM.</summary>
    public SKPoint[] Digits { get; } = new SKPoint[4];

    /// <summary>The areas that the four digits may touch.</summary>
    public Rect[] DigitAreas { get; } = new Rect[4];

    /// <summary>The x coordinate of the centres of the colon's dots.</summary>
    public float ColonX { get; private set; }

    /// <summary>The radius of the colon's dots.</summary>
    public float DotRadius => DigitPen * 0.72f;

    /// <summary>The area that the colon may touch; empty if there is no colon.</summary>
    public Rect ColonArea { get; private set; }

    /// <summary>The top left corner of the first mark.</summary>
    public SKPoint Ruler { get; private set; }

    /// <summary>The distance from one mark to the next.</summary>
    public float Pitch { get; }

    /// <summary>The width of each mark.</summary>
    public float MarkWidth { get; }

    /// <summary>The height of the current second's mark; the other marks are shorter.</summary>
    public float MarkHeight { get; }

    /// <summary>The top of the seconds' number.</summary>
    public float SecondsTop { get; private set; }

    /// <summary>The height of the seconds' number.</summary>
    public float SecondsHeight { get; }

    /// <summary>The weight of the pen for the seconds' number.</summary>
    public float SecondsPen { get; }

    /// <summary>True if the picture is so small that parts share pixels or do not fit. Such parts cannot be redrawn one by one.</summary>
    public bool IsCrowded { get; private set; }

    /// <summary>Returns the area that the marks from first to last touch.</summary>
    public Rect MarkArea(int first, int last)
    {
        int x = (int)MathF.Floor(Ruler.X + first * Pitch), right = (int)MathF.Ceiling(Ruler.X + last * Pitch + MarkWidth);
        int y = (int)MathF.Floor(Ruler.Y), bottom = (int)MathF.Ceiling(Ruler.Y + MarkHeight);
        return new Rect(x, y, right - x, bottom - y);
    }

    /// <summary>Returns the left edge of a digit (0 or 1) of the seconds' number, which is centred under its mark.</summary>
    public float SecondsX(int second, int digit)
    {
        float width = SecondsHeight * StrokeFont.DigitWidth / StrokeFont.CapHeight, gap = SecondsHeight * 0.26f;
        return Ruler.X + second * Pitch + MarkWidth / 2 + (digit == 0 ? -gap / 2 - width : gap / 2);
    }

    /// <summary>Returns the area that the seconds' number may touch.</summary>
    public Rect SecondsArea(int second) => Around(SecondsX(second, 0), SecondsTop,
        SecondsX(second, 1) + SecondsHeight * StrokeFont.DigitWidth / StrokeFont.CapHeight, SecondsTop + SecondsHeight, SecondsPen);
}
