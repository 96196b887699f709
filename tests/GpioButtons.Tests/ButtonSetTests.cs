using System.Device.Gpio;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace GpioButtons.Tests;

public sealed unsafe class ButtonSetTests
{
    private readonly FakeGpioDriver _driver = new();
    private readonly List<ButtonEvent> _events = [];
    private long _nowNs;

    private ButtonSet Open(params ButtonConfig[] configs) =>
        ButtonSet.Open(configs, [], null, _ => _driver, _ => throw new NotSupportedException(), () => _nowNs);

    private static bool Readable(ButtonSet set, int timeoutMs = 0)
    {
        pollfd polled = new() { fd = set.FileDescriptor, events = POLLIN };
        return poll(&polled, 1, timeoutMs) == 1;
    }

    [Fact]
    public void A_button_to_supply_is_pressed_by_a_rising_edge_and_has_a_pull_down()
    {
        using ButtonSet set = Open(new ButtonConfig(0, 5, ActiveLow: false, "return"));
        _driver.Raise(5, PinEventTypes.Rising, 1000);
        _driver.Raise(5, PinEventTypes.Falling, 2000);
        Assert.Equal(2, set.Dispatch(_events.Add));
        Assert.Equal([new ButtonEvent(0, "return", true, 1000), new ButtonEvent(0, "return", false, 2000)], _events);
        Assert.Equal(PinMode.InputPullDown, _driver.Modes[5]);
    }

    [Fact]
    public void A_button_to_ground_is_pressed_by_a_falling_edge_and_has_a_pull_up()
    {
        using ButtonSet set = Open(new ButtonConfig(0, 1, false, "a"), new ButtonConfig(0, 2, ActiveLow: true, "b"));
        _driver.Raise(2, PinEventTypes.Falling, 1);
        set.Dispatch(_events.Add);
        Assert.Equal(new ButtonEvent(1, "b", true, 1), Assert.Single(_events));
        Assert.Equal(PinMode.InputPullUp, _driver.Modes[2]);
    }

    [Fact]
    public void Pressed_buttons_can_be_released_before_the_end_and_the_others_are_not()
    {
        using ButtonSet set = Open(new ButtonConfig(0, 1, false, "a"), new ButtonConfig(0, 2, false, "b"));
        _driver.Raise(2, PinEventTypes.Rising, 1);
        set.Dispatch(_events.Add);
        _events.Clear();
        set.ReleaseAll(_events.Add);
        set.ReleaseAll(_events.Add);
        var release = Assert.Single(_events);
        Assert.Equal((1, "b", false), (release.Index, release.Event, release.Pressed));
    }

    [Fact]
    public void Two_edges_of_one_kind_mean_that_one_was_missed_between_them()
    {
        using ButtonSet set = Open(new ButtonConfig(0, 0, false, "x"), new ButtonConfig(0, 1, true, "low"));
        _driver.Raise(0, PinEventTypes.Falling, 1); // it was held when it was opened
        _driver.Raise(0, PinEventTypes.Rising, 2);
        _driver.Raise(0, PinEventTypes.Rising, 3);
        _driver.Raise(0, PinEventTypes.Falling, 4);
        _driver.Raise(0, PinEventTypes.Falling, 5);
        _driver.Raise(1, PinEventTypes.Falling, 6);
        _driver.Raise(1, PinEventTypes.Falling, 7);
        Assert.Equal(9, set.Dispatch(_events.Add));
        Assert.Equal([(true, 2L), (false, 3), (true, 3), (false, 4), (true, 5), (false, 5)],
            _events.Where(e => e.Index == 0).Select(e => (e.Pressed, e.TimestampNs)));
        Assert.Equal([true, false, true], _events.Where(e => e.Index == 1).Select(e => e.Pressed));
    }

    [Theory]
    [InlineData(ButtonPull.None, false, PinMode.Input)]
    [InlineData(ButtonPull.None, true, PinMode.Input)]
    [InlineData(ButtonPull.Up, false, PinMode.InputPullUp)]
    [InlineData(ButtonPull.Down, true, PinMode.InputPullDown)]
    [InlineData(ButtonPull.Auto, true, PinMode.InputPullUp)]
    public void The_resistor_of_a_line_can_be_chosen(ButtonPull pull, bool activeLow, PinMode mode)
    {
        using ButtonSet set = Open(new ButtonConfig(0, 5, activeLow, "x") { Pull = pull });
        Assert.Equal(mode, _driver.Modes[5]);
    }

