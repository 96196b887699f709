using System.Globalization;
using System.Text;

namespace FbHost.Control;

/// <summary>
/// The answer to the request <c>health</c> as figures for Prometheus: its text format, version 0.0.4. What the answer does not have is left
/// out. Labels are names of the configuration, states and devices, never what a client has written.
/// </summary>
internal sealed class HealthMetrics
{
    /// <summary>The type of the text for HTTP.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private const string Gauge = "gauge", Counter = "counter";
    private readonly StringBuilder _text = new();

    private HealthMetrics()
    {
    }

    /// <summary>Returns the text, with a line break at its end.</summary>
    public static string Of(Answer health)
    {
        var metrics = new HealthMetrics();
        metrics.Add("mmm_healthy", Gauge, "1 if there is nothing that a person should look at.", health, "healthy");
        metrics.Add("mmm_problems", Gauge, "The number of things that a person should look at.",
            [("", health.Texts("problems").Count)]);
        metrics.AddApps(health.List("apps"));
        metrics.AddHost(health.Object("host"));
        metrics.AddDisplay(health.Object("display"));
        metrics.Add("mmm_input_devices", Gauge, "Input devices in use.", health.Object("input"), "devices");
        metrics.AddSound(health.Object("sound"));
        if (health.Has("board"))
            metrics.AddBoard(health.Object("board"));
        return metrics._text.ToString();
    }

    private void AddApps(IReadOnlyList<Answer> apps)
    {
        Add("mmm_app_up", Gauge, "1 if the app's process runs.", apps.Select(a => (App(a), a.Has("pid") ? 1.0 : 0)));
        OfApps("mmm_app_healthy", Gauge, "1 if the app needs nobody to look at it.", "healthy");
        Add("mmm_app_state", Gauge, "1 for the state of the app, a word.",
            apps.Select(a => ($"{App(a)},{Label("state", a.Text("state"))}", 1.0)));
        OfApps("mmm_app_frames_total", Counter, "Frames of the app that were shown since the host started.", "frames");
        OfApps("mmm_app_last_frame_age_seconds", Gauge, "Time since the app's newest frame.", "lastFrameSeconds");
        OfApps("mmm_app_restarts_total", Counter, "How often the app was started again since the host started.", "restarts");
        OfApps("mmm_app_ends_last_hour", Gauge, "How often the app ended within the last hour without having been requested to.",
            "endsLastHour");
        OfApps("mmm_app_clients", Gauge, "Clients of the app.", "clients");
        OfApps("mmm_app_events_queued", Gauge, "Events that the app has not read yet, of 1024.", "eventsQueued");
        OfApps("mmm_app_events_held", Gauge, "Events that wait in the host, since the app does not read.", "eventsHeld");
        OfApps("mmm_app_processes", Gauge, "Processes of the app.", "processes");
        OfApps("mmm_app_memory_bytes", Gauge, "Memory of the app's processes; shared pages count in part.", "memoryBytes");
        OfApps("mmm_app_cpu_seconds_total", Counter, "Processor time of the app since its process was started.", "cpuSeconds");
        OfApps("mmm_app_uptime_seconds", Gauge, "Time since the app's process was started.", "uptimeSeconds");

        void OfApps(string name, string type, string help, string key) =>
            Add(name, type, help, apps.Where(a => a.Has(key)).Select(a => (App(a), Value(a, key))));

        static string App(Answer app) => Label("app", app.Text("app"));
    }

    private void AddHost(Answer host)
    {
        Add("mmm_host_info", Gauge, "1, with the version of the host.", [(Label("version", host.Text("version")), 1)]);
        Add("mmm_host_uptime_seconds", Gauge, "Time since the host started.", host, "uptimeSeconds");
        Add("mmm_host_clients", Gauge, "Clients that are served.", host, "clients");
        Add("mmm_host_memory_bytes", Gauge, "Memory of the host's process; shared pages count in part.", host, "memoryBytes");
        Add("mmm_host_cpu_seconds_total", Counter, "Processor time of the host.", host, "cpuSeconds");
        Add("mmm_host_wakeups_total", Counter, "How often a thread of the host has slept and was woken.", host, "wakeups");
        Add("mmm_host_open_descriptors", Gauge, "Descriptors that the host has open.", host, "descriptors");
    }

