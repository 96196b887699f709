using System.Globalization;
using FbHost.Clients;
using FbHost.Loop;
using FbHost.Options;
using FbHost.State;
using Mmm.Protocol;
using Mmm;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Apps;

/// <summary>
/// Starts the configured apps, and restarts each after it has ended (<see cref="App.NextDelay"/>). The processes are recorded in a file, so
/// that a host that is started after a crash takes over the apps of the last host and does not start them twice.
/// </summary>
internal sealed partial class AppLauncher : IDisposable
{
    private const int TerminateMs = 2000, KilledMs = 500, LookMs = 5; // at the end of the host
    private readonly EventLoop _loop;
    private readonly HostLog _log;
    private readonly AppStarter _starter;
    private readonly HostDirectory? _own;
    private readonly KeptApps _kept;
    private readonly List<App> _apps;
    private readonly List<App> _leaving = []; // no longer configured, and ending
    private NetworkWatch? _network;

    /// <summary>An app keeps failing; the arguments are its name, since when, its ends within the last hour, and why.</summary>
    public event Action<string, DateTime, int, string>? Failing;

    /// <summary>An app that kept failing runs again.</summary>
    public event Action<string>? Recovered;

    /// <param name="loop">Waits for the ends of the apps.</param>
    /// <param name="log">Takes a line for each end of an app that was not requested.</param>
    /// <param name="starter">Starts the processes of apps.</param>
    /// <param name="own">Stores the processes for the next host; null if they are not stored.</param>
    /// <param name="apps">The configured apps.</param>
    public AppLauncher(EventLoop loop, HostLog log, AppStarter starter, HostDirectory? own, IReadOnlyList<AppOptions> apps)
    {
        (_loop, _log, _starter, _own, _kept) = (loop, log, starter, own, new KeptApps(own, log));
        _apps = [.. apps.Select(Make)];
        ProcessTree.Adopt();
    }

    private App Make(AppOptions options, int index)
    {
        var app = new App(options, index);
        app.Timer = _loop.CreateTimer(() => OnTimer(app));
        app.FrameTimer = _loop.CreateTimer(() => FrameDue?.Invoke(app));
        return app;
    }

    /// <summary>An app's <see cref="App.FrameTimer"/> has elapsed.</summary>
    public event Action<App>? FrameDue;

    /// <summary>Begins to follow which app has shown a frame. Call it before clients are served.</summary>
    public void Follow(ClientTable clients)
    {
        clients.Frames.FirstFrame += client =>
        {
            var app = client.App is { } known ? AppNamed(known.Name) : null;
            if (app is null)
                return;
            if (app.Options.FullScreen)
                clients.Messages.MakeFullScreen(client);
            (app.HasShown, app.HasEverShown) = (true, true);
            app.Answer(null);
            StartWaiting(w => w.After == app.Name);
        };
        clients.Ended += _ => ProcessTree.ReapOrphans();
    }

    /// <summary>
    /// Ends the host with the exit code of the only app, for mmm COMMAND. Null if apps are restarted, and stored for the next host.
    /// </summary>
    public Action<int>? EndWith { get; init; }

    /// <summary>
    /// Returns the app to which a process belongs, also if the app's process started it; null if it belongs to none of the host's apps.
    /// </summary>
    public App? AppOf(int pid) => _apps.Find(a => a.Process?.Owns(pid) == true);

    /// <summary>The apps in the order of the configuration.</summary>
    public IReadOnlyList<App> All => _apps;

    /// <summary>Returns the app of that name in the configuration; null if there is none.</summary>
    public App? AppNamed(string name) => _apps.Find(a => a.Name == name);

