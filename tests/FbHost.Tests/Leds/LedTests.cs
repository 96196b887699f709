using System.Text.Json;

namespace FbHost.Tests.Leds;

/// <summary>LEDs of the published host, with folders in place of those in /sys/class.</summary>
public sealed class LedTests : IDisposable
{
    private readonly TempDirectory _sys = new();

    public void Dispose() => _sys.Dispose();

    private const string TwoLeds = """
        "leds": [ { "name": "ok", "led": "ACT" }, { "name": "lamp", "pwm": { "channel": 1 }, "initial": 25 } ]
        """;

    private string Act => _sys["leds/ACT/brightness"];

    private string Lamp => _sys["pwm/pwmchip0/pwm1/duty_cycle"];

    private MmmHost Host(string config = $$"""{ {{TwoLeds}} }""", params string[] more)
    {
        Programs.NeedRoot();
        foreach (var (folder, names) in ((string, string[])[])[
            ("leds/ACT", ["max_brightness=200", "brightness=7"]), ("pwm/pwmchip0/pwm1", ["period=0", "duty_cycle=0", "enable=0"])])
        {
            Directory.CreateDirectory(_sys[folder]);
            foreach (var pair in names.Select(n => n.Split('=')))
                _sys.Write($"{folder}/{pair[0]}", pair[1]);
        }
        var host = new MmmHost(start: false, config: config)
        {
            Launcher = ["unshare", "-m", "sh", "-c", $"mount --bind {_sys.Path} /sys/class && exec \"$@\"", "sh"],
        };
        host.Start(more);
        return host;
    }

    private static void WaitFor(string file, string text) =>
        Wait.Until(() => File.ReadAllText(file).Trim() == text, $"{text} in {file}", () => File.ReadAllText(file));

    private static (string[] Lines, int Code) Ctl(MmmHost host, params string[] words)
    {
        using var ctl = host.Ctl(words);
        var code = ctl.WaitForEnd();
        return (code == 0 ? ctl.Output : ctl.Errors, code);
    }

    [Fact]
    public void They_are_listed_and_set_and_have_their_initial_state_again_at_the_end()
    {
        using var host = Host();
        Assert.Equal(("0", "250000"), (File.ReadAllText(Act), File.ReadAllText(Lamp)));
        Assert.Equal(0, Ctl(host, "led", "ok", "40").Code);
        Assert.Equal("80", File.ReadAllText(Act));
        Assert.Equal(0, Ctl(host, "led", "lamp", "on").Code);
        Assert.Equal("1000000", File.ReadAllText(Lamp));
        Assert.Equal(
        [
            "NAME  STATE  OUTPUT                 FAULT",
            "ok    40     LED ACT                -",
            "lamp  on     channel 1 of pwmchip0  -",
        ], Ctl(host, "led").Lines);
        var leds = JsonDocument.Parse(Assert.Single(Ctl(host, "led", "--json").Lines)).RootElement;
        Assert.Equal(("ok", 40), (leds[0].GetProperty("name").GetString(), leds[0].GetProperty("percent").GetInt32()));
        Assert.Equal(0, host.Stop());
        Assert.Equal(("0", "250000"), (File.ReadAllText(Act), File.ReadAllText(Lamp)));
    }

    [Fact]
    public void One_blinks_by_the_host_and_the_host_is_idle_again_after_it()
    {
        using var host = Host();
        Assert.Equal(0, Ctl(host, "led", "ok", "blink").Code);
        WaitFor(Act, "0");
        WaitFor(Act, "200");
        WaitFor(Act, "0");
        Ctl(host, "led", "ok", "on");
        Assert.Equal("200", File.ReadAllText(Act));
        Assert.Equal(0, IdleTests.SwitchesInAWindow(host, enough: 0));
    }

    [Fact]
    public void The_kernel_blinks_if_it_can_and_the_host_is_idle()
    {
        using var host = Host();
        foreach (var (name, text) in ((string, string)[])[("trigger", "[none] timer"), ("delay_on", "1"), ("delay_off", "1")])
            _sys.Write($"leds/ACT/{name}", text);
        Ctl(host, "led", "ok", "blink");
        Assert.Equal(("timer", "500", "500"), (File.ReadAllText(_sys["leds/ACT/trigger"]), File.ReadAllText(_sys["leds/ACT/delay_on"]),
            File.ReadAllText(_sys["leds/ACT/delay_off"])));
        Assert.Equal(0, IdleTests.SwitchesInAWindow(host, enough: 0));
        Assert.Equal(0, host.Stop());
        Assert.Equal(("none", "0"), (File.ReadAllText(_sys["leds/ACT/trigger"]), File.ReadAllText(Act)));
    }

