using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using FbHost.Clients;
using FbHost.Loop;
using FbHost.Options;
using Mmm;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Apps;

/// <summary>
/// Starts the configured apps, and starts them again a second after they end. Their process ids are kept in the directory, so that a host
/// started after a crash finds the apps of the last one and does not start them twice.
/// </summary>
internal sealed class AppLauncher : IDisposable
{
    private const long RestartMs = 1000, TerminateMs = 2000;
    private const long SoonNs = 10_000_000_000; // an app that ends sooner after its start failed
    private const int FailuresToTell = 3;
    private readonly EventLoop _loop;
    private readonly HostLog _log;
    private readonly string _directory;
    private readonly List<AppProcess> _apps;
    private bool _ending;

    /// <summary>An app keeps failing: its name, since when, and why.</summary>
    public event Action<string, DateTime, string>? Failing;

    /// <summary>An app that kept failing runs.</summary>
    public event Action<string>? Recovered;

    public AppLauncher(EventLoop loop, HostLog log, ClientTable clients, string directory, IReadOnlyList<AppOptions> apps, string? front)
    {
        (_loop, _log, _directory) = (loop, log, directory);
        _apps = [.. apps.Select((a, i) => new AppProcess(a, new ClientApp(a.Name, i, a.Name == front, a.Messages ?? new HashSet<string>())))];
        clients.Frames.FirstFrame += client =>
        {
            var app = _apps.Find(a => a.Owns(client.Pid));
            if (app is { FullScreen: true })
                clients.Messages.MakeFullScreen(client);
            Answer(app, null);
        };
        foreach (var app in _apps)
            app.Timer = loop.CreateTimer(() => OnTimer(app));
    }

    private string StatePath => Path.Combine(_directory, ".apps");

    /// <summary>Ends the host with the exit code of the only app, for mmm COMMAND. Null: apps are restarted.</summary>
    public Action<int>? EndWith { get; set; }

    /// <summary>The app that started a process; null: none.</summary>
    public ClientApp? AppOf(int pid) => _apps.Find(a => a.Owns(pid))?.OfClients;

    /// <summary>Takes over the apps that the host before has left running.</summary>
    public void TakeOver()
    {
        var left = ReadState();
        foreach (var app in _apps)
        {
            if (left.TryGetValue(app.Name, out var process) && AppProcess.StartTime(process.Pid) == process.StartTime)
                Watch(app, process.Pid);
        }
    }

    /// <summary>Starts the apps that do not run.</summary>
    /// <exception cref="MmmException">One that was never there: a misspelt command is told at once.</exception>
    public void Start()
    {
        foreach (var app in _apps.Where(a => !a.IsRunning))
        {
            if (Launch(app) is { } fault)
                throw new MmmException(fault);
        }
        WriteState();
    }

