namespace FbHost.Tests;

/// <summary>Panels that hang turned or mirrored: the picture, what clients are told, and touches.</summary>
public class OrientationEndToEndTests
{
    private const int EV_KEY = 1, EV_ABS = 3, ABS_X = 0, ABS_Y = 1, BTN_TOUCH = 0x14a;
    private const int Width = 120, Height = 80; // of the panel

    [Theory]
    [InlineData(0)]
    [InlineData(90)]
    [InlineData(180)]
    [InlineData(270)]
    public void A_turned_panel_shows_the_picture_upright_to_who_stands_before_it(int degrees)
    {
        using var host = new MmmHost(Width, Height, start: false);
        host.Start("--rotate", $"{degrees}");
        using var client = host.Raw("--size 30x10 --at 5,7 color ff8000");
        var info = host.WaitForClient("raw");
        var (x, y, w, h) = degrees switch // panel pixel of client pixel 5,7: at 90 it is panelWidth-1-y, x
        {
            0 => (5, 7, 30, 10),
            90 => (Width - 7 - 10, 5, 10, 30),
            180 => (Width - 5 - 30, Height - 7 - 10, 30, 10),
            _ => (7, Height - 5 - 30, 10, 30),
        };
        host.WaitForRectangle(x, y, w, h, 0xff8000);
        Assert.Equal(degrees is 90 or 270 ? $"{Height}" : $"{Width}",
            host.WaitForClient("raw", c => c.Values.ContainsKey("host-width")).Values["host-width"]);
        Assert.Equal((5, 7, 30, 10), (info.X, info.Y, info.Width, info.Height));
    }

    [Theory]
    [InlineData("x", Width - 5 - 30, 7)]
    [InlineData("y", 5, Height - 7 - 10)]
    [InlineData("xy", Width - 5 - 30, Height - 7 - 10)]
    public void A_mirrored_picture_lies_at_the_other_side(string mirror, int x, int y)
    {
        using var host = new MmmHost(Width, Height, config: $$"""{ "display": { "mirror": "{{mirror}}" } }""");
        using var client = host.Raw("--size 30x10 --at 5,7 color ff8000");
        host.WaitForRectangle(x, y, 30, 10, 0xff8000);
    }

    [Theory]
    [InlineData(90)]
    [InlineData(180)]
    [InlineData(270)]
    public void The_four_corners_of_a_turned_panel_are_the_four_corners_of_the_picture(int degrees)
    {
        using var host = new MmmHost(Width, Height, config: $$"""{ "display": { "rotate": {{degrees}} } }""", input: true);
        var (w, h) = degrees == 180 ? (Width, Height) : (Height, Width);
        using var client = host.Raw($"--size {w}x{h} color ff8000");
        host.WaitForClient("raw");
        foreach (var (x, y) in new[] { (0, 0), (Width - 1, 0), (Width - 1, Height - 1), (0, Height - 1) })
        {
            host.Input((EV_ABS, ABS_X, x), (EV_ABS, ABS_Y, y), (EV_KEY, BTN_TOUCH, 1));
            host.Input((EV_KEY, BTN_TOUCH, 0));
        }
        string[] corners = degrees switch
        {
            90 => [$"0 {h - 1}", "0 0", $"{w - 1} 0", $"{w - 1} {h - 1}"],
            180 => [$"{w - 1} {h - 1}", $"0 {h - 1}", "0 0", $"{w - 1} 0"],
            _ => [$"{w - 1} 0", $"{w - 1} {h - 1}", $"0 {h - 1}", "0 0"],
        };
        Wait.Until(() => client.Events.Count(e => e.StartsWith("mouse-press", StringComparison.Ordinal)) == 4, "four presses",
            () => string.Join(" | ", client.Events));
        Assert.Equal(corners.Select(c => "mouse-press " + c),
            client.Events.Where(e => e.StartsWith("mouse-press", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_screenshot_of_a_turned_panel_is_upright()
    {
        using var host = new MmmHost(Width, Height, config: """{ "display": { "rotate": 90 } }""");
        using var client = host.Raw("--size 30x10 --at 5,7 color ff8000");
        host.WaitForClient("raw");
        var answer = host.Ask("screenshot");
        Assert.Equal((Height, Width), (answer.GetProperty("width").GetInt32(), answer.GetProperty("height").GetInt32()));
    }
}
