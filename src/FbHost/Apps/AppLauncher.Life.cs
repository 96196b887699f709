using System.Globalization;
using FbHost.Loop;
using FbHost.Options;
using Mmm.Linux;

namespace FbHost.Apps;

internal sealed partial class AppLauncher
{
    // Returns null, or why the app cannot be started.
    private (string Line, bool IsShortage)? Launch(App app)
    {
        app.Output ??= OpenOutput(app);
        var output = app.Output?.OpenForApp() ?? -1;
        var pid = _starter.Start(app.Options, output, out var fault);
        Sys.Close(output);
        if (fault is not { } known)
        {
            app.LaunchFault = null;
            app.Restarts += app.LastExit is null ? 0 : 1;
            (app.Frozen, app.HasShown) = (null, false);
            Watch(app, AppProcess.OfChild(
                _loop, app.Name, _starter.CgroupOf(app.Options), app.Options.Start is { IsSandboxed: true }, pid));
            return null;
        }
        app.LaunchFault = $"app {app.Name}: {known.Line}";
        return (app.LaunchFault, known.IsShortage);
    }

    private void Watch(App app, AppProcess process)
    {
        app.Process = process;
        process.Ended = () => OnEnd(app, process);
        process.Killed = () => _log.Warn($"app {app.Name} (pid {process.Pid}) did not end within 2 s after SIGTERM; killed");
        process.Gone = () => OnGone(app);
        if (app.Failures >= App.FailuresToTell)
            app.Timer!.At(EventLoop.Now + App.SoonNs);
        Changed?.Invoke();
    }

    private void OnEnd(App app, AppProcess process)
    {
        app.Timer!.Cancel();
        app.FrameTimer!.Cancel();
        app.Output?.Drain();
        app.LastExit = ExitText(process.ExitCode);
        Changed?.Invoke();
        if (EndWith is { } end)
        {
            end(process.ExitCode ?? 0);
            return;
        }
        if (app.RestartNow || app.IsLeaving)
            return;
        var how = app.Frozen is { } why ? $"was frozen ({why}) and was ended"
            : process.ExitCode is { } code ? $"ended with code {code}"
            : "ended";
        if (IsLastEnd(app, process))
        {
            app.HasStopped = true;
            _log.Info($"app {app.Name} (pid {process.Pid}) {how}; it is not started again");
            return;
        }
        var delay = app.NextDelay(ranNs: EventLoop.Now - process.StartedNs);
        _log.Warn($"app {app.Name} (pid {process.Pid}) {how}; restarting in {Seconds(delay)}");
        if (process is { ExitCode: 0 } && !app.SaidBackground && process.HasLeftOthers)
        {
            app.SaidBackground = true;
            _log.Warn($"app {app.Name}: its program ended and left others running in the background, which are ended too; "
                + "let the program stay in the foreground (in a shell script: exec PROGRAM, without &)");
        }
        var last = app.Output?.Lines.LastOrDefault(line => line.Ns >= process.StartedNs)?.Text;
        app.CountEnd();
        if (EventLoop.Now - process.StartedNs >= App.GoodNs)
            app.Failures = 0;
        NoteEnd(app, app.Frozen is not null || EventLoop.Now - process.StartedNs < App.GoodNs,
            $"it {how}{(string.IsNullOrEmpty(last) ? "" : $"; its last line is: {LogWriter.Printable(last)}")}");
        app.Timer!.After(delay);
    }

    private static bool IsLastEnd(App app, AppProcess process) => app.Options.Restart switch
    {
        RestartPolicy.Never => true,
        RestartPolicy.OnFailure => process.ExitCode == 0 && app.Frozen is null,
        _ => false,
    };

    /// <summary>Ends an app's process because it is frozen. It is restarted as after another bad end.</summary>
    /// <param name="app">The app; nothing happens if its process has ended, or is being ended.</param>
    /// <param name="why">Why it counts as frozen, as in "it has left 3 events unread for 10 s".</param>
    /// <param name="doing">What it was doing.</param>
    public void EndFrozen(App app, string why, string doing)
    {
        if (app.Process is not { HasEnded: false } process || app.RestartNow || app.IsLeaving || app.Frozen is not null)
            return;
        app.Frozen = why;
        app.FrameTimer!.Cancel();
        var lines = string.Join(" | ", app.Output?.Lines.TakeLast(3).Select(l => LogWriter.Printable(l.Text)) ?? []);
        _log.Warn($"app {app.Name} (pid {process.Pid}) is frozen: {why}; {doing}"
            + $"{(lines.Length > 0 ? $"; its last lines are: {lines}" : "")}; it is ended");
        Changed?.Invoke();
        process.Terminate();
    }

    private static string Seconds(int milliseconds) => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000.0:0.#} s");

    private static string ExitText(int? code)
    {
        string[] signals = ["", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL",
            "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM"];
        return code is not { } known ? "ended"
            : known <= 128 ? $"code {known}"
            : known - 128 < signals.Length ? $"signal {signals[known - 128]}"
            : $"signal {known - 128}";
    }

    private void OnGone(App app)
    {
        (app.Process, app.Frozen) = (null, null);
        if (app.IsLeaving)
            Forget(app);
        else if (EndWith is null && !app.HasStopped && !app.Timer!.IsRunning)
            app.Timer.After(0);
    }

    private void NoteEnd(App app, bool failed, string why)
    {
        if (!failed)
        {
            app.Failures = 0;
            return;
        }
        if (app.Failures++ == 0)
            app.FailsSince = DateTime.Now;
        if (app.Failures >= App.FailuresToTell)
            Failing?.Invoke(app.Name, app.FailsSince, app.EndsLastHour, why);
    }

    private void OnTimer(App app)
    {
        if (app.Process is { } process)
        {
            if (process.HasEnded)
                return; // the rest of its process group is ending; the app is restarted after that
            Recovered?.Invoke(app.Name); // it has run for long enough
            Changed?.Invoke();
            return;
        }
        app.RestartNow = false;
        var saidBefore = app.LaunchFault;
        if (Launch(app) is not null)
            RetryLaunch(app, saidBefore);
        Keep();
    }

    private void RetryLaunch(App app, string? saidBefore = null)
    {
        var delay = app.NextDelay(ranNs: 0);
        if (app.LaunchFault != saidBefore)
            _log.Warn($"{app.LaunchFault}; trying again in {Seconds(delay)}");
        app.CountEnd();
        NoteEnd(app, failed: true, $"it cannot be started, {app.LaunchFault}");
        app.Answer(app.LaunchFault);
        app.Timer!.After(delay);
    }
}
