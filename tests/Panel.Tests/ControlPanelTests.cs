using Mmm;
using Mmm.Testing;

namespace PanelExample.Tests;

public sealed class ControlPanelTests : IDisposable
{
    private static readonly PixelColor Bright = PixelColor.FromRgb(0xFFC030), Raised = PixelColor.FromRgb(0x38505F);
    private static readonly Rect Label = new(208, 24, 568, 160);
    private readonly TestHost _host = new();
    private readonly MmmClient _client;
    private readonly ControlPanel _panel;
    private readonly TestClient _seen;
    private readonly Task _run;

    public ControlPanelTests()
    {
        _client = _host.Open("Panel");
        _panel = new ControlPanel(_client);
        _run = Task.Run(_panel.Run);
        _seen = _host.WaitForClient();
        _seen.WaitForFrame();
    }

    [Fact]
    public void A_press_lights_the_lamp_and_its_button()
    {
        _seen.Press(140, 440);
        var picture = _seen.WaitFor(p => p[60, 330] == Bright);
        Assert.True(_panel.IsLit);
        Assert.True(picture[104, 90].Argb > 0xFFC00000, "the lamp is bright");
        _seen.Release(140, 440);
        _seen.WaitFor(p => p[60, 330] == Raised);
        Assert.True(_panel.IsLit);
    }

    [Fact]
    public void The_label_changes_each_second_and_nothing_else_is_drawn()
    {
        var zero = _seen.Picture!.Count(Bright, Label);
        var next = _seen.WaitForFrame();
        Assert.Equal(Label, next.Damage);
        Assert.NotEqual(zero, next.Count(Bright, Label));
    }

    [Fact]
    public void The_second_button_sets_the_label_to_zero()
    {
        var zero = _seen.Picture!.Count(Bright, Label);
        _seen.WaitFor(p => p.Count(Bright, Label) != zero);
        _seen.Tap(400, 440);
        _seen.WaitFor(p => p.Count(Bright, Label) == zero);
    }

    [Fact]
    public void The_slider_follows_the_finger_beyond_its_ends()
    {
        Assert.Equal(Raised, _seen.Picture![700, 240]);
        _seen.Press(400, 240);
        _seen.Drag(740, 10);
        _seen.WaitFor(p => p[700, 240] == Bright);
        _seen.Drag(-5, 470);
        _seen.Release(-5, 470);
        _seen.WaitFor(p => p[700, 240] == Raised && p[300, 240] == Raised);
    }

    [Fact]
    public void The_third_button_beeps_as_loud_as_the_slider_says()
    {
        _seen.Press(751, 240); // the right end of the slider
        _seen.Release(751, 240);
        _seen.Tap(660, 440);
        var sound = _seen.TakeSound(48000 * 150 / 1000);
        Assert.InRange(sound.Max(), 0.97f, 1f);
    }

    [Fact]
    public void It_is_arranged_anew_for_another_size()
    {
        _seen.Resize(400, 240);
        _seen.WaitFor(p => p.Width == 400 && p[30, 170] == Raised);
    }

    public void Dispose()
    {
        _client.Close();
        _run.Wait(_host.Options.Patience);
        _client.Dispose();
        _host.Dispose();
    }
}
