using AlsaSink;
using GpioButtons;

namespace FbHost.Options;

/// <summary>The objects of "apps" and "buttons"; see docs/configuration.md.</summary>
internal static class AppsConfig
{
    private const int LongestName = 64; // of an app; a file name has at most 255 bytes
    private const int LongestArgument = 128 * 1024 / 3; // characters; the kernel accepts 128 KB per argument
    private const int LongestEvent = 119;

    private sealed class AppDraft
    {
        public string? Name { get; set; }

        public IReadOnlyList<string> Command { get; set; } = [];

        public bool FullScreen { get; set; }

        public HashSet<string>? Messages { get; set; }

        public bool UsesSdlKeyNames { get; set; }

        public int Place { get; set; }

        public AudioOptions? Audio { get; set; }

        public HashSet<string>? Leds { get; set; }

        public IReadOnlyList<DailyTime> Schedule { get; set; } = [];
    }

    private sealed class ButtonDraft
    {
        public ButtonConfig Button { get; set; } = new(0, 0, ActiveLow: false, "");
    }

    /// <summary>The apps that the host starts.</summary>
    public static ConfigKey<ServeOptions> Apps() =>
        new ConfigKey<ServeOptions, IReadOnlyList<AppDraft>>("apps", new ListType<AppDraft>(App()),
        (o, v) => o.Apps = [.. v.Select(Options)], "The apps that the host starts.", keepsValidItems: true);

    private static AppOptions Options(AppDraft a) =>
        new(a.Name ?? Path.GetFileName(a.Command[0]), a.Command)
        {
            FullScreen = a.FullScreen, Messages = a.Messages, UsesSdlKeyNames = a.UsesSdlKeyNames, Place = a.Place, Audio = a.Audio,
            Leds = a.Leds, Schedule = a.Schedule,
        };

    private static ObjectType<AppDraft> App() => new(() => new AppDraft(),
    [
        new ConfigKey<AppDraft, string>("name",
            new TextType(t => IsWord(t) ? null : $"it must be one word of at most {LongestName} letters, without /"),
            (a, v) => a.Name = v, "One word. Default: the name of the program."),
        new ConfigKey<AppDraft, IReadOnlyList<string>>("command",
            new ListType<string>(new TextType(_ => null, most: LongestArgument, least: 0), 1,
                must: "it must be a list: [ \"/path/to/app\", \"argument\", … ]",
                first: new TextType(t => t.Length > 0 && t[^1] != '/' ? null : "it must name a program, as in \"/path/to/app\"",
                    Places.Program)),
            (a, v) => a.Command = v, "The program and its arguments.", isRequired: true),
        new ConfigKey<AppDraft, bool>("fullScreen", ConfigTypes.Flag, (a, v) => a.FullScreen = v,
            "Whether the clients of this app are asked to take the size of the screen.", "false"),
        new ConfigKey<AppDraft, IReadOnlyList<int>>("messages", ConfigTypes.Messages, (a, v) => a.Messages = ConfigTypes.MessagesOf(v),
            "Messages that the host accepts from clients of this app, in addition to those of messages.", "[]"),
        new ConfigKey<AppDraft, int>("place", new WordType("topLeft", "center", "scale", "fit"), (a, v) => a.Place = v,
            "How the pictures of this app are placed on a larger screen.", "\"topLeft\""),
        new ConfigKey<AppDraft, string>("audio", ConfigTable.OutputText, (a, v) => a.Audio = ConfigTable.Output(v),
            "The sound output of this app, as audio.device. Default: that of all others."),
        new ConfigKey<AppDraft, int>("keyNames", new WordType("mmm", "sdl"), (a, v) => a.UsesSdlKeyNames = v == 1,
            "How the prefixes of keys are written for this app: control-alt-shift- (mmm) or shift-alt-control- (sdl).", "\"mmm\""),
        new ConfigKey<AppDraft, IReadOnlyList<string>>("leds", LedsConfig.Names, (a, v) => a.Leds = [.. v],
            "The LEDs that clients of this app may set, by the names of leds.", "[]"),
        new ConfigKey<AppDraft, IReadOnlyList<DailyTime>>("schedule", ScheduleConfig.Times, (a, v) => a.Schedule = v,
            "When this app is in front.", "[]"),
    ]);

    private static bool IsWord(string name) =>
        name.Length is > 0 and <= LongestName
        && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == '/') && name is not ("." or "..");

    /// <summary>Buttons on GPIO lines.</summary>
    public static ConfigKey<ServeOptions> Buttons() => new ConfigKey<ServeOptions, IReadOnlyList<ButtonDraft>>("buttons",
        new ListType<ButtonDraft>(Button()), (o, v) => o.Buttons = [.. v.Select(b => b.Button)], "Buttons on GPIO lines.",
        keepsValidItems: true);

    // The kernel's names of chips and lines have at most 31 bytes (GPIO_MAX_NAME_SIZE).
    private static TextType GpioName(string what, Func<string, string?>? place = null) =>
        new(t => t.Length > 0 ? null : $"it must name {what}", place, most: 31);

    /// <summary>N of /dev/gpiochipN, or the label of the chip.</summary>
    public static readonly NumberOrNameType GpioChip =
        new(new IntegerType(0, 255, Places.Chip), GpioName("a GPIO chip", Places.ChipLabel), "pinctrl-rp1");

    /// <summary>The number or the name of a GPIO line.</summary>
    public static readonly NumberOrNameType GpioLine = new(new IntegerType(0, 1023), GpioName("a line"), "GPIO17");

    private static ObjectType<ButtonDraft> Button() => new(() => new ButtonDraft(),
    [
        new ConfigKey<ButtonDraft, (int Number, string? Name)>("chip", GpioChip,
            (b, v) => b.Button = b.Button with { Chip = v.Number, ChipLabel = v.Name }, "N of /dev/gpiochipN, or the chip's label.", "0"),
        new ConfigKey<ButtonDraft, (int Number, string? Name)>("line", GpioLine,
            (b, v) => b.Button = b.Button with { Line = v.Number, LineName = v.Name }, "The number or name of the line.", isRequired: true),
        new ConfigKey<ButtonDraft, bool>("activeLow", ConfigTypes.Flag, (b, v) => b.Button = b.Button with { ActiveLow = v },
            "Whether the line is low while the button is pressed.", "false"),
        new ConfigKey<ButtonDraft, int>("pull", new WordType("auto", "none", "up", "down"),
            (b, v) => b.Button = b.Button with { Pull = (ButtonPull)v }, "The chip's resistor at the line.", "\"auto\""),
        new ConfigKey<ButtonDraft, string>("event",
            new TextType(t => t.Length is > 0 and <= LongestEvent ? null : $"it must be an event text of 1 to {LongestEvent} characters"),
            (b, v) => b.Button = b.Button with { Event = v }, "The text of the event, such as return.", isRequired: true),
        new ConfigKey<ButtonDraft, int>("driver", new WordType(ButtonConfig.CharDev, ButtonConfig.Libgpiod),
            (b, v) => b.Button = b.Button with { Driver = v == 0 ? ButtonConfig.CharDev : ButtonConfig.Libgpiod },
            "How the lines are read.", "\"chardev\""),
        new ConfigKey<ButtonDraft, int>("debounceMs", new IntegerType(0, 1000), (b, v) => b.Button = b.Button with { DebounceMs = v },
            "Pulses shorter than this are ignored, in milliseconds.", "5"),
    ]);
}
