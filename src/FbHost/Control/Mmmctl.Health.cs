using System.Globalization;

namespace FbHost.Control;

internal static partial class Mmmctl
{
    // Returns the exit code: 1 if a person should look at something.
    private static int Health(ControlClient host, bool asJson)
    {
        var health = host.Ask("health");
        var isHealthy = health.Flag("healthy");
        if (asJson)
        {
            Console.WriteLine(health.ToJson());
            return isHealthy ? 0 : 1;
        }
        Console.WriteLine(isHealthy ? "healthy" : "not healthy");
        foreach (var problem in health.Texts("problems"))
            Console.WriteLine($"! {LogWriter.Printable(problem)}");
        Console.WriteLine();
        string[] titles = ["APP", "STATE", "PID", "FRAMES", "LAST", "EVENTS", "RESTARTS", "LAST HOUR", "LAST EXIT", "MEMORY", "CPU", "UP"];
        Table([titles, .. health.List("apps").Select(HealthRow)]);
        Console.WriteLine();
        List<string[]> rows =
        [
            ["host", HostText(health.Object("host"))],
            ["display", DisplayText(health.Object("display"))],
            ["input", Count(health.Object("input"), "devices")],
            ["sound", SoundText(health.Object("sound"))],
        ];
        if (health.Has("board"))
            rows.AddRange(BoardTexts(health.Object("board")).Select((text, i) => new[] { i == 0 ? "board" : "", text }));
        Table(rows);
        return isHealthy ? 0 : 1;
    }

    private static string[] HealthRow(Answer app) =>
    [
        LogWriter.Printable(app.Text("app")),
        app.Text("state"),
        app.Text("pid"),
        app.Number("frames").ToString("N0", CultureInfo.InvariantCulture),
        app.Has("lastFrameSeconds") ? $"{Time(app.Number("lastFrameSeconds"))} ago" : "-",
        (app.Number("eventsQueued") + app.Number("eventsHeld")).ToString("N0", CultureInfo.InvariantCulture),
        app.Text("restarts"),
        app.Text("endsLastHour"),
        app.Text("lastExit"),
        app.Has("memoryBytes") ? Size(app.Number("memoryBytes")) : "-",
        app.Has("cpuSeconds") ? Load(app) : "-",
        app.Has("uptimeSeconds") ? Time(app.Number("uptimeSeconds")) : "-",
    ];

    // Only what is there.
    private static string Joined(params string?[] parts) => LogWriter.Printable(string.Join(", ", parts.OfType<string>()));

    // The name as it is in the answer, or another one; without its s for one thing.
    private static string Count(Answer of, string key, string? name = null)
    {
        var (number, things) = (of.Number(key), name ?? key);
        return $"{number.ToString("N0", CultureInfo.InvariantCulture)} {(number == 1 ? things[..^1] : things)}";
    }

    private static string HostText(Answer host) => Joined(
        $"mmm {host.Text("version")}", $"pid {host.Text("pid")}", $"up {Time(host.Number("uptimeSeconds"))}",
        Count(host, "clients"),
        host.Has("memoryBytes") ? Size(host.Number("memoryBytes")) : null,
        host.Has("cpuSeconds") ? $"CPU {Load(host)}" : null,
        host.Has("wakeups") ? Count(host, "wakeups", "wake-ups") : null,
        host.Has("descriptors") ? Count(host, "descriptors") : null);

    private static string DisplayText(Answer display) => Joined(
        display.Text("description"), display.Text("state"),
        Count(display, "refreshes", "pictures"),
        display.Has("lastRefreshSeconds") ? $"the last {Time(display.Number("lastRefreshSeconds"))} ago" : null);

    private static string SoundText(Answer sound) => Joined(
        sound.Text("device"), sound.Text("state"), $"volume {Loudness(sound)}", Count(sound, "xruns"), Count(sound, "underruns"));

    private static IEnumerable<string> BoardTexts(Answer board)
    {
        foreach (var t in board.List("temperatures"))
        {
            yield return Joined(string.Create(CultureInfo.InvariantCulture, $"{t.Number("celsius"):0.0} °C {t.Text("type")}"),
                t.Has("limitCelsius") ? string.Create(CultureInfo.InvariantCulture, $"limit {t.Number("limitCelsius"):0.0} °C") : null);
        }
        if (board.List("throttling") is { Count: > 0 } throttling)
        {
            yield return Kinds("now", "not throttled");
            if (throttling.Any(t => t.Has("sinceBoot")))
                yield return $"since boot: {Kinds("sinceBoot", "never throttled")}";

            string Kinds(string when, string none) =>
                throttling.Where(t => t.Flag(when)).Select(t => t.Text("kind")).ToArray() is { Length: > 0 } kinds ? Joined(kinds) : none;
        }
        foreach (var cpu in board.List("cpus"))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{cpu.Text("policy")} {cpu.Number("hertz") / 1e6:0} MHz")
                + (cpu.Has("maxHertz") ? string.Create(CultureInfo.InvariantCulture, $" of {cpu.Number("maxHertz") / 1e6:0}") : "");
        }
        if (board.Has("memoryTotalBytes"))
            yield return $"{Size(board.Number("memoryAvailableBytes"))} of {Size(board.Number("memoryTotalBytes"))} memory available";
        if (board.Has("stateDirectory"))
        {
            yield return LogWriter.Printable($"{Size(board.Number("stateFreeBytes"))} of {Size(board.Number("stateSizeBytes"))} free in "
                + board.Text("stateDirectory"));
        }
    }

    // The share of one processor since the start.
    private static string Load(Answer of) =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * of.Number("cpuSeconds") / Math.Max(0.01, of.Number("uptimeSeconds")):0.0} %");

    private static string Size(double bytes) => bytes < 1e9
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB");

    private static string Time(double seconds)
    {
        const int minute = 60, hour = 3600, day = 86_400;
        var whole = (long)seconds;
        return seconds < minute ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s")
            : seconds < hour ? $"{whole / minute} min {whole % minute} s"
            : seconds < day ? $"{whole / hour} h {whole % hour / minute} min"
            : $"{whole / day} d {whole % day / hour} h";
    }
}
