namespace InputEvdev;

/// <summary>What a device is taken for.</summary>
public enum DeviceRole : byte
{
    /// <summary>What it says it is.</summary>
    Auto,

    /// <summary>A touch screen: its positions are places on the screen. Also makes one of a touchpad.</summary>
    Touch,

    /// <summary>A pen tablet: as a touch screen, but its pointer moves without touching, and nothing is filtered.</summary>
    Tablet,

    /// <summary>A mouse, or a touchpad that moves the pointer as one.</summary>
    Mouse,

    /// <summary>Its keys only.</summary>
    Keyboard,

    /// <summary>A barcode scanner that types: its keys only, which are no person's.</summary>
    Scanner,
}

/// <summary>What of a contact makes a palm, which is not taken for a finger. A driver's own word (MT_TOOL_PALM) counts as well.</summary>
/// <param name="Pressure">From this pressure on, 0 to 1 of what the device can say; above 1: never.</param>
/// <param name="Size">From this size on, 0 to 1 of the panel's width; above 1: never.</param>
public readonly record struct PalmFilter(double Pressure, double Size);

/// <summary>The ends of the position axes in the device's units, in place of those that it says; a minimum may be the larger.</summary>
public readonly record struct AxisRanges(int XMin, int XMax, int YMin, int YMax);

/// <summary>
/// What is said of a device, beside what it says itself. Null: nothing is. Positions go through range, swap, inversion,
/// calibration and rotation, in this order, and end at the edges of the screen.
/// </summary>
public sealed record DeviceSettings
{
    /// <summary>True: it is not opened.</summary>
    public bool? Ignore { get; init; }

    /// <summary>True: no other program gets its events, nor does the console (EVIOCGRAB).</summary>
    public bool? Grab { get; init; }

    /// <summary>What it is taken for.</summary>
    public DeviceRole? Role { get; init; }

    /// <summary>How the panel hangs against the screen, degrees clockwise: 0, 90, 180 or 270.</summary>
    public int? Rotate { get; init; }

    /// <summary>Corrects positions; must be usable.</summary>
    public CalibrationMatrix? Calibration { get; init; }

    /// <summary>True: what it calls X is Y.</summary>
    public bool? SwapXY { get; init; }

    /// <summary>True: after the swap, X counts from the right.</summary>
    public bool? InvertX { get; init; }

    /// <summary>True: after the swap, Y counts from the bottom.</summary>
    public bool? InvertY { get; init; }

    /// <summary>The ends of its axes.</summary>
    public AxisRanges? Ranges { get; init; }

    /// <summary>
    /// How far a finger that is down may tremble along an axis before it moves, 0 to 0.1 of the panel's width or height. The
    /// position then trails the finger by as much.
    /// </summary>
    public double? Jitter { get; init; }

    /// <summary>A touch that is shorter is none, ms, 0 to 1000; longer ones go down as late. For bouncing resistive panels.</summary>
    public int? MinPressMs { get; init; }

    /// <summary>What is a palm; off when null.</summary>
    public PalmFilter? Palm { get; init; }

    /// <summary>Touches that begin so near to an edge are ignored until they lift, 0 to 0.2 of the panel's width or height.</summary>
    public double? Edge { get; init; }

    /// <summary>How much faster a fast mouse gets, 0 (flat) to 4; 1 when null. See <see cref="MouseMotion"/> for the curve.</summary>
    public double? Acceleration { get; init; }

    /// <summary>These settings, and where they say nothing, those below them.</summary>
    public DeviceSettings Over(DeviceSettings below) => new()
    {
        Ignore = Ignore ?? below.Ignore,
        Grab = Grab ?? below.Grab,
        Role = Role ?? below.Role,
        Rotate = Rotate ?? below.Rotate,
        Calibration = Calibration ?? below.Calibration,
        SwapXY = SwapXY ?? below.SwapXY,
        InvertX = InvertX ?? below.InvertX,
        InvertY = InvertY ?? below.InvertY,
        Ranges = Ranges ?? below.Ranges,
        Jitter = Jitter ?? below.Jitter,
        MinPressMs = MinPressMs ?? below.MinPressMs,
        Palm = Palm ?? below.Palm,
        Edge = Edge ?? below.Edge,
        Acceleration = Acceleration ?? below.Acceleration,
    };

    /// <summary>Swap, inversion, a calibration and rotation as one matrix.</summary>
    internal CalibrationMatrix Transform(CalibrationMatrix calibration)
    {
        var matrix = SwapXY == true ? new CalibrationMatrix(0, 1, 0, 1, 0, 0) : CalibrationMatrix.Identity;
        if (InvertX == true) matrix = matrix.Then(new CalibrationMatrix(-1, 0, 1, 0, 1, 0));
        if (InvertY == true) matrix = matrix.Then(new CalibrationMatrix(1, 0, 0, 0, -1, 1));
        return matrix.Then(calibration).Then(CalibrationMatrix.Turn(Rotate ?? 0));
    }
}
