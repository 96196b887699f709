using Mmm;

namespace Displays.Tests;

/// <summary>In a directory in place of /sys/class/backlight.</summary>
public sealed class BacklightTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    private string Add(string name, string most)
    {
        Directory.CreateDirectory(_temp[name]);
        _temp.Write($"{name}/max_brightness", most);
        return _temp.Write($"{name}/brightness", "");
    }

    [Theory]
    [InlineData(0, "0", "0")]
    [InlineData(1, "3", "1")]
    [InlineData(50, "128", "2")]
    [InlineData(100, "255", "3")]
    public void Each_backlight_has_its_part_and_is_never_quite_off_above_0(int percent, string fine, string coarse)
    {
        string a = Add("a", "255\n"), b = Add("b", "3\n");
        new Backlight(_temp.Path).Set(percent);
        Assert.Equal((fine, coarse), (File.ReadAllText(a), File.ReadAllText(b)));
    }

    [Fact]
    public void The_brightness_is_read_in_percent()
    {
        File.WriteAllText(Add("a", "200\n"), "50\n");
        Assert.Equal(25, new Backlight(_temp.Path).Get());
        File.WriteAllText(_temp["a/brightness"], "dim");
        Assert.StartsWith($"{_temp["a"]}: the brightness", Assert.Throws<MmmException>(() => new Backlight(_temp.Path).Get()).Message);
    }

    [Fact]
    public void One_that_cannot_be_used_does_not_stop_the_others()
    {
        Add("a", "bright");
        var b = Add("b", "200");
        new Backlight(_temp.Path).Set(50);
        Assert.Equal((50, "100"), (new Backlight(_temp.Path).Get(), File.ReadAllText(b)));
    }

    // The first one has a power switch, the second one has none: its brightness is 0 meanwhile, and may be set for later.
    [Fact]
    public void All_are_off_while_the_screen_is()
    {
        string a = Add("a", "200"), b = Add("b", "200"), power = _temp.Write("a/bl_power", "0");
        var light = new Backlight(_temp.Path);
        light.Set(50);
        light.Blank(true);
        light.Blank(true);
        Assert.Equal(("4", "100", "0", 50),
            (File.ReadAllText(power), File.ReadAllText(a), File.ReadAllText(b), light.Get()));
        light.Set(25);
        Assert.Equal(("50", "0"), (File.ReadAllText(a), File.ReadAllText(b)));
        light.Blank(false);
        Assert.Equal(("0", "50", "50", 25), (File.ReadAllText(power), File.ReadAllText(a), File.ReadAllText(b), light.Get()));
        Assert.False(File.Exists(_temp["b/bl_power"]));
    }

    [Fact]
    public void A_light_sensor_is_read_in_lux()
    {
        Directory.CreateDirectory(_temp["iio:device0"]);
        Directory.CreateDirectory(_temp["iio:device1"]);
        var sensor = new LightSensor(_temp.Path);
        Assert.Null(sensor.Read()); // an accelerometer, perhaps
        _temp.Write("iio:device1/in_illuminance0_raw", "200\n");
        Assert.Equal(200, sensor.Read());
        sensor = new LightSensor(_temp.Path);
        _temp.Write("iio:device1/in_illuminance_scale", "0.5\n");
        _temp.Write("iio:device1/in_illuminance0_offset", "10\n");
        Assert.Equal(105, sensor.Read());
        _temp.Write("iio:device1/in_illuminance0_raw", "dark");
        Assert.Null(sensor.Read());
        _temp.Write("iio:device0/in_illuminance_input", "42.5\n"); // comes later
        Assert.Equal(42.5, sensor.Read());
        Assert.Null(new LightSensor(_temp["missing"]).Read());
    }

    [Fact]
    public void None_is_said()
    {
        Assert.Contains("there is no backlight", Assert.Throws<MmmException>(() => new Backlight(_temp.Path).Get()).Message);
        Assert.Contains("there is no backlight", Assert.Throws<MmmException>(() => new Backlight(_temp.Path).Set(50)).Message);
        Assert.Contains("there is no backlight", Assert.Throws<MmmException>(() => new Backlight(_temp["missing"]).Set(50)).Message);
    }

    [Fact]
    public void One_that_states_nonsense_is_named()
    {
        Add("a", "bright");
        Assert.StartsWith($"{_temp["a"]}: the brightness", Assert.Throws<MmmException>(() => new Backlight(_temp.Path).Set(50)).Message);
    }

    public void Dispose() => _temp.Dispose();
}
