using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost;

/// <summary>
/// Tells the service manager what the host does, by the datagrams of sd_notify(3), where the manager has asked for it (a unit of
/// Type=notify). Nothing that the host starts learns of it.
/// </summary>
internal sealed class SystemdNotifier : IDisposable
{
    private const string Variable = "NOTIFY_SOCKET";
    private readonly int _socket = -1;

    public SystemdNotifier()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 1 } address)
            return;
        Environment.SetEnvironmentVariable(Variable, null);
        var socket = Sys.UnixSocket(SOCK_DGRAM);
        if (socket >= 0 && Sys.UnixConnect(socket, address) >= 0)
            _socket = socket;
        else
            Sys.Close(socket);
    }

    /// <summary>The host serves.</summary>
    public void Ready() => Notify("READY=1"u8);

    /// <summary>The host ends, in order.</summary>
    public void Stopping() => Notify("STOPPING=1"u8);

    // A manager that does not read loses it: nothing of the host's waits for it.
    private void Notify(ReadOnlySpan<byte> state)
    {
        if (_socket >= 0)
            Sys.Send(_socket, state);
    }

    public void Dispose() => Sys.Close(_socket);
}
