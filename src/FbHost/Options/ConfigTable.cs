using System.Globalization;
using AlsaSink;
using Displays;

namespace FbHost.Options;

/// <summary>
/// The table of all keys of the configuration: the host reads a file with it, <c>mmm --check</c> checks one, and <c>mmm --schema</c> prints
/// it. docs/configuration.md describes the keys at length.
/// </summary>
internal static class ConfigTable
{
    /// <summary>Makes the keys of the outermost object.</summary>
    public static ConfigKey<ServeOptions>[] Keys() =>
    [
        new ConfigKey<ServeOptions, string>("path", ConfigTypes.Name("the clients' directory"), (o, v) => o.Path = v,
            "The directory of the clients."),
        new ConfigGroup<ServeOptions>("display", Display(), "The display."),
        new ConfigGroup<ServeOptions>("input", InputConfig.Keys(), "Input devices, keyboards and keys."),
        new ConfigGroup<ServeOptions>("audio", Audio(), "Sound."),
        ButtonsConfig.Buttons(),
        LedsConfig.Leds(),
        AppsConfig.Apps(),
        new ConfigKey<ServeOptions, string>("front", Anything, (o, v) => o.Front = v,
            "The name of the app that is in front and has the keyboard. Default: the first of apps."),
        new ConfigKey<ServeOptions, int>("focus", new WordType("press", "newest"), (o, v) => o.FocusFollowsPress = v == 0,
            "Which client gets the keys: the one that was pressed last (press), or always the uppermost one (newest).", "\"press\""),
        new ConfigGroup<ServeOptions>("watchdog",
        [
            new ConfigKey<ServeOptions, string>("device",
                new TextType(t => t is "none" or "auto" || t.StartsWith("/dev/", StringComparison.Ordinal)
                    ? null : "it must be \"none\", \"auto\" or a path in /dev", t => t is "none" or "auto" ? null : Places.Device(t)),
                (o, v) => o.WatchdogDevice = v == "none" ? null : v != "auto" ? v : File.Exists(AutoWatchdog) ? AutoWatchdog : null,
                "The device node of the machine's watchdog: none, auto (/dev/watchdog, if it is there) or a path.", "\"none\""),
            new ConfigKey<ServeOptions, int>("seconds", new IntegerType(5, 3600), (o, v) => o.WatchdogSeconds = v,
                "After this time without being fed, it restarts the machine.", "30"),
        ], "The machine's watchdog, which restarts it if the picture is frozen."),
        new ConfigKey<ServeOptions, string>("help", Anything, (o, v) => o.Help = v,
            "A text for the page that is shown while something does not work."),
        new ConfigKey<ServeOptions, IReadOnlyList<int>>("messages", ConfigTypes.Messages,
            (o, v) => o.AllowedMessages = ConfigTypes.MessagesOf(v), "Messages that the host accepts from any client.", "[\"move\"]"),
        new ConfigKey<ServeOptions, string>("$schema", Anything, (_, _) => { }, "The place of this schema, for editors."),
    ];

    private const string AutoWatchdog = "/dev/watchdog";

    private sealed class LightDraft
    {
        public AutoBrightness Light { get; set; } = new(Least: 10, BrightLux: 1000);
    }

    private static readonly TextType Anything = new(_ => null, least: 0);

    private static ConfigKey<ServeOptions>[] Display() =>
    [
        new ConfigKey<ServeOptions, string>("device",
            new TextType(t => DisplayChoice.Parse(t, out var fault) is null ? fault : null, Places.Display),
            (o, v) => o.Display = DisplayChoice.Parse(v, out _)!, $"The display: {DisplayChoice.Forms}.", "\"auto\""),
        new ConfigKey<ServeOptions, string>("mode",
            new TextType(t => DrmMode.Parse(t) is null ? "it must be WIDTHxHEIGHT or WIDTHxHEIGHT@HZ, as in \"1280x720@60\"" : null),
            (o, v) => o.DisplayMode = DrmMode.Parse(v), "The mode of a KMS display. Default: the monitor's preferred mode."),
        new ConfigKey<ServeOptions, int>("format", new WordType(Formats),
            (o, v) => o.DisplayFormat = v == 0 ? null : DrmFormat.Parse(Formats[v]), "The pixel format of a KMS display.", "\"auto\""),
        new ConfigKey<ServeOptions, int>("rotate", ConfigTypes.QuarterTurn, (o, v) => o.Rotate = v,
            "How the panel is mounted, in degrees clockwise. Default: what its driver says, else 0."),
        new ConfigKey<ServeOptions, int>("others", new WordType("off", "mirror", "leave"), // in the order of the enumeration
            (o, v) => o.OtherOutputs = (OtherOutputsUse)v, "What the other outputs of a KMS card show.", "\"off\""),
        new ConfigKey<ServeOptions, int>("mirror", new WordType("none", "x", "y", "xy"),
            (o, v) => (o.MirrorX, o.MirrorY) = (v is 1 or 3, v is 2 or 3),
            "Mirrors the picture before it is rotated: x is left to right.", "\"none\""),
        new ConfigKey<ServeOptions, bool>("dither", ConfigTypes.Flag, (o, v) => o.Dither = v,
            "Ordered dithering on displays with less than 24 bits per pixel.", "true"),
        new ConfigKey<ServeOptions, string>("splash", ConfigTypes.Name("a PNG or JPEG file", Places.File), (o, v) => o.Splash = v,
            "A PNG or JPEG that is shown until the first frame of the first client."),
        new ConfigKey<ServeOptions, string>("blankAfter",
            new TextType(t => Duration(t) is null
                ? "it must be a time as in \"00:10:00\" (hours, minutes, seconds); \"00:00:00\" is never"
                : null),
            (o, v) => o.BlankAfter = Duration(v)!.Value, "The time without input, HH:MM:SS, after which the screen is turned off.",
            "\"00:00:00\""),
        new ConfigKey<ServeOptions, LightDraft>("autoBrightness", new ObjectType<LightDraft>(() => new LightDraft(),
        [
            new ConfigKey<LightDraft, int>("least", new IntegerType(1, 100), (d, v) => d.Light = d.Light with { Least = v },
                "The brightness in the dark, in percent.", "10"),
            new ConfigKey<LightDraft, int>("brightLux", new IntegerType(10, 100_000), (d, v) => d.Light = d.Light with { BrightLux = v },
                "The light of the room, in lux, from which on the brightness is 100 %.", "1000"),
        ]), (o, v) => o.AutoBrightness = v.Light, "The backlight follows the light sensor."),
        ScheduleConfig.Display(),
        new ConfigKey<ServeOptions, int>("cursor", new WordType("auto", "never"), (o, v) => o.Cursor = v == 0,
            "Whether an arrow is shown while a mouse moves.", "\"auto\""),
    ];

