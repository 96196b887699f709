using static InputEvdev.LinuxInput;
using static InputEvdev.Tests.Recorder;

namespace InputEvdev.Tests;

public class PointerTests
{
    [Fact]
    public void A_touch_moves_to_its_position_before_it_goes_down_even_if_the_driver_says_so_the_other_way_round() =>
        Assert.Equal("move 0.5,0.25; down 0 0.5,0.25", new Recorder(TouchScreen)
            .Send(Button(BTN_TOUCH, 1), Abs(ABS_X, 50), Abs(ABS_Y, 25), Report).Said);

    [Fact]
    public void A_drag_and_the_lift_carry_the_position() =>
        Assert.Equal("down 0 0,0; move 1,0; move 1,0.1; up 0 1,0.1", new Recorder(TouchScreen)
            .Send(Button(BTN_TOUCH, 1), Report, Abs(ABS_X, 100), Report, Abs(ABS_Y, 10), Button(BTN_TOUCH, 0), Report).Said);

    [Fact]
    public void Nothing_of_the_pointer_is_said_before_its_frame_ends() =>
        Assert.Equal("", new Recorder(TouchScreen).Send(Button(BTN_TOUCH, 1), Abs(ABS_X, 50)).Said);

    [Fact]
    public void A_tap_within_one_frame_is_a_down_and_an_up() =>
        Assert.Equal("down 0 0,0; up 0 0,0", new Recorder(TouchScreen).Send(Button(BTN_TOUCH, 1), Button(BTN_TOUCH, 0), Report).Said);

    [Fact]
    public void A_touch_where_the_last_one_was_needs_no_new_axis_values() =>
        Assert.Equal("down 0 0.3,0.4", new Recorder(new DeviceClass(false, PointerKind.Touch, new Axis(0, 10, 3), new Axis(0, 10, 4)))
            .Send(Button(BTN_TOUCH, 1), Report).Said);

    [Fact]
    public void Values_out_of_range_count_as_the_edge() =>
        Assert.Equal("move 1,0", new Recorder(TouchScreen)
            .Send(Abs(ABS_Y, 3), Abs(ABS_X, int.MaxValue), Abs(ABS_Y, int.MinValue), Report).Said);

    [Fact]
    public void Values_beyond_the_declared_range_can_be_calibrated() =>
        Assert.Equal("move 0.75,0.25; move 1,0.25",
            new Recorder(TouchScreen, new DeviceSettings { Calibration = new CalibrationMatrix(0.5, 0, 0, 0, 0.5, 0) })
                .Send(Abs(ABS_X, 150), Abs(ABS_Y, 50), Report, Abs(ABS_X, 300), Report).Said);

    [Fact]
    public void A_range_that_does_not_start_at_zero_maps_to_0_and_1()
    {
        var axis = new Axis(int.MinValue, int.MaxValue, int.MinValue);
        Assert.Equal((0, 1), (axis.Fraction(int.MinValue), axis.Fraction(int.MaxValue)));
        Assert.Equal(0.5, new Axis(-200, 200, 0).Fraction(0));
    }

    [Fact]
    public void A_tablet_hovers_and_has_buttons() =>
        Assert.Equal("move 0.5,0; down 0 0.5,0; down 1 0.5,0; up 0 0.5,0", new Recorder(Tablet)
            .Send(Abs(ABS_X, 50), Report, Button(BTN_LEFT, 1), Report, Button(BTN_RIGHT, 1), Report, Button(BTN_LEFT, 0), Report).Said);

    [Fact]
    public void Touch_and_left_button_together_are_one_touch() =>
        Assert.Equal("down 0 0,0; up 0 0,0", new Recorder(TouchScreen)
            .Send(Button(BTN_LEFT, 1), Button(BTN_TOUCH, 1), Report, Button(BTN_TOUCH, 0), Report, Button(BTN_LEFT, 0), Report).Said);

    [Fact]
    public void A_mouse_gives_the_motion_of_a_frame_and_buttons_without_a_position()
    {
        var mouse = new Recorder(Mouse).Send(Rel(REL_X, 3), Rel(REL_Y, -1), Rel(REL_X, 2),
            Button(BTN_LEFT, 1), Report, Report, Button(BTN_LEFT, 0), Report);
        Assert.Equal("motion 5,-1; down 0 0,0; up 0 0,0", mouse.Said);
        Assert.All(mouse.Events, e => Assert.True(e.IsRelative));
    }

    [Fact]
    public void Buttons_of_games_wheels_and_pens_are_ignored() =>
        Assert.Equal("", new Recorder(Tablet)
            .Send(Button(BTN_SOUTH, 1), Button(BTN_TOOL_PEN, 1), Button(0x150, 1), Button(0x2c0, 1), Button(0xffff, 1), Report).Said);

    [Fact]
    public void A_device_that_disappears_while_touched_releases() =>
        Assert.Equal("down 0 0,0; up 0 0,0", new Recorder(TouchScreen).Send(Button(BTN_TOUCH, 1), Report).Gone().Said);

    [Fact]
    public void Dropped_events_release_the_touch_and_what_remains_of_the_frame_is_ignored() =>
        Assert.Equal("down 0 0,0; up 0 0,0; move 0.5,0; down 0 0.5,0", new Recorder(TouchScreen)
            .Send(Button(BTN_TOUCH, 1), Report, Dropped, Button(BTN_TOUCH, 1), Abs(ABS_X, 50), Report, Button(BTN_TOUCH, 1), Report).Said);

    [Fact]
    public void Times_are_nanoseconds_of_the_record() =>
        Assert.Equal(7_000_005_000, new Recorder(TouchScreen).Send(Abs(ABS_X, 1), Report).Events[0].TimeNs);
}
