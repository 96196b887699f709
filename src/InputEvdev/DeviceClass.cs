using static InputEvdev.LinuxInput;

namespace InputEvdev;

/// <summary>How a device points.</summary>
public enum PointerKind : byte
{
    /// <summary>The device is no pointer.</summary>
    None,

    /// <summary>A touch screen: it reports positions, and when fingers touch and lift.</summary>
    Touch,

    /// <summary>A pen tablet or a virtual machine's tablet: positions and buttons, and the pointer also moves without touching.</summary>
    Tablet,

    /// <summary>A device with relative motion and buttons.</summary>
    Mouse,

    /// <summary>A touch surface on which a finger moves the pointer as a mouse does; a tap is a click.</summary>
    Touchpad,
}

/// <summary>How a device reports contacts (Documentation/input/multi-touch-protocol.rst of the kernel).</summary>
internal enum TouchProtocol : byte
{
    /// <summary>One contact: ABS_X, ABS_Y and BTN_TOUCH or a left button.</summary>
    Single,

    /// <summary>Each frame contains all contacts in any order, each followed by SYN_MT_REPORT.</summary>
    A,

    /// <summary>Each frame contains what changed in each slot.</summary>
    B,

    /// <summary>Used for streams: the writer chooses between Single and B.</summary>
    Either,
}

