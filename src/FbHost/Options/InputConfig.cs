using InputEvdev;

namespace FbHost.Options;

/// <summary>The keys of "input" of the configuration: the devices and their settings.</summary>
internal static class InputConfig
{
    // The settings of a touch panel or mouse, or a rule.
    private sealed class Draft
    {
        public string? Name { get; set; }

        public DeviceId? Id { get; set; }

        public string? Path { get; set; }

        public DeviceSettings Settings { get; set; } = new();
    }

    private sealed class PalmDraft
    {
        public PalmFilter Palm { get; set; } = new(2, 2); // more than any device reports
    }

    public static ConfigKey<ServeOptions>[] Keys() =>
    [
        new ConfigKey<ServeOptions, IReadOnlyList<string>>("devices",
            new ListType<string>(ConfigTypes.Name("\"auto\", \"none\", \"terminal\", a directory or a device", Places.Input), 1,
                must: "it must name \"auto\", \"none\", \"terminal\", directories or device paths"),
            (o, v) => o.Inputs = v, "Input devices: auto, none, terminal, directories and paths.", "[\"auto\"]"),
        KeyboardConfig.Keyboard(),
        KeyboardConfig.Keys(),
        new ConfigKey<ServeOptions, int>("powerKey", new WordType("powerOff", "app"), (o, v) => o.PowerKeyIsHosts = v == 0,
            "What the power key does. Default: powerOff on a screen of the machine, else app."),
        new ConfigKey<ServeOptions, Draft>("touch", new ObjectType<Draft>(() => new Draft(), Touch()),
            (o, v) => o.DeviceRules = o.DeviceRules with { Touch = v.Settings }, "Settings for all touch screens."),
        new ConfigKey<ServeOptions, Draft>("mouse", new ObjectType<Draft>(() => new Draft(), [Acceleration()]),
            (o, v) => o.DeviceRules = o.DeviceRules with { Mouse = v.Settings }, "Settings for all mice and touchpads."),
        new ConfigKey<ServeOptions, IReadOnlyList<Draft>>("rules", new ListType<Draft>(Rule()),
            (o, v) => o.DeviceRules = o.DeviceRules with { Rules = [.. v.Select(d => new DeviceRule(d.Name, d.Id, d.Path, d.Settings))] },
            "Rules for single devices; the later one wins."),
    ];

    private static ConfigKey<Draft, double> Acceleration() => new("acceleration", new NumberType(0, 4),
        (d, v) => d.Settings = d.Settings with { Acceleration = v }, "How much fast motion is accelerated; 0 for not at all.", "1");

