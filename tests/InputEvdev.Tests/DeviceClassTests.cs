using static InputEvdev.LinuxInput;

namespace InputEvdev.Tests;

/// <summary>Capabilities as real devices say them.</summary>
public class DeviceClassTests
{
    private static DeviceClass Of(int[]? keys = null, int[]? rel = null, int[]? abs = null, int[]? props = null, int maximum = 32767,
        DeviceSettings? settings = null, UdevProperties udev = default)
    {
        var c = new EvdevCapabilities();
        foreach (var (bits, codes) in new[] { (c.Keys, keys), (c.Relative, rel), (c.Absolute, abs), (c.Properties, props) })
            foreach (var code in codes ?? []) bits[code / 8] |= (byte)(1 << code % 8);
        foreach (var code in abs ?? []) c.Axes[code].maximum = maximum;
        c.Udev = udev;
        return DeviceClass.Of(c, settings ?? new DeviceSettings());
    }

    private static readonly int[] XY = [ABS_X, ABS_Y];
    private static readonly int[] MT = [ABS_MT_POSITION_X, ABS_MT_POSITION_Y];

    [Fact]
    public void Keys_make_a_keyboard() =>
        Assert.Equal(new DeviceClass(true, PointerKind.None), Of([(int)KeyCode.KEY_A, (int)KeyCode.KEY_ENTER]));

    [Theory]
    [InlineData((int)KeyCode.KEY_POWER), InlineData((int)KeyCode.KEY_SELECT), InlineData(KEY_CNT - 1)]
    public void A_single_key_is_a_keyboard(int key) => Assert.True(Of([key]).Keyboard);

    [Fact]
    public void A_touch_panel_is_a_touch_screen()
    {
        var panel = Of([BTN_TOUCH], abs: [.. XY, ABS_MT_POSITION_X, ABS_MT_POSITION_Y], props: [INPUT_PROP_DIRECT], maximum: 799);
        Assert.Equal((false, PointerKind.Touch, new Axis(0, 799, 0), null), (panel.Keyboard, panel.Pointer, panel.X, panel.Unused));
    }

    [Fact]
    public void A_touch_screen_that_also_sends_a_left_button_is_a_touch_screen() =>
        Assert.Equal(PointerKind.Touch, Of([BTN_TOUCH, BTN_LEFT], abs: XY, props: [INPUT_PROP_DIRECT]).Pointer);

    [Fact]
    public void The_tablet_of_qemu_is_a_tablet() =>
        Assert.Equal(PointerKind.Tablet, Of([BTN_LEFT, BTN_RIGHT, BTN_TOUCH, 0x150], [8], XY).Pointer);

    [Fact]
    public void A_pen_tablet_is_a_tablet() =>
        Assert.Equal(PointerKind.Tablet, Of([BTN_TOUCH, BTN_TOOL_PEN], abs: XY, props: [INPUT_PROP_POINTER]).Pointer);

    [Fact]
    public void A_mouse_is_a_mouse() =>
        Assert.Equal(new DeviceClass(false, PointerKind.Mouse) { Wheels = Wheels.Vertical },
            Of([BTN_LEFT, BTN_RIGHT], [REL_X, REL_Y, REL_WHEEL]));

    [Fact]
    public void A_keyboard_with_a_mouse_is_both() =>
        Assert.Equal(new DeviceClass(true, PointerKind.Mouse), Of([(int)KeyCode.KEY_A, BTN_LEFT], [REL_X, REL_Y]));

    [Fact]
    public void A_touchpad_is_one_unless_its_role_makes_it_a_touch_screen()
    {
        int[] keys = [BTN_LEFT, BTN_TOUCH, BTN_TOOL_FINGER];
        Assert.Equal(PointerKind.Touchpad, Of(keys, abs: XY, props: [INPUT_PROP_POINTER]).Pointer);
        Assert.Equal(PointerKind.Touch,
            Of(keys, abs: XY, props: [INPUT_PROP_POINTER], settings: new() { Role = DeviceRole.Touch }).Pointer);
    }

