using AlsaSink;

namespace FbHost.Options;

/// <summary>The objects of "apps"; see docs/configuration.md.</summary>
internal static class AppsConfig
{
    private const int LongestName = 64; // of an app; a file name has at most 255 bytes
    private const int LongestArgument = 128 * 1024 / 3; // characters; the kernel accepts 128 KB per argument

    private sealed class AppDraft
    {
        public string? Name { get; set; }

        public IReadOnlyList<string> Command { get; set; } = [];

        public bool FullScreen { get; set; }

        public HashSet<string>? Messages { get; set; }

        public bool UsesSdlKeyNames { get; set; }

        public int Place { get; set; }

        public AudioOptions? Audio { get; set; }
    }

    /// <summary>The apps that the host starts.</summary>
    public static ConfigKey<ServeOptions> Apps() =>
        new ConfigKey<ServeOptions, IReadOnlyList<AppDraft>>("apps", new ListType<AppDraft>(App()),
        (o, v) => o.Apps = [.. v.Select(Options)], "The apps that the host starts.", keepsValidItems: true);

    private static AppOptions Options(AppDraft a) =>
        new(a.Name ?? Path.GetFileName(a.Command[0]), a.Command)
        {
            FullScreen = a.FullScreen, Messages = a.Messages, UsesSdlKeyNames = a.UsesSdlKeyNames, Place = a.Place, Audio = a.Audio,
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
    ]);

    private static bool IsWord(string name) =>
        name.Length is > 0 and <= LongestName
        && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == '/') && name is not ("." or "..");
}