    [Theory]
    [InlineData("led nosuch on", "no LED is named nosuch; there is ok, lamp")]
    [InlineData("led ok dim", "led ok is dim; it must be on, off, blink or 0 to 100")]
    [InlineData("led ok 101", "led ok is 101; it must be on, off, blink or 0 to 100")]
    [InlineData("led ok", "led ok: a state must follow: on, off, blink or 0 to 100")]
    public void What_cannot_be_set_is_one_line(string words, string line)
    {
        using var host = Host();
        using var ctl = host.Ctl(words.Split(' '));
        BadInputTests.AssertOneLineOf("mmmctl", ctl, line);
    }

    [Fact]
    public void A_client_sets_the_LEDs_that_its_app_may_set_and_no_others()
    {
        const string says = """
            "sandbox": "none",
            "command": [ "sh", "-c", "exec $RAW --title $MMM_APP message 'led ok on' 'led lamp 50' 'led ok' 'led ok 1e9' 'led x on'" ]
            """;
        using var host = Host($$"""
            { {{TwoLeds}}, "messages": [], "apps": [ { "name": "may", "leds": ["lamp"], {{says}} }, { "name": "not", {{says}} } ] }
            """);
        host.WaitForClient("may");
        host.WaitForClient("not");
        WaitFor(Lamp, "500000");
        host.Ask("led");
        Assert.Equal("0", File.ReadAllText(Act));
        Assert.DoesNotContain(host.Log, l => l.Contains("led \"", StringComparison.Ordinal));
    }

    [Fact]
    public void A_faulty_one_ends_a_host_that_was_started_at_a_terminal()
    {
        Programs.NeedRoot();
        Directory.CreateDirectory(_sys["leds/PWR"]);
        using var temp = new TempDirectory();
        using var mmm = new Child("unshare", ["-m", "sh", "-c", $"mount --bind {_sys.Path} /sys/class && exec \"$@\"", "sh", Programs.Mmm,
            "--display", "memory:64x48", "--input", "none", "--audio", "none", "--config",
            temp.Write("mmm.json", """{ "leds": [ { "name": "ok", "led": "ACT" } ] }""")], ("MMM_PATH", temp["clients"]));
        BadInputTests.AssertOneLine(mmm, "led \"ok\": there is no LED \"ACT\"; /sys/class/leds has PWR");
    }

    [Fact]
    public void A_host_that_runs_with_faults_tells_a_faulty_one_and_tries_it_again_when_it_is_set()
    {
        using var host = Host($$"""{ {{TwoLeds.Replace("ACT", "LATE")}} }""", "--fallback", "/dev/null");
        host.WaitForLog("led \"ok\": there is no LED \"LATE\"; /sys/class/leds has ACT");
        Assert.Equal("250000", File.ReadAllText(Lamp));
        Assert.Contains("there is no LED", Assert.Single(Ctl(host, "led", "ok", "on").Lines));
        Assert.Contains(Ctl(host, "led").Lines, l => l.Contains("there is no LED \"LATE\"", StringComparison.Ordinal));
        Directory.Move(_sys["leds/ACT"], _sys["leds/LATE"]);
        Assert.Equal(0, Ctl(host, "led", "ok", "on").Code);
        Assert.Equal("200", File.ReadAllText(_sys["leds/LATE/brightness"]));
        Assert.DoesNotContain(Ctl(host, "led").Lines, l => l.Contains("there is no LED", StringComparison.Ordinal));
    }

    [Fact]
    public void Reload_applies_them_and_names_those_with_a_fault()
    {
        using var host = Host();
        Ctl(host, "led", "ok", "on");
        Reload("""{ "leds": [ { "name": "lamp", "pwm": { "channel": 1 }, "initial": "on" } ] }""", "leds is applied");
        Assert.Equal(("0", "1000000"), (File.ReadAllText(Act), File.ReadAllText(Lamp)));
        Reload("""{ "help": "x", "leds": [ { "name": "ok", "led": "PWR" }, { "name": "lamp", "pwm": { "channel": 1 } } ] }""",
            "mmmctl: leds: led \"ok\": there is no LED \"PWR\"; /sys/class/leds has ACT");
        Assert.Equal("0", File.ReadAllText(Lamp));
        Directory.Move(_sys["leds/ACT"], _sys["leds/PWR"]);
        Assert.Equal(["leds is applied"], Ctl(host, "reload").Lines);
        Assert.Equal(["nothing has changed"], Ctl(host, "reload").Lines);

        void Reload(string config, string line)
        {
            host.Temp.Write("mmm.json", config);
            Assert.Equal([line], Ctl(host, "reload").Lines);
        }
    }

    [Fact]
    public void A_host_without_LEDs_says_so()
    {
        using var host = new MmmHost();
        Assert.Equal(["NAME  STATE  OUTPUT  FAULT"], Ctl(host, "led").Lines);
        Assert.Contains("no LED is named ok; the configuration has no \"leds\"", Assert.Single(Ctl(host, "led", "ok", "on").Lines));
    }
}