    [Fact]
    public void Edges_from_another_thread_wake_the_loop_and_are_handled_on_it()
    {
        using ButtonSet set = Open(new ButtonConfig(0, 3, false, "x", ButtonConfig.Libgpiod));
        Assert.False(Readable(set));
        Thread libgpiod = new(() =>
        {
            for (int i = 0; i < 500; i++)
            {
                _driver.Raise(3, PinEventTypes.Rising);
                _driver.Raise(3, PinEventTypes.Falling);
            }
        });
        libgpiod.Start();
        while (_events.Count < 1000)
        {
            Assert.True(Readable(set, 20_000), "an edge was lost");
            set.Dispatch(e =>
            {
                Assert.NotEqual(libgpiod, Thread.CurrentThread);
                _events.Add(e);
            });
        }
        libgpiod.Join();
        Assert.Equal(0, set.Dispatch(_events.Add)); // takes the last wake-up, if its edge was taken before it came
        Assert.False(Readable(set));
        Assert.Equal(_events.Select(e => e.TimestampNs).Order(), _events.Select(e => e.TimestampNs));
    }

    [Fact]
    public void A_line_that_the_chip_does_not_debounce_is_debounced_by_the_time_stamps()
    {
        _driver.RefusesDebounce = true;
        using ButtonSet set = Open(new ButtonConfig(0, 1, false, "a", DebounceMs: 5), new ButtonConfig(0, 2, false, "b", DebounceMs: 0));
        _driver.Raise(1, PinEventTypes.Rising, 1_000_000);
        _driver.Raise(1, PinEventTypes.Falling, 2_000_000);
        _driver.Raise(1, PinEventTypes.Rising, 3_000_000);
        _driver.Raise(2, PinEventTypes.Rising, 4_000_000);
        _nowNs = 5_000_000;
        set.Dispatch(_events.Add);
        Assert.Equal(new ButtonEvent(1, "b", true, 4_000_000), Assert.Single(_events));
        Assert.Equal(8_000_000, set.DueNs);
        _nowNs = 9_000_000; // late
        Assert.Equal(1, set.Dispatch(_events.Add));
        Assert.Equal(new ButtonEvent(0, "a", true, 8_000_000), _events[^1]);
        Assert.Equal(long.MaxValue, set.DueNs);
        _driver.Raise(1, PinEventTypes.Falling, 20_000_000);
        _driver.Raise(1, PinEventTypes.Rising, 21_000_000); // a pulse that is too short
        _nowNs = 40_000_000;
        Assert.Equal(0, set.Dispatch(_events.Add));
    }

    [Fact]
    public void A_chip_that_debounces_has_no_timer()
    {
        using ButtonSet set = Open(new ButtonConfig(0, 1, false, "a", DebounceMs: 5));
        _driver.Raise(1, PinEventTypes.Rising, 1);
        Assert.Equal(1, set.Dispatch(_events.Add));
        Assert.Equal(long.MaxValue, set.DueNs);
        Assert.Equal(5000u, _driver.Debounce[1]);
    }

    [Fact]
    public void Edges_of_several_lines_are_in_the_order_of_their_times_and_those_of_one_line_in_theirs()
    {
        using ButtonSet set = Open(new ButtonConfig(0, 1, false, "a"), new ButtonConfig(0, 2, false, "b"));
        _driver.Raise(1, PinEventTypes.Rising, 100);
        _driver.Raise(1, PinEventTypes.Falling, 300);
        _driver.Raise(1, PinEventTypes.Rising, 50); // the clock jumps
        _driver.Raise(2, PinEventTypes.Rising, 200);
        set.Dispatch(_events.Add);
        Assert.Equal([("a", true), ("b", true), ("a", false), ("a", true)], _events.Select(e => (e.Event, e.Pressed)));
    }

    [Fact]
    public void The_level_of_an_encoders_line_is_known_from_the_start()
    {
        _driver.High.Add(1);
        using ButtonSet set = Open(new ButtonConfig(0, 1, false, "a") { ReadsLevel = true }, new ButtonConfig(0, 2, false, "b"));
        Assert.True(set.IsPressed(0));
        _driver.Raise(1, PinEventTypes.Falling, 1);
        set.Dispatch(_events.Add);
        Assert.Equal(new ButtonEvent(0, "a", false, 1), Assert.Single(_events));
    }

