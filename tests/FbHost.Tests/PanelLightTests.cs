using FbHost.Options;

namespace FbHost.Tests;

/// <summary>The backlight of the published host, with folders in place of /sys/class and /sys/bus.</summary>
public sealed class PanelLightTests : IDisposable
{
    private readonly TempDirectory _sys = new();

    public void Dispose() => _sys.Dispose();

    private MmmHost Host(string display = "{}", string lux = "1000")
    {
        Programs.NeedRoot();
        foreach (var directory in (string[])["class/backlight/panel", "bus/iio/devices/iio:device0"])
            Directory.CreateDirectory(_sys[directory]);
        _sys.Write("class/backlight/panel/max_brightness", "1000");
        if (!File.Exists(Brightness))
            _sys.Write("class/backlight/panel/brightness", "1000");
        _sys.Write("class/backlight/panel/bl_power", "0");
        _sys.Write("bus/iio/devices/iio:device0/in_illuminance_input", lux);
        var host = new MmmHost(start: false, config: $$"""{ "display": {{display}}, "audio": { "state": "{{_sys["volume.json"]}}" } }""");
        host.Launcher = ["unshare", "-m", "sh", "-c",
            $"mount --bind {_sys["class"]} /sys/class && mount --bind {_sys["bus"]} /sys/bus && exec \"$@\"", "sh"];
        host.Start();
        return host;
    }

    private string Brightness => _sys["class/backlight/panel/brightness"];

    private void WaitFor(string file, string text) =>
        Wait.Until(() => File.ReadAllText(file).Trim() == text, $"{text} in {file}", () => File.ReadAllText(file));

    [Fact]
    public void The_backlight_is_off_with_the_screen_and_its_level_is_kept()
    {
        using (var host = Host())
        {
            Assert.True(host.Ask("brightness", "40").GetProperty("ok").GetBoolean());
            Assert.Equal("400", File.ReadAllText(Brightness));
            host.Ask("blank");
            WaitFor(_sys["class/backlight/panel/bl_power"], "4");
            host.Ask("unblank");
            WaitFor(_sys["class/backlight/panel/bl_power"], "0");
            Assert.Equal(40, host.Ask("brightness").GetProperty("percent").GetInt32());
            Assert.Equal(0, host.Stop());
        }
        File.WriteAllText(Brightness, "1000"); // as the kernel sets it at a boot
        using var next = Host();
        WaitFor(Brightness, "400");
    }

    [Fact]
    public void The_backlight_follows_the_light_of_the_room_while_the_screen_is_on()
    {
        using var host = Host("""{ "autoBrightness": { "least": 20, "brightLux": 100 } }""", lux: "100");
        WaitFor(Brightness, "1000");
        File.WriteAllText(_sys["bus/iio/devices/iio:device0/in_illuminance_input"], "10");
        WaitFor(Brightness, "600"); // half of the logarithm
        host.Ask("blank");
        WaitFor(_sys["class/backlight/panel/bl_power"], "4");
        File.WriteAllText(_sys["bus/iio/devices/iio:device0/in_illuminance_input"], "1");
        Assert.Equal(0, IdleTests.SwitchesInAWindow(host, enough: 0)); // no sensor is read
        Assert.Equal("600", File.ReadAllText(Brightness));
        host.Ask("unblank");
        WaitFor(Brightness, "200");
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 10)]
    [InlineData(31.6, 55)]
    [InlineData(1000, 100)]
    [InlineData(100_000, 100)]
    public void Brightness_rises_with_the_logarithm_of_the_light(double lux, int percent) =>
        Assert.Equal(percent, new AutoBrightness(Least: 10, BrightLux: 1000).Percent(lux));
}
