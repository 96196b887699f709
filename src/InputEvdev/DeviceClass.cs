using static InputEvdev.LinuxInput;

namespace InputEvdev;

/// <summary>How a device points.</summary>
public enum PointerKind : byte
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>A touch screen: positions, and fingers' down and up.</summary>
    Touch,

    /// <summary>Positions and buttons, and it moves without touching: a pen tablet, a virtual machine's tablet.</summary>
    Tablet,

    /// <summary>Relative motion and buttons.</summary>
    Mouse,

    /// <summary>A surface whose finger moves the pointer as a mouse does, and clicks by a tap.</summary>
    Touchpad,
}

/// <summary>How a device speaks of contacts (Documentation/input/multi-touch-protocol.rst of the kernel).</summary>
internal enum TouchProtocol : byte
{
    /// <summary>One contact: ABS_X, ABS_Y and BTN_TOUCH or a left button.</summary>
    Single,

    /// <summary>All contacts in each frame, in any order, a SYN_MT_REPORT behind each.</summary>
    A,

    /// <summary>What changed of each slot.</summary>
    B,

    /// <summary>A stream's: single or B, as its writer likes.</summary>
    Either,
}

/// <summary>The wheels that a device has; those of high resolution send the low one too, which is left out then.</summary>
[Flags]
internal enum Wheels : byte
{
    None = 0,
    Vertical = 1,
    Horizontal = 2,
    FineVertical = 4,
    FineHorizontal = 8,
}

