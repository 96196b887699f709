using System.Runtime.InteropServices;
using Displays;
using FbHost;
using FbHost.Apps;
using FbHost.Control;
using FbHost.Options;

StandardStreams.Ensure();
ChildProcess.KeepExitCodes();
// A write beyond RLIMIT_FSIZE is an error like others, and not the end. What is started has the signal's default action again.
using var fileTooLarge = PosixSignalRegistration.Create((PosixSignal)25 /* SIGXFSZ */, c => c.Cancel = true);
using var log = new LogWriter(2);
try
{
    if (args is [CrashGuard.Argument, ..])
        return CrashGuard.Run();
    if (ProgramName() == "mmmctl")
        return Mmmctl.Run(args);
    return CommandLine.Parse(args) is { } options ? new Appliance(options, log).Run() : 0;
}
catch (Exception e)
{
    log.Write(FaultLine.Of(e));
    return 1;
}

// The name that the program was called by; the runtime only knows the assembly's.
static string ProgramName()
{
    var commandLine = File.ReadAllText("/proc/self/cmdline");
    return Path.GetFileName(commandLine[..Math.Max(0, commandLine.IndexOf('\0'))]);
}