    [Fact]
    public void A_touch_screen_that_names_its_finger_and_claims_to_move_a_pointer_is_no_touchpad() =>
        Assert.Equal(PointerKind.Touch, Of([BTN_TOUCH, BTN_TOOL_FINGER], abs: XY, props: [INPUT_PROP_POINTER, INPUT_PROP_DIRECT]).Pointer);

    [Fact]
    public void An_axis_without_a_range_is_left_out_and_says_so_but_the_keys_stay()
    {
        var broken = Of([(int)KeyCode.KEY_A, BTN_TOUCH], abs: XY, maximum: 0);
        Assert.Equal((true, PointerKind.None), (broken.Keyboard, broken.Pointer));
        Assert.StartsWith("its ABS_X goes from 0 to 0,", broken.Unused);
    }

    [Fact]
    public void A_panel_with_multitouch_axes_only_is_a_touch_screen_with_or_without_slots()
    {
        Assert.Equal((PointerKind.Touch, TouchProtocol.A), (Of(abs: MT).Pointer, Of(abs: MT).Protocol));
        var slotted = Of(abs: [.. MT, ABS_MT_SLOT], maximum: 9);
        Assert.Equal((PointerKind.Touch, TouchProtocol.B, 10), (slotted.Pointer, slotted.Protocol, slotted.Slots));
    }

    [Theory]
    [InlineData(0, 1), InlineData(-5, 1), InlineData(int.MaxValue, 64)]
    public void A_number_of_slots_that_cannot_be_is_put_right(int maximum, int slots)
    {
        var c = new EvdevCapabilities();
        foreach (var code in new[] { ABS_MT_POSITION_X, ABS_MT_POSITION_Y, ABS_MT_SLOT }) c.Absolute[code / 8] |= (byte)(1 << code % 8);
        (c.Axes[ABS_MT_POSITION_X].maximum, c.Axes[ABS_MT_POSITION_Y].maximum, c.Axes[ABS_MT_SLOT].maximum) = (100, 100, maximum);
        Assert.Equal(slots, DeviceClass.Of(c, new DeviceSettings()).Slots);
    }

    [Fact]
    public void A_joystick_with_so_many_axes_that_it_seems_to_be_multitouch_is_none() =>
        Assert.False(Of(abs: [.. MT, ABS_MT_SLOT, ABS_MT_SLOT - 1]).IsOfUse);

    [Fact]
    public void Multitouch_axes_without_a_range_take_that_of_the_single_touch_and_say_so()
    {
        var c = new EvdevCapabilities();
        foreach (var code in XY.Concat(MT).Append(ABS_MT_SLOT)) c.Absolute[code / 8] |= (byte)(1 << code % 8);
        (c.Axes[ABS_X].maximum, c.Axes[ABS_Y].maximum) = (799, 479);
        var panel = DeviceClass.Of(c, new DeviceSettings());
        Assert.Equal((799, 479), (panel.X.Maximum, panel.Y.Maximum));
        Assert.StartsWith("its ABS_MT_POSITION_X goes from 0 to 0, which is no range; the range of ABS_X is used instead", panel.Repaired);
    }

    [Fact]
    public void An_axis_that_counts_backwards_is_taken_so_and_says_so()
    {
        var c = new EvdevCapabilities();
        c.Keys[BTN_TOUCH / 8] |= 1 << BTN_TOUCH % 8;
        c.Absolute[0] = 3;
        (c.Axes[ABS_X].minimum, c.Axes[ABS_Y].maximum) = (100, 100);
        var panel = DeviceClass.Of(c, new DeviceSettings());
        Assert.Equal((1, 0.75, 0), (panel.X.Fraction(-5), panel.X.Fraction(25), panel.X.Fraction(300)));
        Assert.Equal("its X axis goes from 100 to 0; it is treated as an axis that counts backwards", panel.Repaired);
    }

