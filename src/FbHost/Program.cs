using Displays;
using FbHost;
using FbHost.Control;
using FbHost.Options;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

StandardStreams.Ensure();
using var log = new LogWriter(2);
try
{
    if (args is [CrashGuard.Argument, ..])
        return CrashGuard.Run(args.AsSpan(1));
    if (ProgramName() == "mmmctl")
        return Mmmctl.Run(args);
    if (CommandLine.Parse(args) is not { } options)
        return 0;
    // Nothing is read from there; the default is the program's own directory, which its user may not be able to name.
    var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = "/" });
    builder.Logging.AddProvider(new HostLoggerProvider(log));
    builder.Services.Configure<ConsoleLifetimeOptions>(o => o.SuppressStatusMessages = true);
    builder.Services.AddSingleton(options);
    builder.Services.AddHostedService<Appliance>();
    builder.Build().Run();
    return Environment.ExitCode;
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
