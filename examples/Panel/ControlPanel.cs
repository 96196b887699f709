using Mmm;
using Mmm.Skia;
using SkiaSharp;

namespace PanelExample;

/// <summary>
/// A panel with an image of a lamp, a label that counts seconds, a slider for the volume, and three buttons: one switches the lamp, one
/// sets the label to 0, and one plays a beep.
/// </summary>
internal sealed class ControlPanel
{
    private const int SampleRate = 48000, BeepHz = 880, BeepMs = 150;
    private readonly MmmClient _client;
    private readonly SKImage _lamp;
    private readonly Button[] _buttons;
    private readonly Slider _slider = new();
    private Rect _image, _label;
    private long _seconds;

    public ControlPanel(MmmClient client)
    {
        _client = client;
        using var png = typeof(ControlPanel).Assembly.GetManifestResourceStream("lamp.png")!;
        _lamp = SKImage.FromEncodedData(png) ?? throw new InvalidDataException("SkiaSharp cannot read the image lamp.png");
        _buttons =
        [
            new Button("M42 0H58V45H42ZM20 20L30 30A32 32 0 1 0 70 30L80 20A46 46 0 1 1 20 20Z", () => IsLit = !IsLit),
            new Button("M50 10A40 40 0 1 1 10 50H24A26 26 0 1 0 50 24V40L20 17L50 -6Z", () => _seconds = 0),
            new Button("M0 32H22L50 8V92L22 68H0ZM62 34A22 22 0 0 1 62 66ZM72 16A42 42 0 0 1 72 84L64 76A30 30 0 0 0 64 24Z", Beep),
        ];
    }

    public bool IsLit { get; private set; }

    /// <summary>Returns when the app is requested to end.</summary>
    public void Run()
    {
        Arrange();
        Draw();
        using var timer = _client.Every(TimeSpan.FromSeconds(1), CountSecond);
        foreach (var e in _client.Events())
        {
            switch (e)
            {
                case PointerPressed p when Array.Exists(_buttons, b => b.TryPress(p.X, p.Y)) || _slider.TryPress(p.X, p.Y):
                case PointerDragged d when _slider.TryDrag(d.X):
                    Draw();
                    break;
                case PointerReleased:
                    _slider.Release();
                    if (Array.FindAll(_buttons, b => b.TryRelease()).Length > 0)
                        Draw();
                    break;
                case ClientResized:
                    Arrange();
                    Draw();
                    break;
            }
        }
    }

    private void CountSecond()
    {
        _seconds++;
        Draw(_label);
    }

    // In four rows: image and label, slider, buttons.
    private void Arrange()
    {
        int width = _client.Width, height = _client.Height, gap = Math.Min(width, height) / 20;
        _image = new Rect(gap, gap, height / 3, height / 3);
        _label = new Rect(_image.Right + gap, gap, width - _image.Right - 2 * gap, height / 3);
        _slider.Place = new Rect(2 * gap, height / 2 - gap, width - 4 * gap, 2 * gap);
        var third = (width - 4 * gap) / 3;
        for (var i = 0; i < _buttons.Length; i++)
            _buttons[i].Place = new Rect(gap + i * (third + gap), height * 2 / 3, third, height / 3 - gap);
    }

    private void Draw(Rect? part = null)
    {
        using var frame = _client.BeginFrame(part);
        using var canvas = frame.AsSkiaCanvas();
        if (part is { } p)
            canvas.ClipRect(new SKRect(p.X, p.Y, p.Right, p.Bottom));
        canvas.Clear(Colors.Ground);
        using (var paint = new SKPaint { Color = SKColors.White.WithAlpha(IsLit ? (byte)255 : (byte)70) })
        {
            var place = new SKRect(_image.X, _image.Y, _image.Right, _image.Bottom);
            canvas.DrawImage(_lamp, place, new SKSamplingOptions(SKFilterMode.Linear), paint);
        }
        Digits.Draw(canvas, _seconds % 10000, _label);
        _slider.Draw(canvas);
        foreach (var button in _buttons)
            button.Draw(canvas);
        frame.Present();
    }

    private void Beep()
    {
        var samples = new float[SampleRate * BeepMs / 1000 * 2]; // left, right, left, …
        for (var i = 0; i < samples.Length; i++)
        {
            var time = i / 2 / (double)SampleRate;
            var edge = Math.Min(1, 50 * Math.Min(time, BeepMs / 1000.0 - time)); // fades in and out, to avoid clicks
            samples[i] = (float)(_slider.Value * edge * Math.Sin(2 * Math.PI * BeepHz * time));
        }
        _client.Audio.Play(samples);
    }
}