    [Fact]
    public void Ranges_given_win_over_those_that_the_device_says()
    {
        var panel = Of([BTN_TOUCH], abs: XY, maximum: 0, settings: new() { Ranges = new AxisRanges(200, 3900, 3800, 250) });
        Assert.Equal((200, 3900, 3800, 250), (panel.X.Minimum, panel.X.Maximum, panel.Y.Minimum, panel.Y.Maximum));
    }

    [Theory]
    [InlineData(DeviceRole.Keyboard), InlineData(DeviceRole.Scanner)]
    public void The_role_of_a_keyboard_or_scanner_leaves_the_keys_only(DeviceRole role)
    {
        Assert.Equal(new DeviceClass(true, PointerKind.None),
            Of([(int)KeyCode.KEY_A, BTN_LEFT], [REL_X, REL_Y], settings: new() { Role = role }));
        Assert.Equal("it has no keys, which its role needs", Of([BTN_LEFT], [REL_X, REL_Y], settings: new() { Role = role }).Unused);
    }

    [Fact]
    public void A_role_that_the_device_cannot_have_is_said()
    {
        var mouse = Of([(int)KeyCode.KEY_A, BTN_LEFT], [REL_X, REL_Y], settings: new() { Role = DeviceRole.Touch });
        Assert.Equal((true, PointerKind.None, "it has no pointer, which its role needs"), (mouse.Keyboard, mouse.Pointer, mouse.Unused));
    }

    [Fact]
    public void A_knob_with_a_wheel_only_is_of_use() => Assert.True(Of(rel: [REL_WHEEL]).IsOfUse);

    [Fact]
    public void The_word_of_udev_wins_over_the_capabilities_and_the_role_over_both()
    {
        var touch = UdevProperties.Parse(["I:123", "E:ID_INPUT=1", "E:ID_INPUT_TOUCHSCREEN=1", "E:ID_INPUT_TOUCHPAD=0"]);
        Assert.Equal(PointerKind.Touch, Of([BTN_LEFT], abs: XY, udev: touch).Pointer);
        Assert.Equal(PointerKind.Tablet, Of([BTN_LEFT], abs: XY, udev: touch, settings: new() { Role = DeviceRole.Tablet }).Pointer);
        Assert.Equal("a joystick or gamepad; not used",
            Of([BTN_LEFT], abs: XY, udev: UdevProperties.Parse(["E:ID_INPUT_JOYSTICK=1"])).Unused);
        Assert.Equal("an accelerometer; not used", Of(abs: XY, udev: UdevProperties.Parse(["E:ID_INPUT_ACCELEROMETER=1"])).Unused);
    }

    [Fact]
    public void Udev_gives_a_calibration_and_says_what_to_ignore()
    {
        var said = UdevProperties.Parse(["E:LIBINPUT_CALIBRATION_MATRIX=1 0 0.1 0 -1 1",
            "E:LIBINPUT_IGNORE_DEVICE=1", "garbage", "E:", "E:=", "E:A"]);
        Assert.Equal((new CalibrationMatrix(1, 0, 0.1, 0, -1, 1), true), (said.Calibration, said.Ignore));
        Assert.Null(UdevProperties.Parse(["E:LIBINPUT_CALIBRATION_MATRIX=0 0 0 0 0 0"]).Calibration);
        Assert.Null(UdevProperties.Parse(["E:LIBINPUT_CALIBRATION_MATRIX=1 2 x"]).Calibration);
        Assert.Equal(default, UdevProperties.Read("/nowhere/c13:64"));
    }

    [Fact]
    public void A_gamepad_an_accelerometer_and_a_lid_are_nothing()
    {
        Assert.Equal("a joystick or gamepad; not used", Of([BTN_SOUTH, 0x131, 0x220, 0x2c0], abs: XY).Unused);
        Assert.Equal("an accelerometer; not used", Of(abs: XY, props: [INPUT_PROP_ACCELEROMETER]).Unused);
        Assert.All([Of(abs: XY), Of()], device =>
            Assert.Equal((false, "no keys and no pointer; not used"), (device.IsOfUse, device.Unused)));
    }
}