    private void AddDisplay(Answer display)
    {
        Add("mmm_display_info", Gauge, "1, with the description of the display.",
            [(Label("description", display.Text("description")), 1)]);
        Add("mmm_display_state", Gauge, "1 for the state of the display: on, blank, hidden, lost or stuck.",
            [(Label("state", display.Text("state")), 1)]);
        Add("mmm_display_width_pixels", Gauge, "Width of the screen.", display, "width");
        Add("mmm_display_height_pixels", Gauge, "Height of the screen.", display, "height");
        Add("mmm_display_refreshes_total", Counter, "How often a changed picture was given to the display.", display, "refreshes");
        Add("mmm_display_last_refresh_age_seconds", Gauge, "Time since the last one.", display, "lastRefreshSeconds");
    }

    private void AddSound(Answer sound)
    {
        Add("mmm_audio_info", Gauge, "1, with the name of the output.", [(Label("device", sound.Text("device")), 1)]);
        Add("mmm_audio_state", Gauge, "1 for the state of the output: playing, idle or waiting.",
            [(Label("state", sound.Text("state")), 1)]);
        Add("mmm_audio_volume_ratio", Gauge, "The volume, 0 to 1.", [("", sound.Number("volume") / 100)]);
        Add("mmm_audio_muted", Gauge, "1 if all sound is muted.", sound, "muted");
        Add("mmm_audio_xruns_total", Counter, "How often the output has run out of frames.", sound, "xruns");
        Add("mmm_audio_underruns_total", Counter, "How often frames of a client came late in the middle of a sound.", sound, "underruns");
    }

    private void AddBoard(Answer board)
    {
        var (temperatures, throttling, cpus) = (board.List("temperatures"), board.List("throttling"), board.List("cpus"));
        Add("mmm_board_temperature_celsius", Gauge, "Temperature.", temperatures.Select(t => (Zone(t), t.Number("celsius"))));
        Add("mmm_board_temperature_limit_celsius", Gauge, "Temperature at which the board is shut down, or that is told as hot.",
            temperatures.Where(t => t.Has("limitCelsius")).Select(t => (Zone(t), t.Number("limitCelsius"))));
        Add("mmm_board_throttled", Gauge, "1 if the board is slower now for this reason.",
            throttling.Select(t => (Kind(t), Value(t, "now"))));
        Add("mmm_board_throttled_since_boot", Gauge, "1 if it was at any time since it was started.",
            throttling.Where(t => t.Has("sinceBoot")).Select(t => (Kind(t), Value(t, "sinceBoot"))));
        Add("mmm_board_cpu_frequency_hertz", Gauge, "Speed of the processors.",
            cpus.Select(c => (Label("policy", c.Text("policy")), c.Number("hertz"))));
        Add("mmm_board_memory_total_bytes", Gauge, "Memory of the board.", board, "memoryTotalBytes");
        Add("mmm_board_memory_available_bytes", Gauge, "Memory that programs can still have.", board, "memoryAvailableBytes");
        Add("mmm_board_state_size_bytes", Gauge, "Size of the file system of the host's state directory.", board, "stateSizeBytes");
        Add("mmm_board_state_free_bytes", Gauge, "Free space there.", board, "stateFreeBytes");

        static string Zone(Answer t) => $"{Label("zone", t.Text("zone"))},{Label("type", t.Text("type"))}";
        static string Kind(Answer t) => Label("kind", t.Text("kind"));
    }

    private static double Value(Answer of, string key) => of.Flag(key) ? 1 : of.Number(key);

    private void Add(string name, string type, string help, Answer of, string key) =>
        Add(name, type, help, of.Has(key) ? [("", Value(of, key))] : []);

    private void Add(string name, string type, string help, IEnumerable<(string Labels, double Value)> samples)
    {
        var isFirst = true;
        foreach (var (labels, value) in samples)
        {
            if (isFirst)
                _text.Append($"# HELP {name} {help}\n# TYPE {name} {type}\n");
            isFirst = false;
            _text.Append(name);
            if (labels.Length > 0)
                _text.Append('{').Append(labels).Append('}');
            _text.Append(CultureInfo.InvariantCulture, $" {value}\n");
        }
    }

    private static string Label(string name, string value) =>
        $"{name}=\"{value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n")}\"";
}
