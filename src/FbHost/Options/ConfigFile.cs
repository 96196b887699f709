using AlsaSink;
using Displays;
using GpioButtons;
using Mmm;

namespace FbHost.Options;

/// <summary>
/// Reads the configuration file: JSON with comments. Every key is optional; an unknown key is an error. See docs/configuration.md.
/// </summary>
internal static class ConfigFile
{
    private const int LongestName = 64; // of an app; a file name has at most 255 bytes
    private const int LongestArgument = 128 * 1024 / 3; // characters; the kernel accepts 128 KB per argument

    /// <exception cref="MmmException">The configuration is not valid. The message is one line with the file, the line, the key and what it
    /// must be.</exception>
    public static ServeOptions Load(string file)
    {
        var options = new ServeOptions();
        JsonValue? front = null; // checked when all apps have been read
        JsonValue.Load(file).Members(
            ("path", v => options.Path = v.Name("the clients' directory")),
            ("display", v => v.Members(
                ("device", d => options.Display = DisplayChoice.Parse(d.Text, out var fault) ?? throw d.Fault(fault)),
                ("mode", m => options.DisplayMode = DrmMode.Parse(m.Text)
                    ?? throw m.Fault("it must be WIDTHxHEIGHT or WIDTHxHEIGHT@HZ, as in \"1280x720@60\"")),
                ("format", f => options.DisplayFormat = f.Text == "auto"
                    ? null
                    : DrmFormat.Parse(f.Text) ?? throw f.Fault("it must be \"auto\", \"xrgb8888\" or \"rgb565\"")),
                ("rotate", d => options.Rotate = d.Is(0, 90, 180, 270)),
                ("mirror", d => (options.MirrorX, options.MirrorY) = Mirror(d)),
                ("dither", d => options.Dither = d.Flag),
                ("splash", d => options.Splash = d.Name("a PNG file")),
                ("blankAfter", d => options.BlankAfter = Duration(d)),
                ("cursor", d => options.Cursor = d.Text switch
                {
                    "auto" => true,
                    "never" => false,
                    _ => throw d.Fault("it must be \"auto\" or \"never\""),
                }))),
            ("input", v => InputConfig.Read(v, options)),
            ("audio", v => v.Members(
                ("device", d => options.Audio = options.Audio.On(Audio(d))),
                ("prefer", d => options.Audio = options.Audio with { Prefer = [.. d.Items.Select(i => i.Name("a card"))] }),
                ("latencyMs",
                    d => options.Audio = options.Audio with { LatencyMs = d.Number(AudioOptions.MinLatencyMs, AudioOptions.MaxLatencyMs) }),
                ("priority", d => options.Audio = options.Audio with { Priority = d.Integer(0, 99) }),
                ("volume", d => options.Sound.Volume = d.Integer(0, 100)),
                ("cardControl", d => options.Sound.CardControl = d.Name("a control of the card, as in \"Master\"")),
                ("limiter", d => options.Sound.Limits = d.Flag),
                ("resampler", d => options.Sound.Quality = Quality(d)),
                ("click", d => options.Sound.Click = d.Name("a WAV file")),
                ("clickVolume", d => options.Sound.ClickVolume = d.Integer(0, 100)),
                ("state", d => options.Sound.State = d.Name("a file")))),
            ("buttons", v => options.Buttons = [.. v.Items.Select(Button)]),
            ("apps", v => options.Apps = Apps(v)),
            ("front", v => front = v),
            ("help", v => options.Help = v.Text),
            ("messages", v => options.AllowedMessages = Messages(v)));
        if (front?.Text is { } name)
            options.Front = options.Apps.Any(a => a.Name == name) ? name : throw front.Fault($"it must name {NamesOf(options.Apps)}");
        return options;
    }

    private static (bool X, bool Y) Mirror(JsonValue v) => v.Text switch
    {
        "none" => (false, false),
        "x" => (true, false),
        "y" => (false, true),
        "xy" => (true, true),
        _ => throw v.Fault("it must be \"none\", \"x\" (left to right), \"y\" (top to bottom) or \"xy\""),
    };