    private Dictionary<string, (int Pid, string StartTime)> ReadState()
    {
        var left = new Dictionary<string, (int, string)>();
        // Not by File: what is no plain file there must neither block nor be followed.
        var fd = Sys.Open(StatePath, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
        var bytes = new byte[64 * 1024];
        var n = fd < 0 ? 0 : Sys.PRead(fd, bytes, 0);
        Sys.Close(fd);
        foreach (var line in Encoding.UTF8.GetString(bytes, 0, (int)Math.Max(0, n)).Split('\n'))
        {
            if (line.Split(' ', 3) is [var pid, var start, var name] && int.TryParse(pid, out var number))
                left[name] = (number, start);
        }
        return left;
    }

    private void WriteState()
    {
        if (EndWith is not null || _apps.Count == 0)
            return;
        try
        {
            File.WriteAllLines(StatePath + ".new", _apps.Where(a => a.IsRunning).Select(a => $"{a.Pid} {AppProcess.StartTime(a.Pid)} {a.Name}"));
            File.Move(StatePath + ".new", StatePath, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _log.Warn($"{StatePath}: cannot be written: {IoFault.Text(e)}; after a crash of the host apps may run twice");
        }
    }

    // Null, or why it cannot be started.
    private string? Launch(AppProcess app)
    {
        try
        {
            var start = new ProcessStartInfo(app.Command[0], app.Command.Skip(1));
            start.Environment[Rendezvous.PathVariable] = _directory;
            app.Child = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            return $"app {app.Name}: {app.Command[0]}: {Sys.ErrorText(e.NativeErrorCode)}; name a program that can be run";
        }
        Watch(app, app.Child.Id);
        return null;
    }

    private void Watch(AppProcess app, int pid)
    {
        app.Pid = pid;
        app.StartedNs = EventLoop.Now;
        if (app.Failures >= FailuresToTell)
            app.Timer!.At(EventLoop.Now + SoonNs);
        app.PidFd = Sys.PidFdOpen(pid);
        if (app.PidFd >= 0)
            app.PidWatch = _loop.Add(app.PidFd, _ => OnExit(app));
        else
            _loop.Post(() => OnExit(app)); // it has ended already
    }

    private void OnExit(AppProcess app)
    {
        Forget(app);
        var code = 0;
        if (app.Child is { } child)
        {
            child.WaitForExit();
            code = child.ExitCode;
            child.Dispose();
            app.Child = null;
        }
        if (EndWith is { } end)
        {
            end(code);
            return;
        }
        if (_ending)
            return;
        if (!app.RestartNow)
        {
            _log.Warn($"app {app.Name} (pid {app.Pid}) ended with code {code}; restarting in 1 s");
            NoteEnd(app, EventLoop.Now - app.StartedNs < SoonNs, $"it ended with code {code}");
        }
        app.Timer!.After(app.RestartNow ? 0 : RestartMs);
    }

    private void NoteEnd(AppProcess app, bool failed, string why)
    {
        if (!failed)
        {
            app.Failures = 0;
            return;
        }
        if (app.Failures++ == 0)
            app.FailsSince = DateTime.Now;
        if (app.Failures >= FailuresToTell)
            Failing?.Invoke(app.Name, app.FailsSince, why);
    }

    private static void Forget(AppProcess app)
    {
        app.PidWatch?.Dispose();
        app.PidWatch = null;
        Sys.Close(app.PidFd);
        app.PidFd = -1;
    }

    private void OnTimer(AppProcess app)
    {
        if (app.IsRunning && !app.RestartNow)
        {
            app.Failures = 0; // it has run for long enough
            Recovered?.Invoke(app.Name);
            return;
        }
        if (app.IsRunning)
        {
            _log.Warn($"app {app.Name} (pid {app.Pid}) does not end when told to; killed");
            kill(app.Pid, SIGKILL);
            return;
        }
        app.RestartNow = false;
        if (Launch(app) is { } fault)
        {
            _log.Warn($"{fault}; trying again in 1 s");
            NoteEnd(app, failed: true, "it cannot be started");
            Answer(app, fault);
            app.Timer!.After(RestartMs);
        }
        WriteState();
    }

    /// <summary>Ends an app's process and starts it again; a new program under the same name is taken then.</summary>
    /// <param name="name">The app's name in the configuration.</param>
    /// <param name="done">Called with null when the new process has shown its first frame, or with the reason why it has not.</param>
    public void Restart(string name, Action<string?> done)
    {
        if (_apps.Find(a => a.Name == name) is not { } app)
        {
            done($"no app is named {name}; there {(_apps.Count == 0 ? "are none" : "is " + string.Join(", ", _apps.Select(a => a.Name)))}");
            return;
        }
        Answer(app, "it was restarted again");
        app.Waiting.Add(done);
        app.RestartNow = true;
        if (!app.IsRunning)
        {
            app.Timer!.After(0);
            return;
        }
        kill(app.Pid, SIGTERM);
        app.Timer!.After(TerminateMs);
    }

    /// <summary>Restarts the app that a client belongs to.</summary>
    /// <param name="pid">The client's.</param>
    /// <returns>False when it is none of the host's apps.</returns>
    public bool RestartOwner(int pid)
    {
        if (_apps.Find(a => a.Owns(pid)) is not { } app)
            return false;
        Restart(app.Name, fault =>
        {
            if (fault is not null)
                _log.Warn($"app {app.Name}: {fault}");
        });
        return true;
    }

    private static void Answer(AppProcess? app, string? fault)
    {
        if (app is null || app.RestartNow)
            return; // a last frame of the process that is being ended
        var waiting = app.Waiting.ToList();
        app.Waiting.Clear();
        waiting.ForEach(done => done(fault));
    }

    /// <summary>Stops caring for an answer.</summary>
    public void StopWaiting(Action<string?> done) => _apps.ForEach(a => a.Waiting.Remove(done));

    /// <summary>Tells all apps to end, and kills those that have not after two seconds.</summary>
    public void Dispose()
    {
        _ending = true;
        foreach (var app in _apps.Where(a => a.IsRunning))
            kill(app.Pid, SIGTERM);
        var deadline = Environment.TickCount64 + TerminateMs;
        foreach (var app in _apps.Where(a => a.IsRunning))
        {
            if (!Sys.PollIn(app.PidFd, (int)Math.Max(0, deadline - Environment.TickCount64)))
                kill(app.Pid, SIGKILL);
            Forget(app);
        }
        if (_apps.Count > 0)
            Sys.Unlink(StatePath);
    }
}
