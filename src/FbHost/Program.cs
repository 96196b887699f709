using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Displays;
using FbHost;
using FbHost.Apps;
using FbHost.Clients;
using FbHost.Control;
using FbHost.Doctor;
using FbHost.Logs;
using FbHost.Options;
using Mmm;
using Mmm.Protocol;

StandardStreams.Ensure();
ChildProcess.KeepExitCodes();
if (args is [CrashGuard.Argument, ..])
    return CrashGuard.Run(LeftProcesses.EndForGuard);
if (args is [AppGate.Argument, ..])
    return AppGate.Run(args);
Func<LogWriter, int> run;
CrashGuard? guard = null;
var name = "mmm";
var exitCode = 0;
try
{
    name = ProgramName();
    if (name == "mmmctl")
    {
        run = _ => Mmmctl.Run(args);
    }
    else if (name == "mmm-doctor")
    {
        run = _ => DoctorReport.Run(args);
    }
    else if (name == "mmm-log")
    {
        run = _ => LogServer.Run();
    }
    else if (CommandLine.Parse(args, out exitCode) is { } options)
    {
        // The guard restores the display and the terminal after a crash, and ends the apps. A display in memory and a window need no
        // restoring, and the kernel restores a KMS card: only for the apps it is made where a second process costs little.
#if NATIVE_CODE
        guard = CrashGuard.Fork(LeftProcesses.EndForGuard);
#else
        if (options.Display.TakesScreen && (options.Display.Kind != DisplayKind.Drm || VirtualTerminal.AreThere))
            guard = CrashGuard.StartProcess();
#endif
        run = log =>
        {
            try
            {
                using var host = new ApplianceHost(options, guard, log);
                return host.Run();
            }
            catch (MmmException e) when (options.Command.Count > 0 && e.InnerException is ServedElsewhereException served)
            {
                guard?.Dispose(); // the other host has the screen; the command is one more client of it
                throw new MmmException(ChildProcess.Become(
                    options.Command, new Dictionary<string, string> { [Rendezvous.PathVariable] = served.Directory }));
            }
        };
    }
    else
    {
        return exitCode;
    }
}
catch (Exception e)
{
    run = _ =>
    {
        ExceptionDispatchInfo.Throw(e); // keeps the place where it was thrown
        return 1;
    };
}
// A write beyond RLIMIT_FSIZE returns an error and does not end the process. Programs that the host starts get the signal's default action
// again.
using var fileTooLarge = PosixSignalRegistration.Create((PosixSignal)25 /* SIGXFSZ */, c => c.Cancel = true);
using var log = new LogWriter(2, saysLevels: Environment.GetEnvironmentVariable("MMM_LOG_LEVELS") == "1");
try
{
    return run(log);
}
catch (Exception e)
{
    foreach (var line in FaultLine.AllOf(e))
        log.Write(line, name is "mmmctl" or "mmm-doctor" or "mmm-log" ? name : null, isWarning: true);
    return 1;
}
finally
{
    guard?.Dispose();
}

// Returns the name by which the program was called; the runtime only has the assembly's name.
static string ProgramName()
{
    var commandLine = File.ReadAllText("/proc/self/cmdline");
    return Path.GetFileName(commandLine[..Math.Max(0, commandLine.IndexOf('\0'))]);
}
