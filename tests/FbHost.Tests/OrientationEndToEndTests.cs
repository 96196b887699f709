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

    [Fact]
    public void A_panel_that_is_rotated_while_the_host_runs_takes_its_apps_and_touches_with_it()
    {
        using var host = new MmmHost(Width, Height, input: true);
        using var client = host.Run(Programs.Hello);
        host.WaitForClient("Hello", c => (c.Width, c.Height) == (Width, Height));
        Assert.Equal(0, host.Ctl("rotate", "90").WaitForEnd());
        host.WaitForClient("Hello", c => (c.Width, c.Height) == (Height, Width));
        host.WaitForPixel(Width / 2, Height / 2, 0xffffff); // the line in the middle, which stands upright on the panel now
        host.WaitForPixel(Width / 2, Height / 4 + 2, 0xffffff);
        host.WaitForPixel(Width / 4, Height / 2, 0x203040);
        Assert.Equal(90, host.Ask("rotate").GetProperty("degrees").GetInt32());
        using var raw = host.Raw($"--size {Height}x{Width} color ff8000");
        host.WaitForClient("raw");
        host.Input((EV_ABS, ABS_X, 0), (EV_ABS, ABS_Y, 0), (EV_KEY, BTN_TOUCH, 1));
        host.Input((EV_KEY, BTN_TOUCH, 0));
        Wait.Until(() => raw.Events.Contains($"mouse-press 0 {Width - 1}"), "the touch", () => string.Join(" | ", raw.Events));
        Assert.Equal(0, host.Ctl("rotate", "0").WaitForEnd());
        host.WaitForRectangle(0, 0, Width, Height, 0xff8000); // it covered the screen, so it follows
        var refused = host.Ctl("rotate", "45");
        Assert.Equal(1, refused.WaitForEnd());
        Assert.Equal(["mmmctl: rotate is 45; it must be 0, 90, 180 or 270"], refused.Errors);
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
