using SkiaSharp;

namespace Mmm.Apps.Clock;

/// <summary>
/// Where everything is in a picture of one size, pixels. All of it hangs on one column: date and status above, the time as wide as the
/// column, a ruler of 60 seconds below it, and the seconds' number under the mark it belongs to. Tall pictures have hours above minutes.
/// </summary>
internal sealed class ClockLayout
{
    /// <summary>Space between the letters of the date, units of the font.</summary>
    public const float Tracking = 24;

    /// <summary>Marks on the ruler, both ends included.</summary>
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

        // Digits: their height follows from the column, which 2 or 4 of them, the gaps, the colon and the pen fill.
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

    // Marks are even when they are whole pixels apart; where that would cost much of the width, half pixels.
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
    /// The whole pixels that something may touch whose lines a round pen draws. Half a pen would hold its ink; the outlines' control points
    /// reach further, and Skia rounds coverage differently where a clip cuts those: a partial redraw would not equal a full one.
    /// </summary>
    public static Rect Around(float left, float top, float right, float bottom, float pen)
    {
        var reach = pen * StrokeFont.Reach;
        int x = (int)MathF.Floor(left - reach) - 1, y = (int)MathF.Floor(top - reach) - 1;
        return new Rect(x, y, (int)MathF.Ceiling(right + reach) + 1 - x, (int)MathF.Ceiling(bottom + reach) + 1 - y);
    }

    /// <summary>The size this is for.</summary>
    public int Width { get; }

    /// <summary>The size this is for.</summary>
    public int Height { get; }

    /// <summary>Hours stand above minutes, and the date has two lines.</summary>
    public bool IsTall { get; }

    /// <summary>Of capitals in date and status.</summary>
    public float TextHeight { get; }

    /// <summary>Weight of date and status.</summary>
    public float TextPen { get; }

    /// <summary>Where the date begins: left and top of its first letter's line.</summary>
    public SKPoint Date { get; private set; }

    /// <summary>From line to line of a two-line date.</summary>
    public float DateLineStep { get; private set; }

    /// <summary>The part that a date may touch.</summary>
    public Rect DateArea { get; private set; }

    /// <summary>Where the status ends.</summary>
    public float StatusRight { get; private set; }

    /// <summary>The part that AM, PM and the loudspeaker may touch.</summary>
    public Rect StatusArea { get; private set; }

    /// <summary>The height of the time's digits between the middles of the lines.</summary>
    public float DigitHeight { get; }

    /// <summary>The width of the time's digits between the middles of the lines.</summary>
    public float DigitWidth { get; }

    /// <summary>Weight of the time's digits.</summary>
    public float DigitPen { get; }

    /// <summary>Width of the time's digits against the font's.</summary>
    public float DigitStretch { get; }

    /// <summary>The top left of HH MM's four digits.</summary>
    public SKPoint[] Digits { get; } = new SKPoint[4];

    /// <summary>The parts that the four digits may touch.</summary>
    public Rect[] DigitAreas { get; } = new Rect[4];

    /// <summary>The middle of the colon's dots.</summary>
    public float ColonX { get; private set; }

    /// <summary>Half the width of the colon's dots.</summary>
    public float DotRadius => DigitPen * 0.72f;

    /// <summary>The part that the colon may touch; empty when there is none.</summary>
    public Rect ColonArea { get; private set; }

    /// <summary>The top left of the first mark.</summary>
    public SKPoint Ruler { get; private set; }

    /// <summary>From mark to mark.</summary>
    public float Pitch { get; }

    /// <summary>Of every mark.</summary>
    public float MarkWidth { get; }

    /// <summary>Of the current second's mark; the others are shorter.</summary>
    public float MarkHeight { get; }

    /// <summary>The top of the seconds' number.</summary>
    public float SecondsTop { get; private set; }

    /// <summary>The height of the seconds' number.</summary>
    public float SecondsHeight { get; }

    /// <summary>Weight of the seconds' number.</summary>
    public float SecondsPen { get; }

    /// <summary>True for pictures so small that parts share pixels, or do not fit: they cannot be redrawn one by one.</summary>
    public bool IsCrowded { get; private set; }

    /// <summary>The part that the marks from one to another touch.</summary>
    public Rect MarkArea(int first, int last)
    {
        int x = (int)MathF.Floor(Ruler.X + first * Pitch), right = (int)MathF.Ceiling(Ruler.X + last * Pitch + MarkWidth);
        int y = (int)MathF.Floor(Ruler.Y), bottom = (int)MathF.Ceiling(Ruler.Y + MarkHeight);
        return new Rect(x, y, right - x, bottom - y);
    }

    /// <summary>The left of the first or second digit of the seconds' number, which is centred under its mark.</summary>
    public float SecondsX(int second, int digit)
    {
        float width = SecondsHeight * StrokeFont.DigitWidth / StrokeFont.CapHeight, gap = SecondsHeight * 0.26f;
        return Ruler.X + second * Pitch + MarkWidth / 2 + (digit == 0 ? -gap / 2 - width : gap / 2);
    }

    /// <summary>The part that the seconds' number may touch.</summary>
    public Rect SecondsArea(int second) => Around(SecondsX(second, 0), SecondsTop,
        SecondsX(second, 1) + SecondsHeight * StrokeFont.DigitWidth / StrokeFont.CapHeight, SecondsTop + SecondsHeight, SecondsPen);
}
