using static InputEvdev.LinuxInput;

namespace InputEvdev;

/// <summary>How a device points.</summary>
public enum PointerKind : byte
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>A touch screen: positions, and a finger's down and up.</summary>
    Touch,

    /// <summary>Positions and buttons, and it moves without touching: a pen tablet, a virtual machine's tablet.</summary>
    Tablet,

    /// <summary>Relative motion and buttons.</summary>
    Mouse,
}

/// <summary>What a device says of itself: bit sets as EVIOCGBIT and EVIOCGPROP fill them, and its axes' ranges.</summary>
internal sealed class EvdevCapabilities
{
    public byte[] Keys { get; } = new byte[KEY_CNT / 8];
    public byte[] Relative { get; } = new byte[REL_CNT / 8];
    public byte[] Absolute { get; } = new byte[ABS_CNT / 8];
    public byte[] Properties { get; } = new byte[INPUT_PROP_CNT / 8];
    public input_absinfo X;
    public input_absinfo Y;

    public static bool Has(byte[] bits, int code) => (bits[code / 8] >> code % 8 & 1) != 0;
}

/// <summary>An absolute axis: its range, both ends included, and where it stood when the device was opened.</summary>
internal readonly record struct Axis(int Minimum, int Maximum, int Value)
{
    public Axis(in input_absinfo info) : this(info.minimum, info.maximum, info.value) { }

    public bool IsUsable => Minimum < Maximum;

    /// <summary>Where a value lies between the ends, 0 to 1; values beyond an end count as the end.</summary>
    public double Fraction(int value) => (Math.Clamp(value, Minimum, Maximum) - (double)Minimum) / ((double)Maximum - Minimum);
}

/// <summary>
/// What a device is to us; all that the decoder has to know of it. <paramref name="Unused"/> says in plain words why the device,
/// or its pointer, is not used; null when all of it is.
/// </summary>
internal readonly record struct DeviceClass(bool Keyboard, PointerKind Pointer, Axis X = default, Axis Y = default, string? Unused = null)
{
    public bool IsOfUse => Keyboard || Pointer != PointerKind.None;

    /// <summary>
    /// Tells by capabilities: keys make a keyboard (a power button is one); ABS_X, ABS_Y and a touch or a left button make an
    /// absolute pointer; REL_X, REL_Y and a left button a mouse. Joysticks, sensors, lids and sound jacks are nothing.
    /// </summary>
    public static DeviceClass Of(EvdevCapabilities c)
    {
        var keyboard = false;
        for (var code = 0; code < KEY_CNT; code++) keyboard |= IsKey(code) && EvdevCapabilities.Has(c.Keys, code);

        bool left = EvdevCapabilities.Has(c.Keys, BTN_LEFT), touch = EvdevCapabilities.Has(c.Keys, BTN_TOUCH);
        var direct = EvdevCapabilities.Has(c.Properties, INPUT_PROP_DIRECT);
        var touchpad = touch && EvdevCapabilities.Has(c.Keys, BTN_TOOL_FINGER) && !direct
            && EvdevCapabilities.Has(c.Properties, INPUT_PROP_POINTER);
        var absolute = EvdevCapabilities.Has(c.Absolute, ABS_X) && EvdevCapabilities.Has(c.Absolute, ABS_Y) && (left || touch);
        Axis x = new(c.X), y = new(c.Y);

        if (absolute && touchpad) return WithoutPointer(keyboard, "a touchpad, which is not read yet; use a mouse");
        if (absolute && !x.IsUsable) return WithoutPointer(keyboard, Unusable("ABS_X", x));
        if (absolute && !y.IsUsable) return WithoutPointer(keyboard, Unusable("ABS_Y", y));
        if (absolute)
        {
            var tablet = !direct && (left || EvdevCapabilities.Has(c.Keys, BTN_TOOL_PEN));
            return new DeviceClass(keyboard, tablet ? PointerKind.Tablet : PointerKind.Touch, x, y);
        }
        if (left && EvdevCapabilities.Has(c.Relative, REL_X) && EvdevCapabilities.Has(c.Relative, REL_Y))
            return new DeviceClass(keyboard, PointerKind.Mouse);
        if (EvdevCapabilities.Has(c.Absolute, ABS_MT_POSITION_X) && EvdevCapabilities.Has(c.Absolute, ABS_MT_POSITION_Y))
            return WithoutPointer(keyboard, "its touch panel sends only multitouch axes, which are not read yet");
        return keyboard ? new DeviceClass(true, PointerKind.None) : WithoutPointer(false, "no keys and no pointer; left alone");
    }

    /// <summary>A stream from a program: a touch screen in pixels, and a keyboard.</summary>
    public static DeviceClass OfStream(int width, int height) =>
        new(Keyboard: true, PointerKind.Touch, new Axis(0, width - 1, 0), new Axis(0, height - 1, 0));

    private static DeviceClass WithoutPointer(bool keyboard, string unused) => new(keyboard, PointerKind.None, Unused: unused);

    private static string Unusable(string axis, Axis range) =>
        $"its {axis} goes from {range.Minimum} to {range.Maximum}, which is no range; its driver or device tree needs fixing";
}