    private static readonly string[] Formats = ["auto", .. DrmFormat.Words];

    private static TimeSpan? Duration(string text) =>
        TimeSpan.TryParseExact(text, @"hh\:mm\:ss", CultureInfo.InvariantCulture, out var time) ? time : null;

    private const int MostFurtherOutputs = 8;

    public static AudioOptions? Output(string text) => AudioOptions.TryParse(text, out var options, out _) ? options : null;

    public static readonly TextType OutputText = new(
        t => Output(t) is null ? "it must be auto, none, alsa:NAME, alsa:card=NAME or wav:FILE" : null, t => Places.Audio(Output(t)!));

    private static ConfigKey<ServeOptions>[] Audio() =>
    [
        new ConfigKey<ServeOptions, string>("device", OutputText, (o, v) => o.Audio = o.Audio.On(Output(v)!),
            "The sound output: auto, none, alsa:NAME, alsa:card=NAME or wav:FILE.", "\"auto\""),
        new ConfigKey<ServeOptions, IReadOnlyList<string>>("also",
            new ListType<string>(OutputText, most: MostFurtherOutputs, must: $"it must be a list of at most {MostFurtherOutputs} outputs"),
            (o, v) => o.Sound.Also = [.. v.Select(t => Output(t)!)], "Further outputs that play the same as device.", "[]"),
        new ConfigKey<ServeOptions, IReadOnlyList<string>>("prefer", new ListType<string>(ConfigTypes.Name("a card")),
            (o, v) => o.Audio = o.Audio with { Prefer = v },
            "The cards that auto prefers: ids or parts of names, the best one first.", "[]"),
        new ConfigKey<ServeOptions, double>("latencyMs", new NumberType(AudioOptions.MinLatencyMs, AudioOptions.MaxLatencyMs),
            (o, v) => o.Audio = o.Audio with { LatencyMs = v }, "The time from mixing to sound, in milliseconds.", "20"),
        new ConfigKey<ServeOptions, int>("priority", new IntegerType(0, 99), (o, v) => o.Audio = o.Audio with { Priority = v },
            "The real-time priority of the thread that feeds a card; 0 for none.", "10"),
        new ConfigKey<ServeOptions, int>("volume", ConfigTypes.Percent, (o, v) => o.Sound.Volume = v,
            "The volume in percent, until somebody changes it.", "100"),
        new ConfigKey<ServeOptions, string>("cardControl", ConfigTypes.Name("a control of the card, as in \"Master\""),
            (o, v) => o.Sound.CardControl = v, "A control of the card's own mixer that the volume sets."),
        new ConfigKey<ServeOptions, bool>("cardBoost", ConfigTypes.Flag, (o, v) => o.Sound.CardBoost = v,
            "Whether 100 % is the loudest value of cardControl, also above 0 dB.", "false"),
        new ConfigKey<ServeOptions, bool>("limiter", ConfigTypes.Flag, (o, v) => o.Sound.Limits = v,
            "Whether sound beyond full scale is turned down; otherwise it is clipped.", "true"),
        new ConfigKey<ServeOptions, int>("resampler", new WordType("low", "default", "high"),
            (o, v) => o.Sound.Quality = v == 0 ? ResamplerQuality.Low : v == 1 ? ResamplerQuality.Default : ResamplerQuality.High,
            "The quality of resampling.", "\"default\""),
        new ConfigKey<ServeOptions, string>("click", ConfigTypes.Name("a WAV file", Places.Wav), (o, v) => o.Sound.Click = v,
            "A WAV file of at most one second that is played at each press."),
        new ConfigKey<ServeOptions, int>("clickVolume", ConfigTypes.Percent, (o, v) => o.Sound.ClickVolume = v,
            "The volume of the click in percent.", "100"),
        new ConfigKey<ServeOptions, string>("state", ConfigTypes.Name("a file", Places.NewFile), (o, v) => o.Sound.State = v,
            "The file in which volumes are kept over restarts."),
    ];
}
