using Displays;
using FbHost.Loop;
using FbHost.Options;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FbHost;

/// <summary>
/// An IHost of Microsoft.Extensions.Hosting that is composed without its builder and container, which took two thirds of the instructions
/// of a start. Everything runs on the thread that calls <see cref="Run"/>: for some device calls, the kernel may check that the thread is
/// the one that opened the device.
/// </summary>
internal sealed class ApplianceHost : IHost, IServiceProvider
{
    private readonly EventLoop _loop = new();
    private readonly HostLifetime _lifetime = new();
    private readonly HostLog _log;
    private readonly Appliance _appliance;
    private readonly SystemdNotifier _manager = new();

    /// <param name="options">The host's options.</param>
    /// <param name="guard">Restores the screen after a crash. The caller keeps it. Null if there is nothing to restore.</param>
    /// <param name="writer">Takes the log.</param>
    public ApplianceHost(ServeOptions options, CrashGuard? guard, LogWriter writer)
    {
        _log = new HostLog(writer);
        _lifetime.ApplicationStopping.Register(() => _loop.Post(_loop.Stop));
        _appliance = new Appliance(options, guard, _loop, _log, _lifetime, _manager);
    }

    public IServiceProvider Services => this;

    public object? GetService(Type serviceType) =>
        serviceType == typeof(IHostApplicationLifetime) ? _lifetime
        : serviceType == typeof(ILogger) ? _log
        : serviceType == typeof(IHostedService) ? _appliance
        : null;

    /// <summary>Serves until the host is to end; returns the exit code.</summary>
    /// <exception cref="Exception">The reason why the host could not start. All parts have been disposed.</exception>
    public int Run()
    {
        using (new EndSignals(_lifetime.StopApplication, _appliance.Fail))
            LoopLife.Run(_loop, () => StartAsync(), _appliance.Fail, () => StopAsync());
        return _appliance.ExitCode;
    }

    /// <summary>Completes before it returns.</summary>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        _appliance.StartAsync(cancellationToken);
        _manager.Ready();
        _lifetime.NotifyStarted();
        return Task.CompletedTask;
    }

    /// <summary>Completes before it returns.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default)
    {
        _lifetime.StopApplication();
        _manager.Stopping();
        _appliance.StopAsync(cancellationToken);
        _lifetime.NotifyStopped();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _manager.Dispose();
        _loop.Dispose();
        _lifetime.Dispose();
    }
}
