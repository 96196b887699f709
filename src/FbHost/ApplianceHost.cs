using Displays;
using FbHost.Loop;
using FbHost.Options;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FbHost;

/// <summary>
/// The host as Microsoft.Extensions.Hosting knows one, composed by hand: its builder and container took two thirds of the instructions of a
/// start. One thread does everything, the one that calls <see cref="Run"/>: the kernel may compare who uses a device with the thread that
/// opened it.
/// </summary>
internal sealed class ApplianceHost : IHost, IServiceProvider
{
    private readonly EventLoop _loop = new();
    private readonly HostLifetime _lifetime = new();
    private readonly HostLog _log;
    private readonly Appliance _appliance;
    private readonly SystemdNotifier _manager = new();

    /// <param name="options">What it is to do.</param>
    /// <param name="guard">Gives the screen back after a crash; stays the caller's. Null: there is nothing to give back.</param>
    /// <param name="writer">Takes the log.</param>
    public ApplianceHost(ServeOptions options, CrashGuard? guard, LogWriter writer)
    {
        _log = new HostLog(writer);
        _lifetime.ApplicationStopping.Register(() => _loop.Post(_loop.Stop));
        _appliance = new Appliance(options, guard, _loop, _log, _lifetime);
    }

    public IServiceProvider Services => this;

    public object? GetService(Type serviceType) =>
        serviceType == typeof(IHostApplicationLifetime) ? _lifetime
        : serviceType == typeof(ILogger) ? _log
        : serviceType == typeof(IHostedService) ? _appliance
        : null;

    /// <summary>Serves until it is told to end; returns the exit code.</summary>
    /// <exception cref="Exception">Why it could not start; everything is put back.</exception>
    public int Run()
    {
        using (new EndSignals(_lifetime.StopApplication, _appliance.Fail))
            LoopLife.Run(_loop, () => StartAsync(), _appliance.Fail, () => StopAsync());
        return _appliance.ExitCode;
    }

    /// <summary>Done when it returns.</summary>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        _appliance.StartAsync(cancellationToken);
        _manager.Ready();
        _lifetime.NotifyStarted();
        return Task.CompletedTask;
    }

    /// <summary>Done when it returns.</summary>
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
