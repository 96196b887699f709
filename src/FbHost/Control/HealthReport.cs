using System.Globalization;
using System.Text.Json;
using AlsaSink;
using Displays;
using FbHost.Apps;
using FbHost.Audio;
using FbHost.Clients;
using FbHost.Figures;
using FbHost.Input;
using FbHost.Loop;
using FbHost.Options;
using FbHost.Screens;

namespace FbHost.Control;

/// <summary>
/// Says how the appliance is: each app, the host, the display, input, sound and the board, and everything that a person should look at.
/// Used only by the loop's thread.
/// </summary>
internal sealed class HealthReport
{
    private const long StuckNs = 2_000_000_000;
    private static readonly string[] Healthy = ["running", "starting", "waiting", "ended"]; // states of apps
    private readonly ClientTable _clients;
    private readonly AppLauncher _apps;
    private readonly Screen _screen;
    private readonly SoundOutput _output;
    private readonly ClientStreams _streams;
    private readonly long _startedNs = EventLoop.Now;
    private readonly Dictionary<string, (long Frames, long LastNs)> _former = []; // of clients that are gone, by the app's name
    private readonly Dictionary<string, (int Pid, double Seconds)> _cpu = []; // the most that was told, by the app's name
    private long _refreshes;
    private long _refreshedNs;
    private long _firstFrameNs;

    public HealthReport(ClientTable clients, AppLauncher apps, Screen screen, SoundOutput output, ClientStreams streams)
    {
        (_clients, _apps, _screen, _output, _streams) = (clients, apps, screen, output, streams);
        clients.Gone += Keep;
        clients.Frames.FirstFrame += _ => _firstFrameNs = _firstFrameNs == 0 ? EventLoop.Now : _firstFrameNs;
        screen.Shown += _ => (_refreshes, _refreshedNs) = (_refreshes + 1, EventLoop.Now);
    }

    /// <summary>The display that the screen is shown on, before it is rotated.</summary>
    public required IDisplay Panel { get; init; }

    /// <summary>The virtual terminal of the screen; null if it has none.</summary>
    public required VirtualTerminal? Terminal { get; init; }

    /// <summary>The input devices.</summary>
    public required InputDevices Input { get; init; }

    /// <summary>The faults of the configuration, each one line.</summary>
    public required IReadOnlyList<string> Faults { get; init; }

    /// <summary>Looks at everything. Returns what writes the members of the answer.</summary>
    /// <param name="figures">What /proc and /sys tell; null if they have not answered in time.</param>
    public Action<Utf8JsonWriter> Make(AllFigures? figures)
    {
        List<string> problems = [.. Faults];
        if (figures is null)
            problems.Add("host: /proc and /sys do not answer in time, so memory, processor time and the board's figures are missing");
        var apps = _apps.All.Select(app => Look(app, figures, problems)).ToList();
        var display = DisplayState();
        if (display == "stuck")
            problems.Add($"display: {Panel.Description} has not shown a picture that was given to it "
                + $"{Seconds((EventLoop.Now - _refreshedNs) / 1e9)} s ago; restart the host, or the board");
        if (display == "lost")
            problems.Add($"display: there is none ({Panel.Description}); connect a monitor or the panel");
        if (_output.Status is { State: OutputState.Discarding, Description: not "none" and var device })
            problems.Add($"sound: {device} cannot be used, and is tried again; connect it, or end what else uses it");
        if (figures is not null)
            BoardReport.AddProblems(figures.Board, problems);
        return w =>
        {
            w.WriteBoolean("healthy", problems.Count == 0);
            w.WriteStartArray("problems");
            problems.ForEach(w.WriteStringValue);
            w.WriteEndArray();
            w.WriteStartArray("apps");
            apps.ForEach(app => app.Write(w));
            w.WriteEndArray();
            WriteHost(w, figures?.Host);
            WriteDisplay(w, display);
            w.WriteStartObject("input");
            w.WriteNumber("devices", Input.Count);
            w.WriteEndObject();
            WriteSound(w);
            if (figures is not null)
                BoardReport.Write(w, figures.Board);
        };
    }

    private static string Seconds(double seconds) => seconds.ToString("0", CultureInfo.InvariantCulture);

    private void Keep(ClientSession client)
    {
        if (client.App is { Name: var app })
            _former[app] = (_former.GetValueOrDefault(app).Frames + client.Frames, Math.Max(LastFrameOf(app), client.LastFrameNs));
    }

