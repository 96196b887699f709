using AlsaSink;

namespace FbHost.Options;

/// <summary>The objects of "apps"; see docs/configuration.md.</summary>
internal static class AppsConfig
{
    private const int LongestName = 64; // of an app; a file name has at most 255 bytes
    private const int LongestArgument = 128 * 1024 / 3; // characters; the kernel accepts 128 KB per argument

    private sealed class AppDraft
    {
        public AppOptions App { get; set; } = new("", []);

        public AppStart Start { get; set; } = new();

        public LivenessOptions Liveness { get; set; } = new();
    }

    private sealed class LimitsDraft
    {
        public AppLimits Limits { get; set; } = new();
    }

    /// <summary>The apps that the host starts.</summary>
    public static ConfigKey<ServeOptions> Apps() =>
        new ConfigKey<ServeOptions, IReadOnlyList<AppDraft>>("apps", new ListType<AppDraft>(App()),
        (o, v) => o.Apps = [.. v.Select(Options)], "The apps that the host starts, in this order.", keepsValidItems: true);

    private static AppOptions Options(AppDraft a) => a.App with
    {
        Name = a.App.Name.Length > 0 ? a.App.Name : Path.GetFileName(a.App.Command[0]), Start = a.Start, Liveness = a.Liveness,
    };

    private static ObjectType<AppDraft> App() => new(() => new AppDraft(), [.. Basics(), .. Starting(), .. Lasting(), .. Sandbox()]);

    private static ConfigKey<AppDraft>[] Basics() =>
    [
        new ConfigKey<AppDraft, string>("name",
            new TextType(t => IsWord(t) ? null : $"it must be one word of at most {LongestName} letters, without /"),
            (a, v) => a.App = a.App with { Name = v }, "One word. Default: the name of the program."),
        new ConfigKey<AppDraft, IReadOnlyList<string>>("command",
            new ListType<string>(new TextType(_ => null, most: LongestArgument, least: 0), 1,
                must: "it must be a list: [ \"/path/to/app\", \"argument\", … ]",
                first: new TextType(t => t.Length > 0 && t[^1] != '/' ? null : "it must name a program, as in \"/path/to/app\"",
                    Places.Program)),
            (a, v) => a.App = a.App with { Command = v }, "The program and its arguments.", isRequired: true),
        new ConfigKey<AppDraft, bool>("fullScreen", ConfigTypes.Flag, (a, v) => a.App = a.App with { FullScreen = v },
            "Whether the clients of this app are asked to take the size of the screen.", "false"),
        new ConfigKey<AppDraft, IReadOnlyList<int>>("messages", ConfigTypes.Messages,
            (a, v) => a.App = a.App with { Messages = ConfigTypes.MessagesOf(v) },
            "Messages that the host accepts from clients of this app, in addition to those of messages.", "[]"),
        new ConfigKey<AppDraft, int>("place", new WordType("topLeft", "center", "scale", "fit"),
            (a, v) => a.App = a.App with { Place = v }, "How the pictures of this app are placed on a larger screen.", "\"topLeft\""),
        new ConfigKey<AppDraft, string>("audio", ConfigTable.OutputText, (a, v) => a.App = a.App with { Audio = ConfigTable.Output(v) },
            "The sound output of this app, as audio.device. Default: that of all others."),
        new ConfigKey<AppDraft, int>("keyNames", new WordType("mmm", "sdl"), (a, v) => a.App = a.App with { UsesSdlKeyNames = v == 1 },
            "How the prefixes of keys are written for this app: control-alt-shift- (mmm) or shift-alt-control- (sdl).", "\"mmm\""),
        new ConfigKey<AppDraft, IReadOnlyList<string>>("leds", LedsConfig.Names, (a, v) => a.App = a.App with { Leds = v.ToHashSet() },
            "The LEDs that clients of this app may set, by the names of leds.", "[]"),
        new ConfigKey<AppDraft, IReadOnlyList<DailyTime>>("schedule", ScheduleConfig.Times, (a, v) => a.App = a.App with { Schedule = v },
            "When this app is in front.", "[]"),
    ];

    private static ConfigKey<AppDraft>[] Starting() =>
    [
        new ConfigKey<AppDraft, IReadOnlyList<KeyValuePair<string, string>>>("environment",
            new MapType<string>(VariableFault, new TextType(_ => null, most: LongestArgument, least: 0)),
            (a, v) => a.Start = a.Start with { Environment = v }, "Variables of the app's environment.", "{}"),
        new ConfigKey<AppDraft, string>("workingDirectory",
            new TextType(t => t.StartsWith('/') ? null : "it must be the full path of a directory", Places.Folder),
            (a, v) => a.Start = a.Start with { WorkingDirectory = v }, "The working directory. Default: the app's state folder."),
        new ConfigKey<AppDraft, string>("user", ConfigTypes.Name("a user", Places.User),
            (a, v) => a.Start = a.Start with { User = v }, "The user that runs the app, if the host is root. Default: one of its own."),
        new ConfigKey<AppDraft, string>("group", ConfigTypes.Name("a group", Places.Group),
            (a, v) => a.Start = a.Start with { Group = v }, "The group that runs the app, if the host is root. Default: that of the user."),
        new ConfigKey<AppDraft, string>("startWhen",
            new TextType(t => StartWhen.Parse(t) is null ? "it must be \"now\", \"network\" or \"after NAME\"" : null),
            (a, v) => a.App = a.App with { StartWhen = StartWhen.Parse(v)! },
            "When the app is started: now, with the network, or after the first frame of the app NAME.", "\"now\""),
    ];

