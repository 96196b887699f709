using static InputEvdev.LinuxInput;

namespace InputEvdev.Tests;

/// <summary>Capabilities as real devices say them.</summary>
public class DeviceClassTests
{
    private static DeviceClass Of(int[]? keys = null, int[]? rel = null, int[]? abs = null, int[]? props = null, int maximum = 32767)
    {
        var c = new EvdevCapabilities();
        foreach (var (bits, codes) in new[] { (c.Keys, keys), (c.Relative, rel), (c.Absolute, abs), (c.Properties, props) })
            foreach (var code in codes ?? []) bits[code / 8] |= (byte)(1 << code % 8);
        (c.X.maximum, c.Y.maximum) = (maximum, maximum);
        return DeviceClass.Of(c);
    }

    private static readonly int[] XY = [ABS_X, ABS_Y];

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
        Assert.Equal(new DeviceClass(false, PointerKind.Mouse), Of([BTN_LEFT, BTN_RIGHT], [REL_X, REL_Y, 8]));

    [Fact]
    public void A_keyboard_with_a_mouse_is_both() =>
        Assert.Equal(new DeviceClass(true, PointerKind.Mouse), Of([(int)KeyCode.KEY_A, BTN_LEFT], [REL_X, REL_Y]));

    [Fact]
    public void A_touchpad_is_left_out_and_says_so()
    {
        var touchpad = Of([BTN_LEFT, BTN_TOUCH, BTN_TOOL_FINGER], abs: XY, props: [INPUT_PROP_POINTER]);
        Assert.False(touchpad.IsOfUse);
        Assert.Contains("touchpad", touchpad.Unused);
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
    public void A_panel_with_multitouch_axes_only_says_so() =>
        Assert.Contains("multitouch", Of(abs: [ABS_MT_POSITION_X, ABS_MT_POSITION_Y]).Unused);

    [Fact]
    public void A_gamepad_an_accelerometer_and_a_lid_are_nothing()
    {
        Assert.All([Of([BTN_SOUTH, 0x131, 0x220, 0x2c0], abs: XY), Of(abs: XY), Of()], device =>
            Assert.Equal((false, "no keys and no pointer; left alone"), (device.IsOfUse, device.Unused)));
    }
}