    // 0 if the app has not shown a frame yet.
    private long LastFrameOf(string app) => Math.Max(_former.GetValueOrDefault(app).LastNs,
        _clients.Serving.Where(c => c.App?.Name == app && c.Frames > 0).Select(c => c.LastFrameNs).DefaultIfEmpty().Max());

    private AppHealth Look(App app, AllFigures? figures, List<string> problems)
    {
        var pid = app.Process is { HasEnded: false } process ? process.Pid : 0;
        ProcessFigures? used = figures?.Apps.TryGetValue(pid, out var found) == true ? KeepMost(app.Name, pid, found) : null;
        var state = app.State == "running" && used is { IsStopped: true } ? "stopped" : app.State;
        var clients = _clients.Serving.Where(c => c.App?.Name == app.Name).ToList();
        var health = new AppHealth(app, state, Healthy.Contains(state), pid, used)
        {
            Clients = clients.Count,
            Frames = _former.GetValueOrDefault(app.Name).Frames + clients.Sum(c => c.Frames),
            LastFrameNs = LastFrameOf(app.Name),
            EventsQueued = clients.Sum(c => c.File!.QueuedEvents),
            EventsHeld = clients.Sum(c => c.Events!.Held),
        };
        if (!health.IsHealthy)
            problems.Add(health.Problem);
        return health;
    }

    // The time of a process that has ended counts again only when its parent has waited for it, and never if the host was that parent. So
    // the sum could fall, which a reader of counters takes for a new start.
    private ProcessFigures KeepMost(string app, int pid, ProcessFigures now)
    {
        if (_cpu.TryGetValue(app, out var most) && most.Pid == pid && most.Seconds > now.CpuSeconds)
            return now with { CpuSeconds = most.Seconds };
        _cpu[app] = (pid, now.CpuSeconds);
        return now;
    }

    private string DisplayState() => Terminal is { IsShown: false } ? "hidden"
        : Panel is ReturningDisplay { IsThere: false } ? "lost"
        : _screen.IsBlank ? "blank"
        : Panel.IsBusy && EventLoop.Now - Math.Max(_refreshedNs, _startedNs) > StuckNs ? "stuck"
        : "on";

    private void WriteHost(Utf8JsonWriter w, HostFigures? used)
    {
        w.WriteStartObject("host");
        w.WriteString("version", OptionTable.ProgramVersion);
        w.WriteNumber("pid", Environment.ProcessId);
        w.WriteNumber("uptimeSeconds", Rounded((EventLoop.Now - _startedNs) / 1e9));
        w.WriteNumber("clients", _clients.Serving.Count);
        if (used is { } host)
        {
            if (host.MemoryBytes is { } memory)
                w.WriteNumber("memoryBytes", memory);
            w.WriteNumber("cpuSeconds", Rounded(host.CpuSeconds));
            w.WriteNumber("wakeups", host.Wakeups);
            if (host.Descriptors is { } descriptors)
                w.WriteNumber("descriptors", descriptors);
        }
        w.WriteEndObject();
    }

    private void WriteDisplay(Utf8JsonWriter w, string state)
    {
        w.WriteStartObject("display");
        w.WriteString("description", Panel.Description);
        w.WriteNumber("width", _screen.Display.Width);
        w.WriteNumber("height", _screen.Display.Height);
        w.WriteString("state", state);
        w.WriteNumber("refreshes", _refreshes);
        if (_firstFrameNs > 0)
            w.WriteNumber("firstFrameSeconds", Rounded(_firstFrameNs / 1e9));
        if (_refreshes > 0)
            w.WriteNumber("lastRefreshSeconds", Rounded((EventLoop.Now - _refreshedNs) / 1e9));
        w.WriteEndObject();
    }

    private void WriteSound(Utf8JsonWriter w)
    {
        var status = _output.Status;
        w.WriteStartObject("sound");
        w.WriteString("device", status.Description);
        w.WriteString("state", SoundCommands.Word(status.State));
        w.WriteNumber("volume", _output.Volume);
        w.WriteBoolean("muted", _output.IsMuted);
        w.WriteNumber("xruns", status.Xruns);
        w.WriteNumber("underruns", _streams.Underruns);
        w.WriteEndObject();
    }

    /// <summary>A number of seconds with three places.</summary>
    internal static double Rounded(double seconds) => Math.Round(seconds, 3);
}
