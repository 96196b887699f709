using FbHost.Leds;
using FbHost.Options;
using Mmm;

namespace FbHost.Tests.Leds;

/// <summary>LEDs and PWM channels in a directory in place of /sys/class.</summary>
public sealed class LedDeviceTests : IDisposable
{
    private readonly TempDirectory _sys = new();

    public void Dispose() => _sys.Dispose();

    private void Add(string folder, params (string Name, string Text)[] attributes)
    {
        Directory.CreateDirectory(_sys[folder]);
        foreach (var (name, text) in attributes)
            _sys.Write($"{folder}/{name}", text);
    }

    private string this[string attribute] => File.ReadAllText(_sys[attribute]);

    private ILedDevice Kernel(string name = "ACT") => ILedDevice.Of(new LedConfig { Name = "ok", Led = name }, _sys.Path);

    private ILedDevice Pwm(int channel, bool activeLow = false) => ILedDevice.Of(
        new LedConfig { Name = "ok", Pwm = new PwmChannel(0, channel, 1000), ActiveLow = activeLow }, _sys.Path);

    [Theory]
    [InlineData(0, "0", "0")]
    [InlineData(1, "3", "1")]
    [InlineData(50, "128", "1")]
    [InlineData(100, "255", "1")]
    public void A_level_is_a_part_of_the_largest_brightness_and_never_off_above_0(int percent, string fine, string coarse)
    {
        Add("leds/ACT", ("max_brightness", "255\n"), ("brightness", "7\n"));
        Add("leds/PWR", ("max_brightness", "1\n"), ("brightness", "0\n"));
        Kernel().Set(percent);
        Kernel("PWR").Set(percent);
        Assert.Equal((fine, coarse), (this["leds/ACT/brightness"], this["leds/PWR/brightness"]));
        Assert.False(File.Exists(_sys["leds/ACT/trigger"]));
    }

    [Fact]
    public void A_trigger_ends_before_a_level_is_set()
    {
        Add("leds/ACT", ("max_brightness", "1"), ("brightness", "0"), ("trigger", "none [mmc0] timer\n"));
        Kernel().Set(100);
        Assert.Equal(("none", "1"), (this["leds/ACT/trigger"], this["leds/ACT/brightness"]));
        _sys.Write("leds/ACT/trigger", "[none] mmc0 timer\n");
        Kernel().Set(0);
        Assert.Equal(("[none] mmc0 timer\n", "0"), (this["leds/ACT/trigger"], this["leds/ACT/brightness"]));
    }

    [Fact]
    public void The_kernel_blinks_once_a_second_if_it_has_the_trigger_for_that()
    {
        Add("leds/ACT", ("trigger", "[none] mmc0 timer\n"), ("delay_on", "100\n"), ("delay_off", "500\n"));
        Assert.True(Kernel().TryBlink());
        Assert.Equal(("timer", "500", "500\n"), (this["leds/ACT/trigger"], this["leds/ACT/delay_on"], this["leds/ACT/delay_off"]));
        _sys.Write("leds/ACT/trigger", "[none] mmc0 oneshot-timer\n");
        Assert.False(Kernel().TryBlink());
        File.Delete(_sys["leds/ACT/trigger"]);
        Assert.False(Kernel().TryBlink());
    }

    [Fact]
    public void An_unknown_LED_is_one_line_that_lists_those_that_there_are()
    {
        Assert.Equal($"led \"ok\": there is no LED \"ACT\"; {_sys["leds"]} has nothing", Fault(Kernel()));
        Add("leds/PWR");
        Add("leds/input3::capslock");
        Assert.Equal($"led \"ok\": there is no LED \"ACT\"; {_sys["leds"]} has PWR, input3::capslock", Fault(Kernel()));
    }

    [Fact]
    public void A_broken_attribute_is_one_line()
    {
        Add("leds/ACT", ("max_brightness", "bright"), ("brightness", "0"));
        Assert.Equal($"led \"ok\": {_sys["leds/ACT"]}: an attribute is not the number that it should be", Fault(Kernel()));
        File.Delete(_sys["leds/ACT/max_brightness"]);
        Assert.Equal($"led \"ok\": {_sys["leds/ACT"]}: No such file or directory", Fault(Kernel()));
    }

    private static string Fault(ILedDevice device) => Assert.Throws<MmmException>(() => device.Set(100)).Message;

    [Theory]
    [InlineData(false, 0, "0")]
    [InlineData(false, 25, "250000")]
    [InlineData(true, 25, "750000")]
    [InlineData(true, 100, "0")]
    public void A_PWM_channel_is_on_for_a_part_of_its_period(bool activeLow, int percent, string duty)
    {
        Add("pwm/pwmchip0", ("npwm", "2\n"), ("export", ""));
        Add("pwm/pwmchip0/pwm1", ("period", "0\n"), ("duty_cycle", "0\n"), ("enable", "0\n"));
        Pwm(1, activeLow).Set(percent);
        Assert.Equal(("1000000", duty, "1", ""), (this["pwm/pwmchip0/pwm1/period"], this["pwm/pwmchip0/pwm1/duty_cycle"],
            this["pwm/pwmchip0/pwm1/enable"], this["pwm/pwmchip0/export"]));
        Assert.False(Pwm(1).TryBlink());
    }

    [Fact]
    public void A_channel_that_is_not_exported_yet_is_exported()
    {
        Add("pwm/pwmchip0", ("npwm", "2\n"), ("export", ""));
        var kernel = Task.Run(() =>
        {
            Wait.Until(() => this["pwm/pwmchip0/export"] == "1", "the export");
            Directory.CreateDirectory(_sys["made"]);
            foreach (var name in (string[])["period", "duty_cycle", "enable"])
                _sys.Write($"made/{name}", "0\n");
            Directory.Move(_sys["made"], _sys["pwm/pwmchip0/pwm1"]);
        });
        Pwm(1).Set(100);
        kernel.Wait();
        Assert.Equal(("1000000", "1"), (this["pwm/pwmchip0/pwm1/duty_cycle"], this["pwm/pwmchip0/pwm1/enable"]));
    }

    [Fact]
    public void A_chip_or_channel_that_is_not_there_is_one_line()
    {
        Assert.Equal($"led \"ok\": there is no PWM chip pwmchip0; {_sys["pwm"]} has nothing", Fault(Pwm(1)));
        Add("pwm/pwmchip0", ("npwm", "2\n"), ("export", ""));
        Assert.Equal("led \"ok\": pwmchip0 has no channel 2; it has the channels 0 to 1", Fault(Pwm(2)));
    }
}