    [Fact]
    public void A_keypads_keys_have_the_indices_after_the_buttons_and_its_lines_are_nobody_elses()
    {
        using FakeKeypadLines lines = new(2, 2);
        KeypadConfig keypad = new("pad", 0, [new(4), new(5)], [new(6), new(7)], ["1", "2", "3", "4"]) { DebounceMs = 0 };
        using (ButtonSet set = ButtonSet.Open(
            [new ButtonConfig(0, 1, false, "a")], [keypad], null, _ => _driver, _ => lines, () => _nowNs))
        {
            Assert.False(Readable(set));
            lines.Press(1, 0);
            Assert.True(Readable(set));
            set.Dispatch(_events.Add);
            Assert.Equal(new ButtonEvent(3, "3", true, 0), Assert.Single(_events));
            set.ReleaseAll(_events.Add);
            Assert.Equal(new ButtonEvent(3, "3", false, 0), _events[^1]);
        }
        foreach (var (used, button) in new[] { (keypad, 6), (keypad with { Columns = [new(5), new(7)] }, 1) })
        {
            GpioLineException e = Assert.Throws<GpioLineException>(() => ButtonSet.Open(
                [new ButtonConfig(0, button, false, "a")], [used], null, _ => _driver, _ => lines, () => _nowNs));
            Assert.EndsWith($"keypad \"pad\": chip 0 line {(button == 6 ? 6 : 5)} is used twice; choose another line", e.Message);
        }
    }

    [Fact]
    public void Dispose_lets_go_of_the_chip()
    {
        ButtonSet set = Open(new ButtonConfig(0, 3, false, "x"));
        set.Dispose();
        set.Dispose();
        Assert.True(_driver.IsDisposed);
    }

    [Fact]
    public void No_buttons_are_no_work()
    {
        using ButtonSet set = ButtonSet.Open([]);
        Assert.False(Readable(set));
        Assert.Equal(0, set.Dispatch(_events.Add));
    }

    [Fact]
    public void If_one_line_cannot_be_had_the_chip_is_let_go()
    {
        GpioLineException e = Assert.Throws<GpioLineException>(
            () => Open(new ButtonConfig(0, 3, false, "x"), new ButtonConfig(0, 8, false, "y")));
        Assert.Equal("fake: no line 8", e.Message);
        Assert.True(_driver.IsDisposed);
    }

    [Fact]
    public void Two_buttons_on_one_line_are_refused()
    {
        GpioLineException e = Assert.Throws<GpioLineException>(
            () => Open(new ButtonConfig(0, 3, false, "x"), new ButtonConfig(0, 3, true, "y")));
        Assert.Equal("button \"y\": another button uses chip 0 line 3; choose another line", e.Message);
    }

    [Fact]
    public void A_missing_chip_is_one_line()
    {
        GpioLineException e = Assert.Throws<GpioLineException>(() => ButtonSet.Open([new ButtonConfig(250, 3, false, "x")]));
        Assert.StartsWith("/dev/gpiochip250: no such chip; ", e.Message);
    }

    [Fact]
    public void A_failing_libgpiod_is_one_line_that_names_the_other_driver()
    {
        GpioLineException e = Assert.Throws<GpioLineException>(
            () => ButtonSet.Open([new ButtonConfig(250, 3, false, "x", ButtonConfig.Libgpiod)]));
        Assert.DoesNotContain('\n', e.Message);
        Assert.Contains("driver \"chardev\"", e.Message);
    }

    [Theory]
    [InlineData(-1, 0, "x", "chardev", 5, "button \"x\": chip -1; must be 0 or more, as in /dev/gpiochip0")]
    [InlineData(0, -2, "x", "chardev", 5, "button \"x\": line -2; must be 0 or more")]
    [InlineData(0, 7, " ", "chardev", 5, "button on chip 0 line 7: no event; set one, such as \"return\"")]
    [InlineData(0, 0, "x", "sysfs", 5, "button \"x\": driver \"sysfs\"; use \"chardev\" or \"libgpiod\"")]
    [InlineData(0, 0, "x", "libgpiod", 1001, "button \"x\": debounce of 1001 ms; must be 0 to 1000")]
    [InlineData(0, 0, "x", "chardev", 0, null)]
    public void A_configuration_is_checked_before_anything_is_opened(
        int chip, int line, string name, string driver, int debounceMs, string? error)
    {
        ButtonConfig config = new(chip, line, false, name, driver, debounceMs);
        Assert.Equal(error, config.Validate());
        if (error is not null)
            Assert.Equal(error, Assert.Throws<GpioLineException>(() => Open(config)).Message);
    }
}
