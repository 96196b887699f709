using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost;

/// <summary>
/// Notifies the service manager of the host's state by the datagrams of sd_notify(3), if the manager has requested it (a unit of
/// Type=notify). The environment variable is removed, so that programs that the host starts do not notify the manager.
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

    /// <summary>Reports that the host is serving.</summary>
    public void Ready() => Notify("READY=1"u8);

    /// <summary>Reports that the host is ending.</summary>
    public void Stopping() => Notify("STOPPING=1"u8);

    // If the manager does not read, the notification is lost: the host does not wait for it.
    private void Notify(ReadOnlySpan<byte> state)
    {
        if (_socket >= 0)
            Sys.Send(_socket, state);
    }

    public void Dispose() => Sys.Close(_socket);
}