    private static ConfigKey<AppDraft>[] Lasting() =>
    [
        new ConfigKey<AppDraft, int>("restart", new WordType("always", "onFailure", "never"), // in the order of the enumeration
            (a, v) => a.App = a.App with { Restart = (RestartPolicy)v }, "After which ends the app is started again.", "\"always\""),
        new ConfigKey<AppDraft, bool>("keepRunning", ConfigTypes.Flag, (a, v) => a.Start = a.Start with { KeepRunning = v },
            "Whether the app outlives a host that is killed, and the next host takes it over.", "false"),
        new ConfigKey<AppDraft, double>("answerWithin", Seconds, (a, v) => a.Liveness = a.Liveness with { AnswerWithin = Time(v) },
            "An app that leaves events unread for so many seconds is frozen; 0: never.", "10"),
        new ConfigKey<AppDraft, double>("firstFrameWithin", Seconds, (a, v) => a.Liveness = a.Liveness with { FirstFrameWithin = Time(v) },
            "An app that shows no frame for so many seconds after its start is frozen; 0: never.", "30"),
        new ConfigKey<AppDraft, double>("maxFrameInterval", Seconds, (a, v) => a.Liveness = a.Liveness with { MaxFrameInterval = Time(v) },
            "An app that shows no new frame for so many seconds is frozen; 0: never.", "0"),
    ];

    private static ConfigKey<AppDraft>[] Sandbox() =>
    [
        new ConfigKey<AppDraft, int>("sandbox", new WordType("default", "none"),
            (a, v) => a.Start = a.Start with { IsSandboxed = v == 0 }, "Whether the app runs in a sandbox.", "\"default\""),
        new ConfigKey<AppDraft, bool>("network", ConfigTypes.Flag, (a, v) => a.Start = a.Start with { Network = v },
            "Whether a sandboxed app can use the network.", "false"),
        new ConfigKey<AppDraft, IReadOnlyList<string>>("binds", new ListType<string>(new TextType(BindFault, BindPlace)),
            (a, v) => a.Start = a.Start with { Binds = v }, "Further paths that a sandboxed app can read; with rw: in front, also write.",
            "[]"),
        new ConfigKey<AppDraft, IReadOnlyList<string>>("devices",
            new ListType<string>(new TextType(t => IsDevice(t) ? null : "it must be a path in /dev", Places.Device)),
            (a, v) => a.Start = a.Start with { Devices = v }, "Device nodes that a sandboxed app can use.", "[]"),
        new ConfigKey<AppDraft, LimitsDraft>("limits", new ObjectType<LimitsDraft>(() => new LimitsDraft(), Limits()),
            (a, v) => a.Start = a.Start with { Limits = v.Limits }, "What the app may use at most. 0: no limit."),
    ];

    private static ConfigKey<LimitsDraft>[] Limits() =>
    [
        new ConfigKey<LimitsDraft, int>("memoryMb", new IntegerType(0, MostMb), (d, v) => d.Limits = d.Limits with { MemoryMb = v },
            "Memory in MB, with a cgroup.", "512"),
        new ConfigKey<LimitsDraft, int>("processes", new IntegerType(0, 100_000), (d, v) => d.Limits = d.Limits with { Processes = v },
            "Processes and threads.", "256"),
        new ConfigKey<LimitsDraft, int>("cpuWeight", new IntegerType(0, 10_000), (d, v) => d.Limits = d.Limits with { CpuWeight = v },
            "The share of the processor against others that are busy, with a cgroup.", "100"),
        new ConfigKey<LimitsDraft, int>("files", new IntegerType(0, 1_000_000), (d, v) => d.Limits = d.Limits with { Files = v },
            "Open files of each process.", "1024"),
        new ConfigKey<LimitsDraft, int>("fileMb", new IntegerType(0, MostMb), (d, v) => d.Limits = d.Limits with { FileMb = v },
            "The size of one file in MB.", "256"),
    ];

    private const int MostMb = 1_000_000;
    private static readonly NumberType Seconds = new(0, 86_400);

    private static TimeSpan Time(double seconds) => TimeSpan.FromMilliseconds(Math.Round(seconds * 1000));

    private static string? VariableFault(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && !char.IsAsciiDigit(name[0])
            ? null : "it must be the name of a variable: letters, digits and _";

    private static string? BindFault(string bind) =>
        AppStart.PathOf(bind).StartsWith('/') ? null : "it must be a full path, as in \"/data/photos\" or \"rw:/data/photos\"";

    private static string? BindPlace(string bind) => Places.Existing(AppStart.PathOf(bind));

    private static bool IsDevice(string path) =>
        path.StartsWith("/dev/", StringComparison.Ordinal) && path[^1] != '/' && Path.GetFullPath(path) == path;

    private static bool IsWord(string name) =>
        name.Length is > 0 and <= LongestName
        && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == '/') && name is not ("." or "..");
}
