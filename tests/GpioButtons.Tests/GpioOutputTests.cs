using System.Device.Gpio;

namespace GpioButtons.Tests;

public class GpioOutputTests
{
    private readonly FakeGpioDriver _driver = new();

    private GpioOutput Open(OutputConfig config, bool on) => GpioOutput.Open(config, on, _ => _driver);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_has_its_level_from_the_start_and_is_high_while_it_is_on_unless_it_is_active_low(bool activeLow)
    {
        using GpioOutput output = Open(new OutputConfig("ok", 0, 5, activeLow), on: true);
        Assert.Equal(PinMode.Output, _driver.Modes[5]);
        output.Set(false);
        output.Set(true);
        Assert.Equal([(5, !activeLow), (5, activeLow), (5, !activeLow)], _driver.Levels);
    }

    [Fact]
    public void Dispose_lets_go_of_the_chip()
    {
        GpioOutput output = Open(new OutputConfig("ok", 0, 5, false), on: false);
        output.Dispose();
        output.Dispose();
        Assert.True(_driver.IsDisposed);
    }

    [Fact]
    public void A_line_that_cannot_be_had_is_one_line_and_the_chip_is_let_go()
    {
        GpioLineException e = Assert.Throws<GpioLineException>(() => Open(new OutputConfig("ok", 0, 8, false), on: false));
        Assert.Equal("led \"ok\": fake: no line 8", e.Message);
        Assert.True(_driver.IsDisposed);
    }

    [Fact]
    public void A_driver_that_fails_in_its_own_way_is_one_line()
    {
        GpioLineException e = Assert.Throws<GpioLineException>(
            () => GpioOutput.Open(new OutputConfig("ok", 3, 1, false), on: false, _ => throw new InvalidOperationException("a\nb")));
        Assert.Equal("led \"ok\" on chip 3 line 1: a b; check the line's number", e.Message);
    }

    [Fact]
    public void A_chip_that_is_gone_is_named_by_the_next_write()
    {
        using GpioOutput output = Open(new OutputConfig("ok", 0, 5, false), on: false);
        _driver.Fault = new GpioLineException("fake line 5: no such device; check the chip's driver");
        GpioLineException e = Assert.Throws<GpioLineException>(() => output.Set(true));
        Assert.Equal("led \"ok\": fake line 5: no such device; check the chip's driver", e.Message);
    }

    [Fact]
    public void A_missing_chip_or_label_is_one_line()
    {
        GpioLineException e = Assert.Throws<GpioLineException>(() => GpioOutput.Open(new OutputConfig("ok", 250, 3, false), on: false));
        Assert.StartsWith("led \"ok\": /dev/gpiochip250: no such chip; ", e.Message);
        e = Assert.Throws<GpioLineException>(
            () => GpioOutput.Open(new OutputConfig("ok", 0, 3, false) { ChipLabel = "nosuchlabel" }, on: false));
        Assert.StartsWith("led \"ok\": no GPIO chip has the label \"nosuchlabel\"; this board has ", e.Message);
    }

    [Theory]
    [InlineData(null, null, "line 17 of gpiochip4")]
    [InlineData("pinctrl-rp1", null, "line 17 of pinctrl-rp1")]
    [InlineData(null, "GPIO17", "line GPIO17 of gpiochip4")]
    public void Its_place_is_named_as_it_was_given(string? label, string? name, string place) =>
        Assert.Equal(place, new OutputConfig("ok", 4, 17, false) { ChipLabel = label, LineName = name }.Place);
}
