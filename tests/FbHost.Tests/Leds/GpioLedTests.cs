namespace FbHost.Tests.Leds;

/// <summary>LEDs on the lines of a GPIO chip (fake_gpio.c), set by the published host.</summary>
public sealed class GpioLedTests : IDisposable
{
    private readonly MmmHost _host = new(start: false, config: "{}");

    public void Dispose() => _host.Dispose();

    private string[] Chip => File.Exists(_host.Temp["chip"]) ? File.ReadAllLines(_host.Temp["chip"]) : [];

    // With a node for the chip that no other process sees.
    private string[] Launcher =>
    [
        "unshare", "-m", "sh", "-c",
        "mkdir -p $0/dev && mount -t tmpfs mmm $0/dev && mkdir $0/dev/up $0/dev/work "
            + "&& mount -t overlay -o lowerdir=/dev,upperdir=$0/dev/up,workdir=$0/dev/work mmm /dev && : >/dev/gpiochip9 && exec \"$@\"",
        _host.Temp.Path, Programs.FakeGpio, _host.Temp["chip"],
    ];

    private void Start(string leds, params string[] more)
    {
        Programs.NeedRoot();
        _host.Launcher = Launcher;
        _host.Temp.Write("mmm.json", $$"""{ "leds": [ {{leds}} ] }""");
        _host.Start(more);
    }

    private void Set(string name, string state) => Assert.True(_host.Ask("led", name, state).GetProperty("ok").GetBoolean());

    [Fact]
    public void Lines_by_number_and_by_name_are_outputs_until_the_host_ends()
    {
        Start("""
            { "name": "ok", "chip": 9, "line": 1 }, { "name": "low", "chip": "fake", "line": "LED2", "activeLow": true, "initial": "on" }
            """);
        Assert.Equal(["1 for mmm:ok", "1 low", "2 for mmm:low", "2 low"], Chip);
        Set("ok", "40");
        Set("low", "off");
        Assert.Equal(["1 high", "2 high"], Chip[4..]);
        Set("ok", "blink");
        Wait.Until(() => Chip.Length >= 9, "the blinking", _host.AllLog);
        Assert.Equal(["1 high", "1 low", "1 high"], Chip[6..9]);
        Set("ok", "off");
        var before = Chip.Length;
        Assert.Equal(0, _host.Stop());
        Assert.Equal(["1 low", "2 low"], Chip[before..]);
    }

    [Theory]
    [InlineData("\"chip\": 9, \"line\": 3",
        "led \"a\": /dev/gpiochip9 line 3: in use by \"another\"; end that use, or choose another line")]
    [InlineData("\"chip\": 9, \"line\": 4", "led \"a\": /dev/gpiochip9: no line 4; the chip has lines 0 to 3")]
    [InlineData("\"chip\": \"fake\", \"line\": \"LED9\"",
        "led \"a\": chip \"fake\" has no line with the name \"LED9\"; it has LED0, LED1, LED2, LED3")]
    [InlineData("\"chip\": \"none\", \"line\": 1",
        "led \"a\": no GPIO chip has the label \"none\"; this board has \"fake\" (gpiochip9)")]
    public void A_line_that_cannot_be_used_is_one_line_and_the_others_are_lit(string line, string fault)
    {
        Start($$"""{ "name": "a", {{line}} }, { "name": "ok", "chip": 9, "line": 1, "initial": "on" }""", "--fallback", "/dev/null");
        _host.WaitForLog(fault);
        Assert.Equal(["1 for mmm:ok", "1 high"], Chip);
    }

    [Fact]
    public void One_line_by_two_names_is_in_use_by_the_first()
    {
        Start("""{ "name": "ok", "chip": 9, "line": 1 }, { "name": "too", "chip": "fake", "line": "LED1" }""", "--fallback", "/dev/null");
        _host.WaitForLog("led \"too\": /dev/gpiochip9 line 1: in use by \"mmm:ok\"; end that use, or choose another line");
    }

    [Fact]
    public void Reload_closes_lines_that_are_left_out_and_another_LED_can_have_them()
    {
        Start("""{ "name": "ok", "chip": 9, "line": 1, "initial": "on" }""");
        _host.Temp.Write("mmm.json", """{ "leds": [ { "name": "new", "chip": 9, "line": 1 } ] }""");
        Assert.True(_host.Ask("reload").GetProperty("ok").GetBoolean(), _host.AllLog());
        Assert.Equal(["1 for mmm:ok", "1 high", "1 high", "1 for mmm:new", "1 low"], Chip);
    }
}