    // As people type it.
    private App? Find(string name) => _apps.Find(a => a.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Changes the configured apps: starts new ones, ends those that are left out, and restarts those that have another command.
    /// </summary>
    public void Change(IReadOnlyList<AppOptions> wanted)
    {
        var before = _apps.ToList();
        _apps.Clear();
        foreach (var options in wanted)
            _apps.Add(before.Concat(_leaving).FirstOrDefault(a => a.Name == options.Name) ?? Make(options, 0));
        foreach (var left in before.Except(_apps))
            Leave(left);
        for (var i = 0; i < _apps.Count; i++)
        {
            var app = _apps[i];
            var isNew = !before.Contains(app) && !app.IsLeaving;
            var isSame = !isNew && !app.IsLeaving && StartsAlike(app.Options, wanted[i]);
            (app.Options, app.Index, app.IsLeaving) = (wanted[i], i, false);
            _leaving.Remove(app);
            if (isNew || app.IsWaiting)
                Begin(app);
            else if (!isSame)
                BeginRestart(app);
        }
        KeepOrClear();
        Changed?.Invoke();
    }

    private static bool StartsAlike(AppOptions one, AppOptions other) =>
        one.Command.SequenceEqual(other.Command) && (one.Start?.IsSame(other.Start) ?? other.Start is null);

    private void Leave(App app)
    {
        (app.IsWaiting, app.HasStopped) = (false, false);
        app.RestartNow = false;
        app.Answer("the app is no longer in the configuration");
        app.IsLeaving = true;
        app.Timer!.Cancel();
        app.FrameTimer!.Cancel();
        Recovered?.Invoke(app.Name);
        if (app.Process is null)
        {
            Forget(app);
            return;
        }
        _leaving.Add(app);
        if (!app.Process.HasEnded)
            app.Process.Terminate();
    }

    private void Forget(App app)
    {
        _leaving.Remove(app);
        _starter.Forget(app.Options);
        _loop.Remove(app.Timer!);
        _loop.Remove(app.FrameTimer!);
        app.Output?.Dispose();
    }

    /// <summary>An app was started, has ended, or runs well again.</summary>
    public event Action? Changed;

    /// <summary>
    /// Takes over the apps that the last host left running. Call it before clients are served, so that <see cref="AppOf"/> finds their
    /// apps.
    /// </summary>
    public void TakeOver()
    {
        if (EndWith is not null)
            return;
        var kept = _kept.Read();
        foreach (var app in _apps)
        {
            var cgroup = _starter.CgroupOf(app.Options);
            var isWrapped = app.Options.Start is { IsSandboxed: true };
            var running = kept.TryGetValue(app.Name, out var process)
                ? AppProcess.OfFormerHost(_loop, app.Name, cgroup, isWrapped, process.Pid, process.StartTime) : null;
            if (running is not null && app.Options.Start is { KeepRunning: true })
            {
                app.Output = OpenOutput(app);
                (app.HasShown, app.HasEverShown) = (true, true); // by the former host
                _starter.TakeOver(app.Options);
                Watch(app, running);
                continue;
            }
            running?.Kill();
            running?.Dispose();
        }
        if (_kept.HostWasKilled) // also apps that are not in this configuration
            _starter.EndLeft([.. _apps.Where(a => a.Process is not null).Select(a => a.Name)]);
        KeepOrClear(); // a host that is killed while it starts the apps is known to the next one, too
    }

    /// <summary>The names of the apps that go on when the host is killed.</summary>
    public IEnumerable<string> KeptNames => _apps.Where(a => a.Options.Start is { KeepRunning: true }).Select(a => a.Name);

    /// <summary>Starts the apps that are not running.</summary>
    /// <param name="retries">Whether a program that cannot be run is tried again, as one is that ends.</param>
    /// <exception cref="MmmException">A program does not exist or cannot be run: an error in a command is reported at once.</exception>
    public void Start(bool retries)
    {
        foreach (var app in _apps.Where(a => a.Process is null))
        {
            if (!IsTime(app))
                app.IsWaiting = true;
            else if (Launch(app) is { } fault && (EndWith is not null || (!fault.IsShortage && !retries)))
                throw new MmmException(fault.Line);
            else if (app.Process is null)
                RetryLaunch(app);
        }
        WatchNetwork();
        Keep();
    }

    // Starts an app that is new, or waits, if what it waits for is there.
    private void Begin(App app)
    {
        app.IsWaiting = !IsTime(app);
        if (!app.IsWaiting && Launch(app) is not null)
            RetryLaunch(app);
        WatchNetwork();
    }

    private bool IsTime(App app) => app.Options.StartWhen switch
    {
        { Network: true } => NetworkWatch.IsThere(),
        { After: { } name } => AppNamed(name) is { HasEverShown: true },
        _ => true,
    };

    private void StartWaiting(Predicate<StartWhen> isThere)
    {
        foreach (var app in _apps.FindAll(a => a.IsWaiting && isThere(a.Options.StartWhen)))
            Begin(app);
        Keep();
    }

    // Only while an app waits for it.
    private void WatchNetwork()
    {
        var isWanted = _apps.Exists(a => a.IsWaiting && a.Options.StartWhen.Network);
        if (isWanted)
        {
            _network ??= new NetworkWatch(_loop, () => StartWaiting(w => w.Network));
        }
        else
        {
            _network?.Dispose();
            _network = null;
        }
    }

    private void Keep()
    {
        if (EndWith is null && _apps.Count > 0)
            _kept.Write(_apps);
    }

    private void KeepOrClear()
    {
        Keep();
        if (_apps.Count == 0)
            _kept.Clear();
    }

    // The output of mmm COMMAND is the host's: it may be part of a pipeline.
    private AppOutput? OpenOutput(App app)
    {
        if (_own is null || EndWith is not null || AppOutput.Open(_loop, _log, _own, app.Name) is not { } output)
            return null;
        output.Written += line => LineWritten?.Invoke(line);
        return output;
    }

    /// <summary>An app has written a line to its standard output or error.</summary>
    public event Action<OutputLine>? LineWritten;

    /// <summary>The last lines of an app, or of all apps, oldest first.</summary>
    /// <param name="name">The app's name, without regard to case; null for all.</param>
    /// <param name="fault">Why there is none of that name; else null.</param>
    public IEnumerable<OutputLine> Lines(string? name, out string? fault)
    {
        var apps = _apps.FindAll(a => name is null || a.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        fault = apps.Count > 0 || name is null ? null : NoAppIs(name);
        return apps.SelectMany(a => a.Output?.Lines ?? []).OrderBy(line => line.Ns);
    }

    private string NoAppIs(string name) =>
        $"no app is named {name}; there {(_apps.Count == 0 ? "are none" : "is " + string.Join(", ", _apps.Select(a => a.Name)))}";

    /// <summary>Ends an app's process and starts the app again. If its program file was replaced, the new program runs.</summary>
    /// <param name="name">The app's name in the configuration.</param>
    /// <param name="done">Called with null when the new process has shown its first frame, or with the reason why it has not shown
    /// one.</param>
    public void Restart(string name, Action<string?> done)
    {
        if (Find(name) is not { } app)
        {
            done(NoAppIs(name));
            return;
        }
        app.Answer("the app was restarted once more");
        app.Waiting.Add(done);
        BeginRestart(app);
    }

    private static void BeginRestart(App app)
    {
        app.RestartNow = true;
        (app.IsWaiting, app.HasStopped) = (false, false);
        app.ForgetDelays();
        if (app.Process is not { } process)
            app.Timer!.After(0);
        else if (!process.HasEnded)
            process.Terminate();
        else
            app.Timer!.Cancel(); // the app is started as soon as the rest of its process group is gone
    }

    /// <summary>Restarts the app that a process belongs to.</summary>
    /// <returns>False if the process belongs to none of the host's apps.</returns>
    public bool TryRestartAppOf(int pid)
    {
        if (AppOf(pid) is not { } app)
            return false;
        Restart(app.Name, fault =>
        {
            if (fault is not null)
                _log.Warn($"app {app.Name}: {fault}");
        });
        return true;
    }

    /// <summary>
    /// How an app stands, for a request that failed: its last exit and its last lines; empty if there is nothing to report.
    /// </summary>
    public string StateOf(string name)
    {
        const int lines = 3;
        var app = Find(name);
        var last = string.Join(" | ", app?.Output?.Lines.TakeLast(lines).Select(line => line.Text) ?? []);
        return (app?.LastExit is { } exit ? $"; its last process ended with {exit}" : "")
            + (app?.EndsLastHour is > 1 and var ends ? $"; it ended {ends} times within the last hour" : "")
            + (last.Length > 0 ? $"; its last lines are: {last}" : "");
    }

    /// <summary>Removes a callback that waits for a restart.</summary>
    public void StopWaiting(Action<string?> done) => _apps.ForEach(a => a.Waiting.Remove(done));

    /// <summary>
    /// Sends SIGTERM to all apps and everything below them, and kills what has not ended after two seconds.
    /// </summary>
    public void Dispose()
    {
        var processes = _apps.Concat(_leaving).Select(a => a.Process).OfType<AppProcess>().ToList();
        var left = processes.ToList();
        left.ForEach(p => p.Terminate());
        WaitForEnd(left, TerminateMs);
        left.ForEach(p => p.Kill());
        WaitForEnd(left, KilledMs);
        processes.ForEach(p => p.Dispose());
        KillOrphans();
        _network?.Dispose();
        foreach (var app in _apps.Concat(_leaving))
            app.Output?.Dispose();
        if (EndWith is null && _apps.Count > 0)
            _kept.Clear();
    }

    // What has left its app in a way of its own, for example with another environment.
    private void KillOrphans()
    {
        var deadline = Environment.TickCount64 + KilledMs;
        while (_apps.Count > 0 && ProcessTree.OfHost() is { Count: > 0 } left && Environment.TickCount64 < deadline)
        {
            left.ForEach(pid => Sys.Kill(pid, SIGKILL));
            Thread.Sleep(LookMs);
            ProcessTree.ReapOrphans();
        }
    }

    // Removes the processes that are gone together with their groups.
    private static void WaitForEnd(List<AppProcess> processes, int milliseconds)
    {
        var deadline = Environment.TickCount64 + milliseconds;
        while (processes.RemoveAll(p => p.IsGone()) >= 0 && processes.Count > 0 && Environment.TickCount64 < deadline)
            Thread.Sleep(LookMs);
    }
}
