using System.Globalization;
using AlsaSink;
using Displays;
using Displays.Pixels;
using FbHost.Apps;
using FbHost.Audio;
using FbHost.Clients;
using FbHost.Control;
using FbHost.Figures;
using FbHost.Input;
using FbHost.Loop;
using FbHost.Options;
using FbHost.Screens;
using FbHost.State;
using GpioButtons;
using InputEvdev;
using Microsoft.Extensions.Hosting;
using Mmm;

namespace FbHost;

/// <summary>
/// The composition of the host: makes all parts from the options, and connects them. An error while the parts are made is reported as one
/// line before anything is served.
/// </summary>
/// <param name="options">The host's options.</param>
/// <param name="guard">Restores the screen after a crash. The caller keeps it. Null if there is nothing to restore.</param>
/// <param name="loop">The loop of all parts. The caller keeps it, and runs it after the start.</param>
/// <param name="log">The host's log.</param>
/// <param name="lifetime">Receives the request to end.</param>
/// <param name="manager">The service manager. The caller keeps it.</param>
internal sealed partial class Appliance(
    ServeOptions options, CrashGuard? guard, EventLoop loop, HostLog log, IHostApplicationLifetime lifetime, SystemdNotifier manager)
    : IHostedService
{
    private const int VolumeStep = 5; // %
    private static readonly HashSet<string> None = [];
    private const string SeenName = "clients"; // a file in the host's own directory
    private const int SeenBytes = 64 * 1024;
    private readonly EventLoop _loop = loop;
    private readonly HostLog _log = log;
    private readonly Stack<IDisposable> _parts = new(); // disposed in the reverse order of making
    private Power? _power;
    private StartedPrograms? _programs; // disposed before the apps
    private AppLauncher? _apps; // disposed before all parts, because the apps use them while they run
    private bool _isMade;
    private readonly List<string> _faults = []; // of the configuration first
    private long _frames;
    private long _dropped;

    /// <summary>The exit code of the process.</summary>
    public int ExitCode { get; private set; }

    /// <summary>Makes the parts, on the thread that runs the loop. Completes before it returns.</summary>
    /// <exception cref="Exception">The reason why the host could not start. <see cref="StopAsync"/> disposes the parts that were
    /// made.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Make();
        return Task.CompletedTask;
    }

    /// <summary>Ends the apps and disposes all parts. Completes before it returns.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        Unmake();
        return Task.CompletedTask;
    }

    /// <summary>Logs an exception by which the host ends, and sets the exit code to 1.</summary>
    public void Fail(Exception e)
    {
        _log.Warn(FaultLine.Of(e));
        ExitCode = 1;
    }

    private void Unmake()
    {
        PutBack(_programs);
        PutBack(_apps);
        while (_parts.TryPop(out var part))
            PutBack(part);
        ExitCode = _power?.ExitCode ?? ExitCode;
        if (_isMade)
            _log.Info(string.Create(CultureInfo.InvariantCulture, $"{_frames:N0} frames, {_dropped:N0} dropped clients"));
        _power?.Finish();
    }

    private void PutBack(IDisposable? part)
    {
        try
        {
            part?.Dispose();
        }
        catch (Exception e) // the other parts are disposed nevertheless
        {
            Fail(e);
        }
    }

    private T Own<T>(T part) where T : IDisposable
    {
        _parts.Push(part);
        return part;
    }

    private void End(int exitCode)
    {
        ExitCode = exitCode;
        lifetime.StopApplication();
    }

    private void Make()
    {
        var clientDirectory = Own(new ClientDirectory(_loop, options.Path, _log.Warn));
        var directory = clientDirectory.Path;
        var own = OpenHostDirectory(clientDirectory);
        var worker = Own(new Worker(_loop)); // disposed after all parts that may queue work at their end
        if (guard?.Fault is { } fault)
            _log.Warn(fault);
        foreach (var line in options.Faults)
            NoteFault(line);
        var directories = Own(new AppDirectories(_loop, clientDirectory, _log));
        var cgroups = new Cgroups(directory);
        var starter = new AppStarter(directory, directories, new AppFolders(), cgroups);
        var apps = _apps = new AppLauncher(_loop, _log, starter, own, AppsToRun()) { EndWith = options.Command.Count > 0 ? End : null };
        apps.TakeOver();
        void GuardApps() => guard?.SetApps(directory, apps.KeptNames);
        GuardApps();
        // The apps are started now: on another processor, they take as long until their first frames as the host needs for its display.
        clientDirectory.Listen();
        if (apps.All.Count > 0 && ExecutableMemory.IsDenied)
            _log.Info(ExecutableMemory.Denial);
        apps.Start(options.RunsWithFaults);
        if (cgroups.Fault is { } noLimits)
            _log.Info(noLimits);
        var window = options.Display.IsWindow ? new DesktopWindow(options, _log) : null;
        IReadOnlyList<string> inputs = window is null ? options.Inputs : [.. options.Inputs.Where(i => i != "auto")];
        var readsStdin = TerminalInput.IsWanted(inputs);
        // The terminal is restored after the display.
        var terminal = options.Display.TakesScreen ? Own(new VirtualTerminal(_log.Info)) : null;
        var panel = Own(window is null ? OpenDisplay(own?.Path ?? directory) : new ReturningDisplay(_log.Info, window.Open));
        TakeScreen(panel, terminal, readsStdin);
        var display = new OrientedDisplay(panel, default);
        var rotation = new Rotation(display, window, options, _log.Info);
        var screen = new Screen(_loop, display);
        if (panel is ReturningDisplay returning)
            returning.Returned += screen.Damage;
        if (terminal is not null)
            terminal.Returned += screen.Damage;
        display.Resized += screen.Resize;
        var seen = new SeenClients(own?.Read(SeenName, SeenBytes) ?? [], content => worker.Run(() => Keep(own, content)));
        var clients = Own(new ClientTable(_loop, screen, _log, clientDirectory, seen, options.AllowedMessages));
        clients.Stack.FocusFollowsPress = options.FocusFollowsPress;
        var volumes = Own(new Volumes(_loop, worker, _log, options.Sound.State, options.Sound.Volume));
        var output = Own(OpenSound(worker, volumes));
        var streams = Own(new ClientStreams(_loop, worker, clients, output, volumes, options.Sound, _log));
        var click = new KeyClick(output);
        Warned(() => click.Set(KeyClick.Open(options.Sound)));
        clients.Messages.VolumeAsked += output.SetVolume;
        var blanker = new Blanker(_loop, screen, options.BlankAfter);
        blanker.Changed += clients.TellVisibility;
        var light = Own(new PanelLight(_loop, worker, options, volumes, _log));
        blanker.Changed += light.Blank;
        apps.Follow(clients);
        clients.Serve(directories);
        directories.Lost += name => apps.Restart(name, _ => { }); // its sandbox has the former one
        clients.AppNamed = name => ClientAppOf(apps.AppNamed(name));
        clients.HostPid = new NamespacePid(name => apps.AppNamed(name)?.Process?.Members() ?? []).Find;
        var liveness = new Liveness(_loop, clients, apps, () => blanker.IsBlank);
        blanker.Changed += liveness.Blank;
        Own(new Watchdog(_loop, manager, options.WatchdogDevice, options.WatchdogSeconds, panel,
            () => AppInFront(clients, apps), _log));
        apps.Changed += () => manager.Status(StatusOf(apps));
        manager.Status(StatusOf(apps));
        clients.AppOfProcess = pid => ClientAppOf(apps.AppOf(pid));
        var schedules = MakeSchedules(worker, blanker, light, clients, apps);
        var power = _power = new Power(_loop, _log, PowerMeans.Of(options), text => TellAll(clients, text), End);
        var hostKeys = new HostKeys(options.HostKeys, window is null ? PowerKey(options) : DesktopWindow.Keys,
            action => Act(action, clients, blanker, apps, output, window, rotation, () => SaveScreenshot(display, worker)),
            terminal is null ? null : terminal.Switch);
        var keyboards = new Keyboards(options.Keyboard, line => _log.Warn($"input.keyboard: {line}"));
        var toScreen = new PanelToScreen(display);
        var router = new InputRouter(_loop, clients, screen, toScreen, options.Cursor);
        var seat = Own(new Seat(_loop, _log, keyboards, hostKeys, blanker, () => terminal is not { IsShown: false }, router, click.Play));
        window?.Connect(seat, () => End(0));
        var input = Own(new InputDevices(
            _loop, _log, inputs, options.DeviceRules, toScreen, seat, options.RunsWithFaults ? NoteFault : null));
        _ = new TouchCalibration(
            clients, worker, () => input.ToScreen, () => input.Calibration ?? CalibrationMatrix.Identity,
            options.ConfigFile, input.SetCalibration);
        if (readsStdin)
            Own(new TerminalInput(_loop, _log, seat.Typed));
        var buttons = Own(new Buttons(_loop, seat, clients.Stack, blanker, () => terminal is not { IsShown: false },
            () => options.Keyboard, _log.Warn) { ReadInput = input.ReadAll });
        SetButtons(buttons);
        var leds = MakeLeds(worker, clients);
        var backdrop = new Backdrop(_loop, screen, options.Help);
        if (options.Splash is { } splash)
            Warned(() => backdrop.SetSplash(splash, Backdrop.ReadFile(splash)));
        backdrop.SetFaults(_faults);
        clients.Frames.FirstFrame += _ => backdrop.EndSplash();
        apps.Failing += backdrop.AppFails;
        apps.Recovered += backdrop.AppRuns;
        var views = Own(new Views(screen, clients, apps, seat, toScreen, buttons));
        var reload = MakeReload(worker, clients, apps, backdrop, rotation, GuardApps);
        ReloadLedsAndSchedules(reload, leds, schedules);
        ReloadSound(reload, worker, output, click);
        ReloadInput(reload, input, keyboards, hostKeys, router, buttons);
        var inputCommands = new InputCommands(seat, toScreen);
        var health = new HealthReport(clients, apps, screen, output, streams)
        {
            Panel = panel,
            Terminal = terminal,
            Input = input,
            Faults = _faults,
        };
        var commands = new Commands(_loop, clients, display, blanker, apps, output, streams, inputCommands, views, () => End(0))
        {
            Reload = reload,
            Rotation = rotation,
            Light = light,
            Leds = new LedCommands(leds),
            Host = new HostCommands(clients, light, power),
            Health = new HealthCommands(Own(new FiguresReader(_loop)), apps, health, volumes.StateDirectory),
        };
        Own(new ControlSocket(_loop, clientDirectory, commands.Handle));
        _programs = new StartedPrograms(_loop, directory);
        buttons.Act = new ButtonActions(_log, clients, commands, _programs,
            file => SaveScreenshot(display, worker, file)).Act;

        if (options.Command.Count == 0 && options.OneClient)
            clients.Ended += _ => EndAfterTheLast(clients);
        clients.Frames.FrameShown += () => _frames++;
        clients.Dropped += () => _dropped++;
        clients.Messages.QuitAsked += _ => End(0);
        clientDirectory.Lost += () =>
        {
            _log.Warn($"{directory} was removed, so no client can reach the host any more; the host ends");
            End(1);
        };

        clients.Messages.BlankAsked += blank =>
        {
            if (blank)
                blanker.Blank();
            else
                blanker.Unblank();
        };
        _loop.BeforeSleep = window is null ? clients.Settle : () =>
        {
            clients.Settle();
            window.Name(clients.Stack.Focus?.DisplayName);
        };
        if (!display.IsBlack)
            screen.Damage();
        clients.Open();
        clients.Settle();
        var keys = readsStdin ? ", the terminal's keys" : "";
        var lines = buttons.Count > 0 ? $", {buttons.Count} buttons" : "";
        _log.Info($"ready: {display.Description}, {input.Count} input devices{keys}{lines}, audio {output.Description}, "
            + $"clients in {directory}");
        _isMade = true;
    }

    // Says and shows a fault in what the configuration has named, with which the host can run.
    private void NoteFault(string line)
    {
        _log.Warn(line);
        _faults.Add(line);
    }

    // What the appliance only looks or sounds better with.
    private void Warned(Action set)
    {
        if (FaultLine.OfAttempt(set) is { } fault)
            _log.Warn(fault);
    }

    private SoundOutput OpenSound(Worker worker, Volumes volumes)
    {
        try
        {
            return new SoundOutput(_loop, worker, options, volumes, _log);
        }
        catch (AudioException e) when (options.RunsWithFaults)
        {
            NoteFault(e.Message);
            options.Audio = options.Audio.On(new AudioOptions(AudioKind.None));
            return new SoundOutput(_loop, worker, options, volumes, _log);
        }
    }

    // The terminal is taken only after the display was opened: another host may be using it.
    private void TakeScreen(IDisplay panel, VirtualTerminal? terminal, bool readsStdin)
    {
        if (panel.FileDescriptor >= 0)
            Own(_loop.Add(panel.FileDescriptor, _ => panel.Dispatch()));
        if (panel is ReturningDisplay returning)
            returning.GuardChanged += Guard;
        Guard();
        if (terminal is null)
            return;
        Own(_loop.Add(terminal.FileDescriptor, _ => terminal.Dispatch()));
        terminal.GuardChanged += Guard;
        terminal.TakeOver(panel, readsStdin);

        void Guard() => guard?.Set([.. panel.GuardArguments, .. terminal?.GuardArguments ?? []]);
    }

    // A process may have several clients.
    private void EndAfterTheLast(ClientTable clients)
    {
        if (clients.Serving.Count == 0)
            End(0);
    }

    // Carries out the action of one of the host's keys.
    private void Act(HostAction action, ClientTable clients, Blanker blanker, AppLauncher apps, SoundOutput output,
        DesktopWindow? window, Rotation rotation, Action saveScreenshot)
    {
        switch (action)
        {
            case HostAction.Quit:
                _log.Info("ended by a key");
                End(0);
                break;
            case HostAction.Blank:
                if (!blanker.TryWake())
                    blanker.Blank();
                break;
            case HostAction.NextClient:
                clients.Stack.RaiseNext();
                break;
            case HostAction.RestartApp:
                if (clients.Stack.Focus is { } focus && !apps.TryRestartAppOf(focus.Pid))
                    _log.Info($"{focus.DisplayName} is not an app of the configuration, so the restart key has no effect on it");
                break;
            case HostAction.VolumeUp or HostAction.VolumeDown:
                output.ChangeVolume(action == HostAction.VolumeUp ? VolumeStep : -VolumeStep);
                break;
            case HostAction.Mute:
                output.ToggleMute();
                break;
            case HostAction.FullScreen:
                window?.ToggleFullScreen();
                break;
            case HostAction.Rotate:
                rotation.Turn();
                break;
            case HostAction.Screenshot:
                saveScreenshot();
                break;
            case HostAction.PowerOff or HostAction.Reboot:
                if (_power!.Begin(action == HostAction.Reboot) is { } fault)
                    _log.Info($"the power key: {fault}");
                break;
        }
    }

    // Opens the directory for the host's own files, which no other user may write. Without it nothing is stored for the next host, but
    // everything else works.
    private HostDirectory? OpenHostDirectory(ClientDirectory clients)
    {
        var own = HostDirectory.Open(clients.Fd, out var fault);
        if (own is null)
            _log.Warn($"nothing is kept for the next host: {fault}");
        return own is null ? null : Own(own);
    }

    private static void Keep(HostDirectory? own, byte[] seen)
    {
        if (seen.Length == 0)
            own?.Remove(SeenName);
        else
            own?.Replace(SeenName, seen);
    }

    private ClientApp? ClientAppOf(App? app) => app is null ? null
        : new ClientApp(app.Name, app.Index, app.Name == FrontApp, app.Options.Messages ?? None, app.Options.Leds ?? None,
            IsNew: app.Process is { IsChild: true }, app.Options.UsesSdlKeyNames, (PlaceRule)app.Options.Place, app.Options.Audio);

    // A program that somebody starts by hand may be stopped, or run in a debugger.
    private static readonly LivenessOptions NoLiveness = new()
    {
        AnswerWithin = TimeSpan.Zero, FirstFrameWithin = TimeSpan.Zero,
    };

    private static string StatusOf(AppLauncher apps) => string.Join(", ", apps.All.Select(a => $"{a.Name} {a.State}"));

    private IReadOnlyList<AppOptions> AppsToRun() => options.Command.Count > 0
        ? [new AppOptions(Path.GetFileName(options.Command[0]), options.Command) { Start = null, Liveness = NoLiveness }]
        : options.Apps;
}
