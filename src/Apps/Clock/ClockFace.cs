using SkiaSharp;

namespace Mmm.Apps.Clock;

/// <summary>
/// Draws the clock, or only the parts of it that changed. <see cref="Update"/> returns the part to draw, and <see cref="Paint"/> draws it.
/// Neither method allocates memory while date and size stay the same.
/// </summary>
internal sealed class ClockFace : IDisposable
{
    private static readonly SKColor s_ink = new(0xF2, 0xF5, 0xFA), s_inkLow = new(0xC6, 0xD0, 0xE2), s_quiet = new(0x8E, 0x9B, 0xB3);
    private static readonly SKColor s_accent = new(0xFF, 0xB0, 0x4A);
    private static readonly SKColor s_faint = new(0xFF, 0xFF, 0xFF, 0x30), s_ghost = new(0xFF, 0xFF, 0xFF, 0x0E);
    private static readonly SKColor[] s_backdrop = [new(0x1B, 0x23, 0x36), new(0x10, 0x15, 0x21), new(0x09, 0x0C, 0x13)];
    private const string Loudspeaker = "M0 35V65H17L42 87V13L17 35ZM60 35C68 43 68 57 60 65M75 20C92 36 92 64 75 80";
    private const float LoudspeakerWidth = 88;

    private readonly SKPaint _background = new() { IsDither = true };
    private readonly SKPaint _paint = new() { IsAntialias = true };
    private readonly SKPaint _digitPaint = new() { IsAntialias = true };
    private readonly SKPath[] _digits = new SKPath[10];  // at 0,0
    private readonly SKPath[] _seconds = new SKPath[10]; // at 0,0
    private SKPath _date = new();
    private SKPath _status = new();
    private ClockLayout _layout = new(1, 1);
    private ClockState _shown;
    private bool _isValid;
    private readonly List<Rect> _dirty = new(16);

    /// <summary>Marks the content of the canvas as unknown, so that everything is drawn next time.</summary>
    public void Invalidate() => _isValid = false;

    /// <summary>
    /// Sets the state that the picture must show. Returns the part that <see cref="Paint"/> will change, in
    /// pixels; empty if nothing changes.
    /// </summary>
    public Rect Update(int width, int height, ClockState state)
    {
        if (width != _layout.Width || height != _layout.Height || _digits[0] is null)
        {
            _layout = new ClockLayout(width, height);
            MakeSize();
            _isValid = false;
        }
        if (!_isValid || state.Time.Date != _shown.Time.Date)
            Replace(ref _date, MakeDate(state.Time));
        if (!_isValid || state.HalfDay != _shown.HalfDay || state.TickOn != _shown.TickOn)
            Replace(ref _status, MakeStatus(state));
        if (_isValid)
            NoteChanges(_shown, state);
        if (!_isValid || (_layout.IsCrowded && _dirty.Count > 0))
        {
            _dirty.Clear();
            _dirty.Add(new Rect(0, 0, width, height));
        }
        (_shown, _isValid) = (state, true);

        Rect all = default;
        foreach (var rect in _dirty)
            all = all.Union(rect);
        return all.Intersect(new Rect(0, 0, width, height));
    }

    private void NoteChanges(ClockState old, ClockState now)
    {
        if (old.Time.Date != now.Time.Date)
            _dirty.Add(_layout.DateArea);
        if (old.HalfDay != now.HalfDay || old.TickOn != now.TickOn)
            _dirty.Add(_layout.StatusArea);
        for (var i = 0; i < 4; i++)
        {
            if (Digit(old, i) != Digit(now, i))
                _dirty.Add(_layout.DigitAreas[i]);
        }
        int from = old.Time.Second, to = now.Time.Second;
        if (from == to)
            return;
        _dirty.Add(_layout.MarkArea(Math.Min(from, to), Math.Max(from, to)));
        var (before, after) = (_layout.SecondsArea(from), _layout.SecondsArea(to));
        if (before.Intersect(after).IsEmpty)
        {
            _dirty.Add(before);
            _dirty.Add(after);
        }
        else
        {
            _dirty.Add(before.Union(after));
        }
    }

    // Returns a digit of the time, counted from the left: 0..9, or -1 for the leading zero of an hour of the 12 hour clock, which is drawn
    // as a shadow only.
    private static int Digit(ClockState state, int i) => i switch
    {
        0 => state is { Is24Hour: false, Hour: < 10 } ? -1 : state.Hour / 10,
        1 => state.Hour % 10,
        2 => state.Time.Minute / 10,
        _ => state.Time.Minute % 10,
    };

    /// <summary>
    /// Draws what has changed since the last call. The canvas must have the picture of that call, in the size given to
    /// <see cref="Update"/>.
    /// </summary>
    public void Paint(SKCanvas canvas)
    {
        foreach (var rect in _dirty)
            PaintPart(canvas, rect);
        _dirty.Clear();
    }

    private void PaintPart(SKCanvas canvas, Rect part)
    {
        canvas.Save();
        canvas.ClipRect(new SKRect(part.X, part.Y, part.Right, part.Bottom));
        canvas.DrawPaint(_background);
        if (Meets(part, _layout.DateArea))
            Fill(canvas, _date, s_quiet);
        if (Meets(part, _layout.StatusArea))
            Fill(canvas, _status, _shown.TickOn || _shown.HalfDay != "" ? s_accent : s_quiet);
        PaintTime(canvas, part);
        PaintMarks(canvas, part);
        if (Meets(part, _layout.SecondsArea(_shown.Time.Second)))
            PaintSeconds(canvas);
        canvas.Restore();
    }