    // The settings of a touch panel, which are the same in "touch" and in a rule.
    private static ConfigKey<Draft>[] Touch() =>
    [
        new ConfigKey<Draft, IReadOnlyList<double>>("calibration",
            new CheckedType<double>(
                new ListType<double>(new NumberType(-1000, 1000), 6, 6,
                    "it must be six numbers a, b, c, d, e, f: x' = a x + b y + c, y' = d x + e y + f"), MatrixFault),
            (d, v) => d.Settings = d.Settings with { Calibration = Matrix(v) },
            "The matrix a, b, c, d, e, f that corrects positions from 0 to 1.",
            "[1, 0, 0, 0, 1, 0]"),
        new ConfigKey<Draft, int>("rotate", ConfigTypes.QuarterTurn, (d, v) => d.Settings = d.Settings with { Rotate = v },
            "How the touch panel is mounted relative to its display, in degrees clockwise.", "0"),
        new ConfigKey<Draft, bool>("swapXY", ConfigTypes.Flag, (d, v) => d.Settings = d.Settings with { SwapXY = v },
            "Whether the axes of the device are exchanged.", "false"),
        new ConfigKey<Draft, bool>("invertX", ConfigTypes.Flag, (d, v) => d.Settings = d.Settings with { InvertX = v },
            "Whether X is counted from the right.", "false"),
        new ConfigKey<Draft, bool>("invertY", ConfigTypes.Flag, (d, v) => d.Settings = d.Settings with { InvertY = v },
            "Whether Y is counted from the bottom.", "false"),
        new ConfigKey<Draft, double>("jitter", new NumberType(0, 0.1), (d, v) => d.Settings = d.Settings with { Jitter = v },
            "How far a finger must move before motion is reported, of the width and height.", "0"),
        new ConfigKey<Draft, int>("minPressMs", new IntegerType(0, 1000), (d, v) => d.Settings = d.Settings with { MinPressMs = v },
            "Shorter touches are ignored, in milliseconds.", "0"),
        new ConfigKey<Draft, int>("minReleaseMs", new IntegerType(0, 1000), (d, v) => d.Settings = d.Settings with { MinReleaseMs = v },
            "Shorter lifts are ignored, in milliseconds.", "0"),
        new ConfigKey<Draft, int>("median", new ChoiceType(1, 3, 5, 7, 9), (d, v) => d.Settings = d.Settings with { Median = v },
            "The number of positions whose median is the position of a finger.", "1"),
        new ConfigKey<Draft, double>("variance", new NumberType(0.001, 1), (d, v) => d.Settings = d.Settings with { Variance = v },
            "A single position that is farther than this from the others is discarded, of the width and height."),
        new ConfigKey<Draft, PalmDraft>("palm",
            new ObjectType<PalmDraft>(() => new PalmDraft(),
            [
                new ConfigKey<PalmDraft, double>("pressure", new NumberType(0.01, 1), (p, v) => p.Palm = p.Palm with { Pressure = v },
                    "The least pressure of a palm, of the range that the device can report."),
                new ConfigKey<PalmDraft, double>("size", new NumberType(0.01, 1), (p, v) => p.Palm = p.Palm with { Size = v },
                    "The least size of a palm, of the width of the panel."),
            ]),
            (d, v) => d.Settings = d.Settings with { Palm = v.Palm }, "Which contacts are palms, which are ignored."),
        new ConfigKey<Draft, double>("edge", new NumberType(0, 0.2), (d, v) => d.Settings = d.Settings with { Edge = v },
            "Touches that begin this close to an edge are ignored, of the width and height.", "0"),
    ];

    private static ObjectType<Draft> Rule() => new(() => new Draft(),
    [
        new MatchKey(),
        new ConfigKey<Draft, bool>("ignore", ConfigTypes.Flag, (d, v) => d.Settings = d.Settings with { Ignore = v },
            "Whether the device is not used.", "false"),
        new ConfigKey<Draft, bool>("grab", ConfigTypes.Flag, (d, v) => d.Settings = d.Settings with { Grab = v },
            "Whether no other program gets the events of the device.", "false"),
        // The words are in the order of the enumeration.
        new ConfigKey<Draft, int>("role", new WordType("auto", "touch", "tablet", "mouse", "keyboard", "scanner"),
            (d, v) => d.Settings = d.Settings with { Role = (DeviceRole)v }, "What the device is used as.", "\"auto\""),
        new ConfigKey<Draft, IReadOnlyList<int>>("range",
            new CheckedType<int>(
                new ListType<int>(new IntegerType(int.MinValue, int.MaxValue), 4, 4, "it must be four numbers: xMin, xMax, yMin, yMax"),
                RangesFault),
            (d, v) => d.Settings = d.Settings with { Ranges = new AxisRanges(v[0], v[1], v[2], v[3]) },
            "xMin, xMax, yMin, yMax in the units of the device."),
        new ConfigKey<Draft, IReadOnlyList<KeyValuePair<string, string>>>("keys",
            new MapType<string>(
                k => DeviceCodes.KeyOf(k) is null ? $"\"{k}\" is not a key or button; {KeyForms}, as in \"btn-0\" or \"code-330\"" : null,
                new TextType(t => DeviceCodes.KeyOf(t) is null ? $"it must be a key: {KeyForms}" : null)),
            (d, v) => d.Settings = d.Settings with
            {
                Keys = v.ToDictionary(k => DeviceCodes.KeyOf(k.Key)!.Value, k => DeviceCodes.KeyOf(k.Value)!.Value),
            },
            "Keys and buttons of the device that count as other keys."),
        new ConfigKey<Draft, IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>>>("axes",
            new MapType<IReadOnlyList<string>>(
                k => DeviceCodes.AxisOf(k) is null ? $"\"{k}\" is not an axis; use a name such as rel-y, rel-dial or abs-x" : null,
                new ListType<string>(new TextType(t => AxisStep.Parse(t) is null ? $"it must be {StepForms}" : null), 2, 2,
                    $"it must be two words, for steps to smaller and to larger values; each is {StepForms}")),
            (d, v) => d.Settings = d.Settings with { Axes = [.. v.Select(Axis)] },
            "Axes of a knob that count as a wheel or as two keys."),
        new ConfigKey<Draft, string>("layout", KeyboardConfig.Names, (d, v) => d.Settings = d.Settings with { Layout = v },
            "The keyboard layout of a scanner. Default: that of the keyboards."),
        new ConfigKey<Draft, int>("timeoutMs", new IntegerType(10, 5000), (d, v) => d.Settings = d.Settings with { ScanTimeoutMs = v },
            "How long after its last key a code of a scanner ends, in milliseconds.", "100"),
        new ConfigKey<Draft, string>("suffix", new TextType(t => t.Length > 0 ? null : "it must be the name of a key, or a text", most: 32),
            (d, v) => d.Settings = d.Settings with { ScanSuffix = v },
            "What ends a code of a scanner: the name of a key, or a text. Default: Return or Tab."),
        Acceleration(),
        .. Touch(),
    ]);