/// <summary>
/// What a device is to us; all that the decoder has to know of it. <paramref name="Unused"/> says in plain words why the device,
/// or its pointer, is not used; null when all of it is.
/// </summary>
internal readonly record struct DeviceClass(bool Keyboard, PointerKind Pointer, Axis X = default, Axis Y = default, string? Unused = null)
{
    private const int MaxSlots = 64; // More than any device has; the number is the device's own word.

    public TouchProtocol Protocol { get; init; }

    /// <summary>Of protocol B and streams: how many slots, 1 to 64.</summary>
    public int Slots { get; init; }

    public Axis Pressure { get; init; }

    /// <summary>Whether contacts have a size, ABS_MT_TOUCH_MAJOR in units of X.</summary>
    public bool HasSize { get; init; }

    /// <summary>Of X in units a millimetre; 0 when unknown.</summary>
    public int Resolution { get; init; }

    public Wheels Wheels { get; init; }

    /// <summary>What was wrong with what the device says, and is put right; null when nothing was.</summary>
    public string? Repaired { get; init; }

    public bool IsOfUse => Keyboard || Pointer != PointerKind.None || Wheels != Wheels.None;

    /// <summary>
    /// Tells by the role given, else by udev's word, else by capabilities: keys make a keyboard (a power button is one); multitouch
    /// axes, or ABS_X, ABS_Y and a touch or a left button, an absolute pointer; REL_X, REL_Y and a left button a mouse. Joysticks,
    /// sensors, lids and sound jacks are nothing.
    /// </summary>
    public static DeviceClass Of(EvdevCapabilities c, DeviceSettings settings)
    {
        var role = settings.Role ?? DeviceRole.Auto;
        var keyboard = HasKeys(c);
        if (role is DeviceRole.Keyboard or DeviceRole.Scanner)
            return keyboard ? new(true, PointerKind.None) : new(false, PointerKind.None, Unused: "it has no keys, which its role needs");
        if (role == DeviceRole.Auto && Sensor(c) is { } sensor) return new(false, PointerKind.None, Unused: sensor);

        var wheels = WheelsOf(c);
        var pointer = Kind(c, role);
        if (role != DeviceRole.Auto && pointer == PointerKind.None)
            return new(keyboard, PointerKind.None, Unused: "it has no pointer that its role could be") { Wheels = wheels };
        if (pointer is not (PointerKind.None or PointerKind.Mouse))
            return Positions(c, keyboard, pointer, settings.Ranges) with { Wheels = wheels };
        var device = new DeviceClass(keyboard, pointer) { Wheels = wheels };
        return device.IsOfUse ? device : device with { Unused = Useless(c) };
    }

    /// <summary>
    /// A stream from a program: a keyboard, a wheel, and a touch screen in pixels, single or of ten slots; by its role a tablet or a
    /// mouse instead, or keys only.
    /// </summary>
    public static DeviceClass OfStream(int width, int height, DeviceSettings settings)
    {
        var pointer = settings.Role switch
        {
            DeviceRole.Tablet => PointerKind.Tablet,
            DeviceRole.Mouse => PointerKind.Mouse,
            DeviceRole.Keyboard or DeviceRole.Scanner => PointerKind.None,
            _ => PointerKind.Touch,
        };
        return new(Keyboard: true, pointer, PixelAxis(width), PixelAxis(height))
        {
            Protocol = TouchProtocol.Either,
            Slots = 10,
            Wheels = Wheels.Vertical | Wheels.Horizontal,
        };
    }

    /// <summary>The axis of a stream, whose positions are pixels.</summary>
    /// <param name="length">Of the screen's side; one pixel is no range, so it is taken for two.</param>
    public static Axis PixelAxis(int length) => new(0, Math.Max(2, length) - 1, 0);

    private static bool HasKeys(EvdevCapabilities c)
    {
        for (var code = 0; code < KEY_CNT; code++)
            if (IsKey(code) && c.HasKey(code)) return true;
        return false;
    }

    private static string? Sensor(EvdevCapabilities c)
    {
        if (c.Udev.Accelerometer || c.HasProperty(INPUT_PROP_ACCELEROMETER)) return "an accelerometer; left alone";
        return c.Udev.Joystick ? "a joystick or gamepad; left alone" : null;
    }

    private static string Useless(EvdevCapabilities c)
    {
        for (int code = BTN_JOYSTICK; code <= BTN_THUMBR; code++)
            if (c.HasKey(code)) return "a joystick or gamepad; left alone";
        return "no keys and no pointer; left alone";
    }

    private static PointerKind Kind(EvdevCapabilities c, DeviceRole role)
    {
        bool left = c.HasKey(BTN_LEFT), touch = c.HasKey(BTN_TOUCH), direct = c.HasProperty(INPUT_PROP_DIRECT);
        bool single = c.HasAbsolute(ABS_X, ABS_Y), multi = IsMultitouch(c), relative = c.HasRelative(REL_X, REL_Y) && left;
        var touchpad = (touch || multi) && c.HasKey(BTN_TOOL_FINGER) && !direct && c.HasProperty(INPUT_PROP_POINTER);
        var mouse = relative && (!single || !left && !touch);
        return role switch
        {
            DeviceRole.Touch => single || multi ? PointerKind.Touch : PointerKind.None,
            DeviceRole.Tablet => single || multi ? PointerKind.Tablet : PointerKind.None,
            DeviceRole.Mouse when c.HasRelative(REL_X, REL_Y) => PointerKind.Mouse,
            DeviceRole.Mouse => single || multi ? PointerKind.Touchpad : PointerKind.None,
            _ when (single || multi) && c.Udev.Touchscreen => PointerKind.Touch,
            _ when (single || multi) && c.Udev.Touchpad => PointerKind.Touchpad,
            _ when single && c.Udev.Tablet => PointerKind.Tablet,
            _ when mouse => PointerKind.Mouse,
            _ when touchpad && (single || multi) => PointerKind.Touchpad,
            _ when single && (left || touch) && !multi && !direct && (left || c.HasKey(BTN_TOOL_PEN)) => PointerKind.Tablet,
            _ when multi || single && (left || touch) => PointerKind.Touch,
            _ => PointerKind.None,
        };
    }

    // With the code below ABS_MT_SLOT the axes are those of a joystick that has so many.
    private static bool IsMultitouch(EvdevCapabilities c) =>
        c.HasAbsolute(ABS_MT_POSITION_X, ABS_MT_POSITION_Y) && !EvdevCapabilities.Has(c.Absolute, ABS_MT_SLOT - 1);

    private static Wheels WheelsOf(EvdevCapabilities c)
    {
        var wheels = Wheels.None;
        if (EvdevCapabilities.Has(c.Relative, REL_WHEEL)) wheels |= Wheels.Vertical;
        if (EvdevCapabilities.Has(c.Relative, REL_HWHEEL)) wheels |= Wheels.Horizontal;
        if (EvdevCapabilities.Has(c.Relative, REL_WHEEL_HI_RES)) wheels |= Wheels.FineVertical;
        if (EvdevCapabilities.Has(c.Relative, REL_HWHEEL_HI_RES)) wheels |= Wheels.FineHorizontal;
        return wheels;
    }

    private static DeviceClass Positions(EvdevCapabilities c, bool keyboard, PointerKind pointer, AxisRanges? ranges)
    {
        var multi = IsMultitouch(c) && (pointer != PointerKind.Tablet || !c.HasAbsolute(ABS_X, ABS_Y));
        var repaired = new List<string>();
        var x = AxisOf(c, "X", multi ? ABS_MT_POSITION_X : ABS_X, ABS_X, ranges is { } r ? (r.XMin, r.XMax) : null, repaired);
        var y = AxisOf(c, "Y", multi ? ABS_MT_POSITION_Y : ABS_Y, ABS_Y, ranges is { } s ? (s.YMin, s.YMax) : null, repaired);
        if (!x.IsUsable) return new(keyboard, PointerKind.None, Unused: Unusable("X", x));
        if (!y.IsUsable) return new(keyboard, PointerKind.None, Unused: Unusable("Y", y));

        var slotted = multi && EvdevCapabilities.Has(c.Absolute, ABS_MT_SLOT);
        return new(keyboard, pointer, x, y)
        {
            Protocol = !multi ? TouchProtocol.Single : slotted ? TouchProtocol.B : TouchProtocol.A,
            Slots = slotted ? (int)Math.Clamp(c.Axes[ABS_MT_SLOT].maximum + 1L, 1, MaxSlots) : 0,
            Pressure = new Axis(c.Axes[multi ? ABS_MT_PRESSURE : ABS_PRESSURE]),
            HasSize = multi && EvdevCapabilities.Has(c.Absolute, ABS_MT_TOUCH_MAJOR),
            Resolution = Math.Max(0, c.Axes[multi ? ABS_MT_POSITION_X : ABS_X].resolution),
            Repaired = repaired.Count > 0 ? string.Join("; ", repaired) : null,
        };
    }

    private static Axis AxisOf(EvdevCapabilities c, string name, int code, int single, (int Min, int Max)? range, List<string> repaired)
    {
        var axis = new Axis(c.Axes[code]);
        if (range is { } given) return axis with { Minimum = given.Min, Maximum = given.Max };
        if (!axis.IsUsable && code != single && new Axis(c.Axes[single]) is { IsUsable: true } other)
        {
            repaired.Add($"its ABS_MT_POSITION_{name} goes from {axis.Minimum} to {axis.Maximum}, which is no range; "
                + $"that of ABS_{name} is used");
            return other;
        }
        if (axis.Minimum > axis.Maximum)
            repaired.Add($"its {name} axis goes from {axis.Minimum} to {axis.Maximum}; taken as one that counts backwards");
        return axis;
    }

    private static string Unusable(string axis, Axis range) =>
        $"its ABS_{axis} goes from {range.Minimum} to {range.Maximum}, which is no range; give its \"range\" in the configuration";
}
