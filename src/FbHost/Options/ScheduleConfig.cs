using System.Globalization;

namespace FbHost.Options;

/// <summary>The objects of "display.schedule" and "apps[].schedule"; see docs/configuration.md.</summary>
internal static class ScheduleConfig
{
    private const int MostEntries = 64;
    private static readonly string[] DayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]; // in the order of DayOfWeek

    private sealed class Draft
    {
        public DailyTime When { get; set; } = new(default, default);

        public bool? Screen { get; set; }

        public int? Brightness { get; set; }
    }

    /// <summary>When the screen is off, and the brightness by the hour.</summary>
    public static ConfigKey<ServeOptions> Display() => new ConfigKey<ServeOptions, IReadOnlyList<Draft>>("schedule",
        List([
            .. When(),
            new ConfigKey<Draft, int>("screen", new WordType("off", "on"), (d, v) => d.Screen = v == 1,
                "Whether the screen is off or on."),
            new ConfigKey<Draft, int>("brightness", ConfigTypes.Percent, (d, v) => d.Brightness = v,
                "The brightness of the backlight in percent."),
        ], d => d.Screen is null && d.Brightness is null ? "it must have a \"screen\" or a \"brightness\"" : null),
        (o, v) => o.Schedule = [.. v.Select(d => new ScheduleEntry(d.When, d.Screen, d.Brightness))],
        "When the screen is off, and the brightness by the hour.", "[]", keepsValidItems: true);

    /// <summary>When an app is in front.</summary>
    public static readonly ConfigType<IReadOnlyList<DailyTime>> Times = new DailyTimes();

    private static ListType<Draft> List(ConfigKey<Draft>[] keys, Func<Draft, string?>? must = null) => new(
        new ObjectType<Draft>(() => new Draft(), keys, must), most: MostEntries,
        must: $"it must be a list of at most {MostEntries} entries");

    private static ConfigKey<Draft>[] When() =>
    [
        new ConfigKey<Draft, string>("from", new TextType(t => Time(t) is null ? Must : null),
            (d, v) => d.When = d.When with { From = Time(v)!.Value }, "The start: HH:MM or HH:MM:SS by the local clock.", isRequired: true),
        new ConfigKey<Draft, string>("to", new TextType(t => End(t) is null ? Must : null),
            (d, v) => d.When = d.When with { To = End(v)!.Value },
            "The end, HH:MM or HH:MM:SS; at or before the start, it is on the next day.", isRequired: true),
        new ConfigKey<Draft, string>("days",
            new TextType(t => Days(t) is null ? "it must be days, as in \"mon-fri\" or \"mon,wed,sat-sun\"" : null),
            (d, v) => d.When = d.When with { Days = Days(v)!.Value },
            "The days on which the time starts, as in mon-fri or mon,wed. Default: all days."),
    ];

    private const string Must = "it must be a time as in \"06:30\" or \"06:30:15\"";

    private static TimeOnly? Time(string text) =>
        TimeOnly.TryParseExact(text, ["HH:mm", "HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;

    private static TimeOnly? End(string text) => text is "24:00" or "24:00:00" ? TimeOnly.MinValue : Time(text);

    private static int? Days(string text)
    {
        var days = 0;
        foreach (var part in text.Split(','))
        {
            int[] ends = [.. part.Trim().Split('-').Select(day => Array.IndexOf(DayNames, day))];
            if (ends.Length > 2 || ends.Contains(-1))
                return null;
            for (var day = ends[0]; ; day = (day + 1) % DayNames.Length)
            {
                days |= 1 << day;
                if (day == ends[^1])
                    break;
            }
        }
        return days;
    }

    private sealed class DailyTimes : ConfigType<IReadOnlyList<DailyTime>>
    {
        private readonly ListType<Draft> _list = List(When());

        public override bool TryRead(JsonValue v, out IReadOnlyList<DailyTime> value)
        {
            var isValid = _list.TryRead(v, out var drafts);
            value = [.. (drafts ?? []).Select(d => d.When)];
            return isValid;
        }

        public override void WriteSchema(System.Text.Json.Utf8JsonWriter w) => _list.WriteSchema(w);
    }
}