/// <summary>The wheels that a device has. A high-resolution wheel also sends low-resolution records, which are then ignored.</summary>
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
/// How a device is used: everything that the decoder has to know about it. <paramref name="Unused"/> says in plain words why the
/// device, or its pointer, is not used; null if all of it is used.
/// </summary>
internal readonly record struct DeviceClass(bool Keyboard, PointerKind Pointer, Axis X = default, Axis Y = default, string? Unused = null)
{
    private const int MaxSlots = 64; // More than any device has. The device reports the number, so it must be limited.

    public TouchProtocol Protocol { get; init; }

    /// <summary>The number of slots, 1 to 64; protocol B and streams only.</summary>
    public int Slots { get; init; }

    public Axis Pressure { get; init; }

    /// <summary>Whether contacts have a size, ABS_MT_TOUCH_MAJOR in units of X.</summary>
    public bool HasSize { get; init; }

    /// <summary>The resolution of X in units per millimetre; 0 if unknown.</summary>
    public int Resolution { get; init; }

    public Wheels Wheels { get; init; }

    /// <summary>Whether the device is a tablet with a pen.</summary>
    public bool IsPen { get; init; }

    /// <summary>What was wrong in the device's description and has been corrected; null if nothing was.</summary>
    public string? Repaired { get; init; }

    /// <summary>The axes that the settings map to a wheel or to keys.</summary>
    public IReadOnlyList<(AxisMapping Mapping, int Minimum, int Maximum)> Mapped { get; init; } = [];

    public bool IsOfUse => Mapped.Count > 0 || Keyboard || Pointer != PointerKind.None || Wheels != Wheels.None;

    /// <summary>
    /// Classifies a device: by the configured role, else by udev's properties, else by its capabilities. A device with keys is a keyboard
    /// (a power button is one). A device with multitouch axes, or with ABS_X, ABS_Y and a touch or left button, is an absolute pointer.
    /// A device with REL_X, REL_Y and a left button is a mouse. Joysticks, sensors, lids and sound jacks are not used.
    /// </summary>
    public static DeviceClass Of(EvdevCapabilities c, DeviceSettings settings)
    {
        var mapped = MappedOf(c, settings);
        var hasMappedKeys = settings.Keys?.Any(k => c.HasKey((int)k.Key)) == true;
        var toKeys = mapped.Exists(m => IsKey((int)m.Mapping.Less.Key) || IsKey((int)m.Mapping.More.Key));
        var found = OfItself(c, settings, hasMappedKeys || toKeys, isMapped: hasMappedKeys || mapped.Count > 0);
        return mapped.Count > 0 ? found with { Mapped = mapped, Unused = null } : found;
    }

    private static List<(AxisMapping Mapping, int Minimum, int Maximum)> MappedOf(EvdevCapabilities c, DeviceSettings settings)
    {
        var mapped = new List<(AxisMapping Mapping, int Minimum, int Maximum)>();
        foreach (var mapping in settings.Axes ?? [])
        {
            if (EvdevCapabilities.Has(mapping.IsAbsolute ? c.Absolute : c.Relative, mapping.Axis))
            {
                var range = mapping.IsAbsolute ? c.Axes[mapping.Axis] : default;
                mapped.Add((mapping, range.minimum, range.maximum));
            }
        }
        return mapped;
    }

    private static DeviceClass OfItself(EvdevCapabilities c, DeviceSettings settings, bool hasMappedKeys, bool isMapped)
    {
        var role = settings.Role ?? DeviceRole.Auto;
        var keyboard = hasMappedKeys || HasKeys(c);
        if (role is DeviceRole.Keyboard or DeviceRole.Scanner)
            return keyboard ? new(true, PointerKind.None) : new(false, PointerKind.None, Unused: "it has no keys, which its role needs");
        if (role == DeviceRole.Auto && !isMapped && Sensor(c) is { } sensor) return new(false, PointerKind.None, Unused: sensor);

        var wheels = WheelsOf(c);
        var pointer = Kind(c, role);
        if (role != DeviceRole.Auto && pointer == PointerKind.None)
            return new(keyboard, PointerKind.None, Unused: "it has no pointer, which its role needs") { Wheels = wheels };
        if (pointer is not (PointerKind.None or PointerKind.Mouse))
            return Positions(c, keyboard, pointer, settings.Ranges) with { Wheels = wheels };
        var device = new DeviceClass(keyboard, pointer) { Wheels = wheels };
        return device.IsOfUse ? device : device with { Unused = Useless(c) };
    }

    /// <summary>
    /// Describes a stream from a program: a keyboard, a wheel, and a touch screen whose positions are pixels, with a single contact or
    /// ten slots. The configured role can make it a tablet or a mouse instead of a touch screen, or keys only.
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
            Mapped = [.. (settings.Axes ?? []).Where(a => !a.IsAbsolute).Select(a => (a, 0, 0))],
        };
    }

    /// <summary>Returns the axis of a stream, whose positions are pixels.</summary>
    /// <param name="length">The length of the screen's side in pixels. One pixel is no range, so 1 counts as 2.</param>
    public static Axis PixelAxis(int length) => new(0, Math.Max(2, length) - 1, 0);

    private static bool HasKeys(EvdevCapabilities c)
    {
        for (var code = 0; code < KEY_CNT; code++)
            if (IsKey(code) && c.HasKey(code)) return true;
        return false;
    }

    private static string? Sensor(EvdevCapabilities c)
    {
        if (c.Udev.Accelerometer || c.HasProperty(INPUT_PROP_ACCELEROMETER)) return "an accelerometer; not used";
        return c.Udev.Joystick ? "a joystick or gamepad; not used" : null;
    }

    private static string Useless(EvdevCapabilities c)
    {
        for (int code = BTN_JOYSTICK; code <= BTN_THUMBR; code++)
            if (c.HasKey(code)) return "a joystick or gamepad; not used";
        return "no keys and no pointer; not used";
    }

    private static PointerKind Kind(EvdevCapabilities c, DeviceRole role)
    {
        bool left = c.HasKey(BTN_LEFT), touch = c.HasKey(BTN_TOUCH), direct = c.HasProperty(INPUT_PROP_DIRECT);
        bool single = c.HasAbsolute(ABS_X, ABS_Y), multi = IsMultitouch(c), relative = c.HasRelative(REL_X, REL_Y) && left;
        // A pen tablet may have a finger tool, too. Old drivers do not set INPUT_PROP_POINTER.
        var touchpad = (touch || multi) && c.HasKey(BTN_TOOL_FINGER) && !direct && !c.HasKey(BTN_TOOL_PEN);
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

    // A device that also has the code just below ABS_MT_SLOT is a joystick with so many axes that they reach into the multitouch codes.
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
            IsPen = pointer == PointerKind.Tablet && c.HasKey(BTN_TOOL_PEN),
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
                + $"the range of ABS_{name} is used instead");
            return other;
        }
        if (axis.Minimum > axis.Maximum)
            repaired.Add($"its {name} axis goes from {axis.Minimum} to {axis.Maximum}; it is treated as an axis that counts backwards");
        return axis;
    }

    private static string Unusable(string axis, Axis range) =>
        $"its ABS_{axis} goes from {range.Minimum} to {range.Maximum}, which is no range; set its \"range\" in the configuration";
}
