using Microsoft.Extensions.Hosting;

namespace FbHost;

/// <summary>Signals that the host has started, is to end, and has ended. Thread-safe.</summary>
internal sealed class HostLifetime : IHostApplicationLifetime, IDisposable
{
    private readonly CancellationTokenSource _started = new(), _stopping = new(), _stopped = new();

    public CancellationToken ApplicationStarted => _started.Token;

    public CancellationToken ApplicationStopping => _stopping.Token;

    public CancellationToken ApplicationStopped => _stopped.Token;

    public void NotifyStarted() => _started.Cancel();

    /// <summary>
    /// Requests the end of the host, which ends after the current round of its loop. Never waits. Further calls do nothing.
    /// </summary>
    public void StopApplication() => _stopping.Cancel();

    public void NotifyStopped() => _stopped.Cancel();

    public void Dispose()
    {
        _started.Dispose();
        _stopping.Dispose();
        _stopped.Dispose();
    }
}
