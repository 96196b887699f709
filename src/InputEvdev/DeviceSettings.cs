namespace InputEvdev;

/// <summary>What a device is used as.</summary>
public enum DeviceRole : byte
{
    /// <summary>As the device describes itself.</summary>
    Auto,

    /// <summary>A touch screen: its positions map directly to the screen. With this role a touchpad is used as a touch screen.</summary>
    Touch,

    /// <summary>A pen tablet: like a touch screen, but its pointer also moves without touching, and no filters apply.</summary>
    Tablet,

    /// <summary>A mouse, or a touchpad that moves the pointer like a mouse.</summary>
    Mouse,

    /// <summary>A keyboard: only the device's keys are used.</summary>
    Keyboard,

    /// <summary>A barcode scanner that types its codes: only its keys are used, and they are not a person's key presses.</summary>
    Scanner,
}

/// <summary>
/// Which contacts count as a palm and not as a finger. A contact that the driver itself reports as a palm (MT_TOOL_PALM) also counts.
/// </summary>
/// <param name="Pressure">The least pressure of a palm, 0 to 1 of the range that the device reports; above 1 it never applies.</param>
/// <param name="Size">The least size of a palm, 0 to 1 of the panel's width; above 1 it never applies.</param>
public readonly record struct PalmFilter(double Pressure, double Size);

/// <summary>
/// The ends of the position axes in the device's units, which replace those that the device reports. A minimum may
/// be larger than its maximum.
/// </summary>
public readonly record struct AxisRanges(int XMin, int XMax, int YMin, int YMax);

/// <summary>
/// The configured settings of a device. Null means not configured. Range, swap, inversion, calibration and rotation are applied to
/// positions in this order; the result is clamped to the edges of the screen.
/// </summary>
public sealed record DeviceSettings
{
    /// <summary>True if the device is not opened.</summary>
    public bool? Ignore { get; init; }

    /// <summary>True if the device's events go to this process only, not to other programs or the console (EVIOCGRAB).</summary>
    public bool? Grab { get; init; }

    /// <summary>What the device is used as.</summary>
    public DeviceRole? Role { get; init; }

    /// <summary>The rotation of the touch panel relative to the screen, in degrees clockwise: 0, 90, 180 or 270.</summary>
    public int? Rotate { get; init; }

    /// <summary>The matrix that corrects positions; it must be usable.</summary>
    public CalibrationMatrix? Calibration { get; init; }

    /// <summary>True if the device's X and Y axes are exchanged.</summary>
    public bool? SwapXY { get; init; }

    /// <summary>True if X, after the exchange of the axes, counts from the right.</summary>
    public bool? InvertX { get; init; }

    /// <summary>True if Y, after the exchange of the axes, counts from the bottom.</summary>
    public bool? InvertY { get; init; }

    /// <summary>The ends of the position axes.</summary>
    public AxisRanges? Ranges { get; init; }

    /// <summary>
    /// How far a touching finger may tremble along an axis without a move being sent, 0 to 0.1 of the panel's width or height. When the
    /// finger moves, the position follows it at this distance.
    /// </summary>
    public double? Jitter { get; init; }

    /// <summary>
    /// The shortest touch that counts, 0 to 1000 ms. Shorter touches are ignored, and every other touch is reported that much later.
    /// For resistive panels whose contacts bounce.
    /// </summary>
    public int? MinPressMs { get; init; }

    /// <summary>
    /// The shortest lift that counts, 0 to 1000 ms. A finger that touches again in that time was never up, and every other lift is reported
    /// that much later. For panels that lose a finger while it is held.
    /// </summary>
    public int? MinReleaseMs { get; init; }

    /// <summary>
    /// The number of positions, 1 to 9 and odd, whose median is the position of a finger; 1 or null for none. It removes single positions
    /// that are wrong; the position follows the finger by half that number of reports.
    /// </summary>
    public int? Median { get; init; }

    /// <summary>
    /// How far a position may be from the one before, 0.001 to 1 of the width or height, without a second one nearby. A single position
    /// that is farther away is discarded. Null for no limit.
    /// </summary>
    public double? Variance { get; init; }

    /// <summary>Keys and buttons that count as another key.</summary>
    public IReadOnlyDictionary<KeyCode, KeyCode>? Keys { get; init; }

    /// <summary>Axes that count as a wheel or as keys.</summary>
    public IReadOnlyList<AxisMapping>? Axes { get; init; }

    /// <summary>For a scanner: its XKB layout; null for that of the keyboards.</summary>
    public string? Layout { get; init; }

    /// <summary>For a scanner: how long after its last key a code ends, 10 to 5000 ms; null for 100.</summary>
    public int? ScanTimeoutMs { get; init; }

    /// <summary>
    /// For a scanner: what ends a code, the name of a key (docs/keys.md) or a text; null for Return or Tab.
    /// </summary>
    public string? ScanSuffix { get; init; }

    /// <summary>Which contacts count as a palm; null if the filter is off.</summary>
    public PalmFilter? Palm { get; init; }

    /// <summary>
    /// The width of the edge, 0 to 0.2 of the panel's width or height, in which touches that begin there are ignored until they lift.
    /// </summary>
    public double? Edge { get; init; }

    /// <summary>How strongly fast mouse motion is accelerated, 0 (not at all) to 4; null means 1. See <see cref="MouseMotion"/>.</summary>
    public double? Acceleration { get; init; }

    /// <summary>Returns these settings; the ones that are not set here are taken from <paramref name="below"/>.</summary>
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
        MinReleaseMs = MinReleaseMs ?? below.MinReleaseMs,
        Median = Median ?? below.Median,
        Variance = Variance ?? below.Variance,
        Keys = Keys ?? below.Keys,
        Axes = Axes ?? below.Axes,
        Layout = Layout ?? below.Layout,
        ScanTimeoutMs = ScanTimeoutMs ?? below.ScanTimeoutMs,
        ScanSuffix = ScanSuffix ?? below.ScanSuffix,
        Palm = Palm ?? below.Palm,
        Edge = Edge ?? below.Edge,
        Acceleration = Acceleration ?? below.Acceleration,
    };

    /// <summary>Returns swap, inversion, the given calibration and rotation as one matrix.</summary>
    internal CalibrationMatrix Transform(CalibrationMatrix calibration)
    {
        var matrix = SwapXY == true ? new CalibrationMatrix(0, 1, 0, 1, 0, 0) : CalibrationMatrix.Identity;
        if (InvertX == true) matrix = matrix.Then(new CalibrationMatrix(-1, 0, 1, 0, 1, 0));
        if (InvertY == true) matrix = matrix.Then(new CalibrationMatrix(1, 0, 0, 0, -1, 1));
        return matrix.Then(calibration).Then(CalibrationMatrix.Turn(Rotate ?? 0));
    }
}