    private const string KeyForms = "use a name of docs/keys.md or the character that it types";
    private const string StepForms = "scroll-up, scroll-down, scroll-left, scroll-right or a key";

    private static AxisMapping Axis(KeyValuePair<string, IReadOnlyList<string>> axis)
    {
        var (isAbsolute, code) = DeviceCodes.AxisOf(axis.Key)!.Value;
        return new AxisMapping(isAbsolute, code, AxisStep.Parse(axis.Value[0])!.Value, AxisStep.Parse(axis.Value[1])!.Value);
    }

    // An object that sets the conditions of the same rule, one of which must be there.
    private sealed class MatchKey() : ConfigKey<Draft>("match", "The conditions that a device must meet, all of them.", null, true)
    {
        private static readonly ConfigKey<Draft>[] Conditions =
        [
            new ConfigKey<Draft, string>("name", ConfigTypes.Name("devices, as in \"*touch*\""), (d, v) => d.Name = v,
                "The name of the device, with * and ?."),
            new ConfigKey<Draft, string>("id",
                new TextType(t => DeviceId.TryParse(t, out _)
                    ? null
                    : "it must be vendor:product in hexadecimal digits, as in \"0eef:0001\""),
                (d, v) => d.Id = DeviceId.TryParse(v, out var id) ? id : null, "vendor:product in hexadecimal, as lsusb prints them."),
            new ConfigKey<Draft, string>("path", ConfigTypes.Name("device nodes, as in \"/dev/input/event*\""), (d, v) => d.Path = v,
                "The device node, with * and ?."),
        ];

        protected override ConfigType Type { get; } = new ObjectType<Draft>(() => new Draft(), Conditions);

        public override bool TryRead(Draft target, JsonValue v) => ObjectType<Draft>.TryRead(target, v, Conditions)
            && ((target.Name ?? target.Path) is not null || target.Id is not null
                || v.Fault("it must have a \"name\", \"id\" or \"path\""));
    }

    private static CalibrationMatrix Matrix(IReadOnlyList<double> n) => new(n[0], n[1], n[2], n[3], n[4], n[5]);

    private static string? MatrixFault(IReadOnlyList<double> n) => Matrix(n).IsUsable
        ? null
        : "the matrix is singular: a e - b d is 0, so different positions would become one; [ 1, 0, 0, 0, 1, 0 ] changes nothing";

    private static string? RangesFault(IReadOnlyList<int> n) =>
        n[0] >= n[1] ? $"xMin {n[0]} must be less than xMax {n[1]}; \"invertX\": true turns the axis"
        : n[2] >= n[3] ? $"yMin {n[2]} must be less than yMax {n[3]}; \"invertY\": true turns the axis"
        : null;
}
