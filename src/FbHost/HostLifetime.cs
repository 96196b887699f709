using Microsoft.Extensions.Hosting;

namespace FbHost;

/// <summary>Tells whoever asks when the host has started, is to end and has ended. Thread-safe.</summary>
internal sealed class HostLifetime : IHostApplicationLifetime, IDisposable
{
    private readonly CancellationTokenSource _started = new(), _stopping = new(), _stopped = new();

    public CancellationToken ApplicationStarted => _started.Token;

    public CancellationToken ApplicationStopping => _stopping.Token;

    public CancellationToken ApplicationStopped => _stopped.Token;

    public void NotifyStarted() => _started.Cancel();

    /// <summary>Asks the host to end; it goes on until its loop has come round. Never waits. More than once is as good as once.</summary>
    public void StopApplication() => _stopping.Cancel();

    public void NotifyStopped() => _stopped.Cancel();

    public void Dispose()
    {
        _started.Dispose();
        _stopping.Dispose();
        _stopped.Dispose();
    }
}
