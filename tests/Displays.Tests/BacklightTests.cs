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
