using Mmm.Apps.Clock;

namespace Clock.Tests;

public class ClockOptionsTests
{
    [Fact]
    public void All_options_are_understood()
    {
        var options = ClockOptions.Parse(["--12h", "--tick", "--time", "09:41:07/2026-11-22", "--png", "a.png", "800x480"]);
        Assert.Null(options.Error);
        Assert.False(options.Is24Hour);
        Assert.True(options.TickOn);
        Assert.Equal(new DateTime(2026, 11, 22, 9, 41, 7), options.Time);
        Assert.Equal(("a.png", (800, 480)), (options.PngPath, options.PngSize));
    }

    [Theory]
    [InlineData("--tiem")]
    [InlineData("")]
    [InlineData("--time")]
    [InlineData("--time", "25:00:00")]
    [InlineData("--time", "9:41:00")]
    [InlineData("--time", "09:41:00/")]
    [InlineData("--time", "09:41:00/2026-02-29")]
    [InlineData("--png")]
    [InlineData("--png", "a.png")]
    [InlineData("--png", "a.png", "800")]
    [InlineData("--png", "a.png", "0x480")]
    [InlineData("--png", "a.png", "800x99999")]
    [InlineData("--png", "a.png", "-8x4")]
    public void Bad_options_are_one_line(params string[] args)
    {
        var error = ClockOptions.Parse(args).Error;
        Assert.NotNull(error);
        Assert.DoesNotContain('\n', error);
    }
}
