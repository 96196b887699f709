using InputEvdev;
using Mmm;

namespace FbHost.Options;

/// <summary>Reads "input" of the configuration: the devices and their settings.</summary>
internal static class InputConfig
{
    /// <exception cref="MmmException">The configuration is not valid. The message is one line with the file, the line, the key and what it
    /// must be.</exception>
    public static void Read(JsonValue v, ServeOptions options)
    {
        DeviceSettings touch = new(), mouse = new();
        IReadOnlyList<DeviceRule> rules = [];
        v.Members(
            ("devices", d => options.Inputs = Devices(d)),
            ("keyboard", k => options.Keyboard = KeyboardConfig.Keyboard(k)),
            ("keys", k => options.HostKeys = KeyboardConfig.Keys(k)),
            ("touch", t => t.Members(Touch(() => touch, s => touch = s))),
            ("mouse", m => m.Members(("acceleration", a => mouse = mouse with { Acceleration = a.Number(0, 4) }))),
            ("rules", r => rules = [.. r.Items.Select(Rule)]));
        options.DeviceRules = new DeviceRules(touch, mouse, rules);
    }

    private static IReadOnlyList<string> Devices(JsonValue v) =>
        v.Items.Count > 0
        ? [.. v.Items.Select(i => i.Name("\"auto\", \"none\", \"terminal\", a directory or a device"))]
        : throw v.Fault("it must name \"auto\", \"none\", \"terminal\", directories or device paths");

    // The settings of a touch panel, which are the same in "touch" and in a rule.
    private static (string Key, Action<JsonValue> Read)[] Touch(Func<DeviceSettings> get, Action<DeviceSettings> set) =>
    [
        ("calibration", x => set(get() with { Calibration = Calibration(x) })),
        ("rotate", x => set(get() with { Rotate = x.Is(0, 90, 180, 270) })),
        ("swapXY", x => set(get() with { SwapXY = x.Flag })),
        ("invertX", x => set(get() with { InvertX = x.Flag })),
        ("invertY", x => set(get() with { InvertY = x.Flag })),
        ("jitter", x => set(get() with { Jitter = x.Number(0, 0.1) })),
        ("minPressMs", x => set(get() with { MinPressMs = x.Integer(0, 1000) })),
        ("palm", x => set(get() with { Palm = Palm(x) })),
        ("edge", x => set(get() with { Edge = x.Number(0, 0.2) })),
    ];

    private static DeviceRule Rule(JsonValue v)
    {
        string? name = null, path = null;
        DeviceId? id = null;
        var matches = false;
        var settings = new DeviceSettings();
        v.Members(
        [
            ("match", m =>
            {
                m.Members(
                    ("name", x => name = x.Name("devices, as in \"*touch*\"")),
                    ("id", x => id = DeviceId.TryParse(x.Text, out var parsed)
                        ? parsed
                        : throw x.Fault("it must be vendor:product in hexadecimal digits, as in \"0eef:0001\"")),
                    ("path", x => path = x.Name("device nodes, as in \"/dev/input/event*\"")));
                matches = (name ?? path) is not null || id is not null
                    ? true
                    : throw m.Fault("it must have a \"name\", \"id\" or \"path\"");
            }),
            ("ignore", x => settings = settings with { Ignore = x.Flag }),
            ("grab", x => settings = settings with { Grab = x.Flag }),
            ("role", x => settings = settings with { Role = Role(x) }),
            ("range", x => settings = settings with { Ranges = Ranges(x) }),
            ("acceleration", x => settings = settings with { Acceleration = x.Number(0, 4) }),
            .. Touch(() => settings, s => settings = s),
        ]);
        return matches ? new DeviceRule(name, id, path, settings) : throw v.Fault("it must have a \"match\": { \"name\": \"…\" }");
    }

    private static DeviceRole Role(JsonValue v) => v.Text switch
    {
        "auto" => DeviceRole.Auto,
        "touch" => DeviceRole.Touch,
        "tablet" => DeviceRole.Tablet,
        "mouse" => DeviceRole.Mouse,
        "keyboard" => DeviceRole.Keyboard,
        "scanner" => DeviceRole.Scanner,
        _ => throw v.Fault("it must be \"auto\", \"touch\", \"tablet\", \"mouse\", \"keyboard\" or \"scanner\""),
    };

    private static CalibrationMatrix Calibration(JsonValue v)
    {
        double[] n = v.Items.Count == 6
            ? [.. v.Items.Select(i => i.Number(-1000, 1000))]
            : throw v.Fault("it must be six numbers a, b, c, d, e, f: x' = a x + b y + c, y' = d x + e y + f");
        var matrix = new CalibrationMatrix(n[0], n[1], n[2], n[3], n[4], n[5]);
        return matrix.IsUsable
            ? matrix
            : throw v.Fault("the matrix is singular: a e - b d is 0, so different positions would become one; "
                + "[ 1, 0, 0, 0, 1, 0 ] changes nothing");
    }

    private static AxisRanges Ranges(JsonValue v)
    {
        int[] n = v.Items.Count == 4
            ? [.. v.Items.Select(i => i.Integer(int.MinValue, int.MaxValue))]
            : throw v.Fault("it must be four numbers: xMin, xMax, yMin, yMax");
        if (n[0] >= n[1])
            throw v.Fault($"xMin {n[0]} must be less than xMax {n[1]}; \"invertX\": true turns the axis");
        if (n[2] >= n[3])
            throw v.Fault($"yMin {n[2]} must be less than yMax {n[3]}; \"invertY\": true turns the axis");
        return new AxisRanges(n[0], n[1], n[2], n[3]);
    }

    private static PalmFilter Palm(JsonValue v)
    {
        var palm = new PalmFilter(2, 2); // more than any device reports
        v.Members(
            ("pressure", x => palm = palm with { Pressure = x.Number(0.01, 1) }),
            ("size", x => palm = palm with { Size = x.Number(0.01, 1) }));
        return palm;
    }
}