    private static bool Meets(Rect a, Rect b) => !a.Intersect(b).IsEmpty;

    private void Fill(SKCanvas canvas, SKPath path, SKColor color)
    {
        _paint.Color = color;
        canvas.DrawPath(path, _paint);
    }

    private void PaintTime(SKCanvas canvas, Rect part)
    {
        for (var i = 0; i < 4; i++)
        {
            if (!Meets(part, _layout.DigitAreas[i]))
                continue;
            var digit = Digit(_shown, i);
            _paint.Color = s_ghost;
            canvas.Save();
            canvas.Translate(_layout.Digits[i]);
            canvas.DrawPath(_digits[Math.Max(digit, 0)], digit < 0 ? _paint : _digitPaint);
            canvas.Restore();
        }
        if (!Meets(part, _layout.ColonArea))
            return;
        float top = _layout.Digits[0].Y, height = _layout.DigitHeight;
        _paint.Color = s_accent;
        canvas.DrawCircle(_layout.ColonX, top + height * 0.3f, _layout.DotRadius, _paint);
        canvas.DrawCircle(_layout.ColonX, top + height * 0.7f, _layout.DotRadius, _paint);
    }

    private void PaintMarks(SKCanvas canvas, Rect part)
    {
        var r = _layout.MarkWidth / 2;
        for (var i = 0; i < ClockLayout.Marks; i++)
        {
            if (!Meets(part, _layout.MarkArea(i, i)))
                continue;
            var now = _shown.Time.Second;
            var height = _layout.MarkHeight * (i == now ? 1 : i % 5 == 0 ? 0.72f : 0.44f);
            _paint.Color = i <= now ? s_accent : s_faint;
            canvas.DrawRoundRect(_layout.Ruler.X + i * _layout.Pitch, _layout.Ruler.Y, _layout.MarkWidth, height, r, r, _paint);
        }
    }

    private void PaintSeconds(SKCanvas canvas)
    {
        var second = _shown.Time.Second;
        _paint.Color = s_accent;
        for (var i = 0; i < 2; i++)
        {
            canvas.Save();
            canvas.Translate(_layout.SecondsX(second, i), _layout.SecondsTop);
            canvas.DrawPath(_seconds[i == 0 ? second / 10 : second % 10], _paint);
            canvas.Restore();
        }
    }

    // Creates everything that depends only on the size.
    private void MakeSize()
    {
        float w = _layout.Width, h = _layout.Height;
        _background.Shader?.Dispose();
        _background.Shader = SKShader.CreateRadialGradient(
            new SKPoint(w / 2, h * 0.40f), MathF.Sqrt(w * w + h * h) * 0.62f, s_backdrop, [0, 0.55f, 1], SKShaderTileMode.Clamp);
        _digitPaint.Shader?.Dispose();
        _digitPaint.Shader = SKShader.CreateLinearGradient(
            new SKPoint(0, 0), new SKPoint(0, _layout.DigitHeight), [s_ink, s_inkLow], SKShaderTileMode.Clamp);
        for (var i = 0; i < 10; i++)
        {
            Replace(ref _digits[i], StrokeFont.Digit(i, _layout.DigitHeight, _layout.DigitStretch, _layout.DigitPen));
            Replace(ref _seconds[i], StrokeFont.Digit(i, _layout.SecondsHeight, 1, _layout.SecondsPen));
        }
    }

    private SKPath MakeDate(DateTime date)
    {
        string weekday = ClockState.Weekday(date), day = ClockState.DayAndMonth(date);
        if (!_layout.IsTall)
            return Text($"{weekday}, {day}", _layout.Date);
        var path = Text(weekday, _layout.Date);
        using var second = Text(day, new SKPoint(_layout.Date.X, _layout.Date.Y + _layout.DateLineStep));
        path.AddPath(second);
        return path;
    }

    private SKPath MakeStatus(ClockState state)
    {
        var path = new SKPath();
        float unit = _layout.TextHeight / StrokeFont.CapHeight, x = _layout.StatusRight;
        if (state.TickOn)
        {
            x -= LoudspeakerWidth * unit;
            using var icon = StrokeFont.Outline(Loudspeaker, new SKPoint(x, _layout.Date.Y), unit, _layout.TextPen);
            path.AddPath(icon);
            x -= _layout.TextHeight * 0.6f;
        }
        if (state.HalfDay != "")
        {
            x -= StrokeFont.Measure(state.HalfDay, ClockLayout.Tracking) * unit;
            using var half = Text(state.HalfDay, new SKPoint(x, _layout.Date.Y));
            path.AddPath(half);
        }
        return path;
    }

    private SKPath Text(string text, SKPoint origin) =>
        StrokeFont.Outline(text, origin, _layout.TextHeight, 1, _layout.TextPen, ClockLayout.Tracking);

    private static void Replace(ref SKPath field, SKPath path)
    {
        field?.Dispose();
        field = path;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var paint in (ReadOnlySpan<SKPaint>)[_background, _digitPaint, _paint])
        {
            paint.Shader?.Dispose();
            paint.Dispose();
        }
        foreach (var path in (ReadOnlySpan<SKPath?>)[.. _digits, .. _seconds, _date, _status])
            path?.Dispose();
    }
}
