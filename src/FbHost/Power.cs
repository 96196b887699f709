using System.Diagnostics;
using FbHost.Apps;
using FbHost.Loop;
using FbHost.Options;
using Mmm.Linux;

namespace FbHost;

/// <summary>How this host switches the machine off.</summary>
/// <param name="Refusal">Why it does not; null if it does.</param>
/// <param name="Programs">
/// The programs that switch it off and start it again. They tell init, which ends everything else: <c>systemctl</c>, or those of busybox
/// and other inits, which send it the signals that it knows. Null if the host only ends with its exit code.
/// </param>
/// <param name="Note">What the log says about it, if <see cref="Programs"/> is null.</param>
internal sealed record PowerMeans(string? Refusal, (string[] Off, string[] Again)? Programs, string Note)
{
    private static readonly string[] ContainerFiles = ["/run/systemd/container", "/run/.containerenv", "/.dockerenv"];

    /// <summary>Determines the means. Only a host that has a screen of the machine, and is root, ever starts a program.</summary>
    /// <param name="display">Where the host shows.</param>
    /// <param name="isCommand">True for mmm COMMAND.</param>
    /// <param name="isRoot">Whether the host is root.</param>
    /// <param name="exists">Whether a file or directory exists.</param>
    public static PowerMeans Of(DisplayChoice display, bool isCommand, bool isRoot, Func<string, bool> exists) =>
        display.IsWindow ? new("the host is a window; it does not switch the machine off", null, "")
        : isCommand ? new("mmm COMMAND does not switch the machine off; use a host with a configuration", null, "")
        : !display.TakesScreen ? new(null, null, "the host has no screen of the machine and would switch it off")
        : Array.Exists(ContainerFiles, f => exists(f)) ? new(null, null, "the host is in a container and would switch the machine off")
        : !isRoot ? new(null, null, "the host is not root; its service switches the machine off")
        : exists("/run/systemd/system") ? new(null, (["systemctl", "poweroff"], ["systemctl", "reboot"]), "")
        : new(null, (["poweroff"], ["reboot"]), "");

    /// <summary>The means of this process.</summary>
    public static PowerMeans Of(ServeOptions options) =>
        Of(options.Display, options.Command.Count > 0, Sys.EffectiveUserId == 0, Path.Exists);
}

/// <summary>
/// Switches the machine off, or starts it again, in order: the apps are told and have half a second, then the host ends as always, with
/// its apps; then files are synced, and init is told.
/// </summary>
/// <param name="loop">Runs the timer.</param>
/// <param name="log">Takes a line about each step.</param>
/// <param name="means">How the machine is switched off.</param>
/// <param name="tell">Sends all apps a message.</param>
/// <param name="end">Ends the host.</param>
internal sealed class Power(EventLoop loop, HostLog log, PowerMeans means, Action<string> tell, Action<int> end)
{
    /// <summary>The exit codes of a host that has been requested to switch the machine off, and to start it again.</summary>
    public const int OffCode = 80, AgainCode = 81;

    private const long ToldMs = 500;
    private const int SyncMs = 10_000, ProgramMs = 10_000, LookMs = 10;
    private bool _isReboot;

    /// <summary>The exit code of the host; null if it has not been requested to switch the machine off.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Begins. Does nothing if it has begun already.</summary>
    /// <param name="reboot">True to start the machine again.</param>
    /// <returns>Null, or why the host does not switch the machine off.</returns>
    public string? Begin(bool reboot)
    {
        if (means.Refusal is { } refusal)
            return refusal;
        if (ExitCode is not null)
            return null;
        (_isReboot, ExitCode) = (reboot, reboot ? AgainCode : OffCode);
        log.Info($"{Name}: apps are told and ended");
        tell(Name);
        loop.CreateTimer(() => end(ExitCode.Value)).After(ToldMs);
        return null;
    }

    private string Name => _isReboot ? "reboot" : "power-off";

    /// <summary>Does the rest when the host and its apps have ended. Does nothing if the machine is not to be switched off.</summary>
    public void Finish()
    {
        if (ExitCode is not { } code)
            return;
        var sync = new Thread(Sys.Sync) { IsBackground = true, Name = "sync" };
        sync.Start();
        if (!sync.Join(SyncMs)) // a disk that does not answer must not keep the machine on
            log.Warn($"{Name}: files could not be synced within {SyncMs / 1000} s");
        if (means.Programs is not var (off, again))
        {
            log.Info($"{Name}: {means.Note}; exit code {code}");
            return;
        }
        Run(_isReboot ? again : off);
    }

    // Waits for the program, so that an init that starts the host again when it ends has been told before.
    private void Run(string[] command)
    {
        var pid = ChildProcess.Start(command, ProgramEnvironment.OfHost());
        if (pid < 0)
        {
            log.Warn($"{Name}: {command[0]}: {ChildProcess.ReasonOf(pid, command[0])}; install it");
            return;
        }
        int? result = null;
        for (var waited = Stopwatch.StartNew(); !ChildProcess.TryReap(pid, out result) && waited.ElapsedMilliseconds < ProgramMs;)
            Thread.Sleep(LookMs);
        if (result is not (null or 0))
            log.Warn($"{Name}: {string.Join(' ', command)} ended with code {result}");
    }
}