    private static TimeSpan Duration(JsonValue v) =>
        TimeSpan.TryParseExact(v.Text, @"hh\:mm\:ss", System.Globalization.CultureInfo.InvariantCulture, out var time)
            ? time
            : throw v.Fault("it must be a time as in \"00:10:00\" (hours, minutes, seconds); \"00:00:00\" is never");

    private static AudioOptions Audio(JsonValue v) => AudioOptions.TryParse(v.Text, out var options, out _)
        ? options
        : throw v.Fault("it must be auto, none, alsa:NAME, alsa:card=NAME or wav:FILE");

    private static ResamplerQuality Quality(JsonValue v) => v.Text switch
    {
        "low" => ResamplerQuality.Low,
        "default" => ResamplerQuality.Default,
        "high" => ResamplerQuality.High,
        _ => throw v.Fault("it must be \"low\", \"default\" or \"high\""),
    };

    private static string NamesOf(IReadOnlyList<AppOptions> apps) =>
        apps.Count == 0 ? "one of \"apps\", and there are none" : $"one of \"apps\": {string.Join(", ", apps.Select(a => a.Name))}";

    private static HashSet<string> Messages(JsonValue v) => [.. v.Items.Select(Message)];

    private static string Message(JsonValue v) => ServeOptions.KnownMessages.Contains(v.Text)
        ? v.Text
        : throw v.Fault($"it must be one of {string.Join(", ", ServeOptions.KnownMessages)}");

    private static ButtonConfig Button(JsonValue v)
    {
        int chip = 0, line = -1;
        var activeLow = false;
        var text = "";
        var driver = ButtonConfig.CharDev;
        var debounceMs = 5;
        v.Members(
            ("chip", x => chip = x.Integer(0, 255)),
            ("line", x => line = x.Integer(0, 1023)),
            ("activeLow", x => activeLow = x.Flag),
            ("event", x => text = x.Text.Length is > 0 and < 120
                ? x.Text
                : throw x.Fault("it must be an event text of 1 to 119 characters")),
            ("driver", x => driver = x.Text is ButtonConfig.CharDev or ButtonConfig.Libgpiod
                ? x.Text
                : throw x.Fault("it must be \"chardev\" or \"libgpiod\"")),
            ("debounceMs", x => debounceMs = x.Integer(0, 1000)));
        if (line < 0)
            throw v.Fault("it must have a \"line\"");
        return text.Length > 0
            ? new ButtonConfig(chip, line, activeLow, text, driver, debounceMs)
            : throw v.Fault("it must have an \"event\", as in \"return\"");
    }

    private static IReadOnlyList<AppOptions> Apps(JsonValue v)
    {
        var apps = new List<AppOptions>();
        foreach (var item in v.Items)
        {
            string? name = null;
            IReadOnlyList<string> command = [];
            var fullScreen = false;
            HashSet<string>? messages = null;
            item.Members(
                ("name", x => name = IsWord(x.Text)
                    ? x.Text
                    : throw x.Fault($"it must be one word of at most {LongestName} letters, without /")),
                ("command", x => command = Command(x)),
                ("fullScreen", x => fullScreen = x.Flag),
                ("messages", x => messages = Messages(x)));
            if (command.Count == 0)
                throw item.Fault("it must have a \"command\": [ \"/path/to/app\" ]");
            name ??= System.IO.Path.GetFileName(command[0]);
            if (apps.Exists(a => a.Name == name))
                throw item.Fault($"another app is named {name} already; give it a \"name\" of its own");
            apps.Add(new AppOptions(name, command) { FullScreen = fullScreen, Messages = messages });
        }
        return apps;
    }

    private static bool IsWord(string name) =>
        name.Length is > 0 and <= LongestName
        && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == '/') && name is not ("." or "..");

    private static string[] Command(JsonValue v)
    {
        if (v.Items.Count == 0)
            throw v.Fault("it must be a list: [ \"/path/to/app\", \"argument\", … ]");
        var program = v.Items[0].Text;
        if (program.Length == 0 || program[^1] == '/')
            throw v.Items[0].Fault("it must name a program, as in \"/path/to/app\"");
        return [program, .. v.Items.Skip(1).Select(i => i.TextOf(LongestArgument))];
    }
}
