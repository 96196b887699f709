using System.Globalization;
using System.Text;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost;

/// <summary>
/// Notifies the service manager of the host's state by the datagrams of sd_notify(3), if the manager has requested it (a unit of
/// Type=notify, WatchdogSec=). The environment variables are removed, so that programs that the host starts do not notify the manager.
/// </summary>
internal sealed class SystemdNotifier : IDisposable
{
    private const string Socket = "NOTIFY_SOCKET", WatchdogTime = "WATCHDOG_USEC", WatchdogProcess = "WATCHDOG_PID";
    private readonly int _socket = -1;
    private string _status = "";

    public SystemdNotifier()
    {
        var (address, time, process) = (Take(Socket), Take(WatchdogTime), Take(WatchdogProcess));
        if (address is not { Length: > 1 })
            return;
        var socket = Sys.UnixSocket(SOCK_DGRAM);
        if (socket >= 0 && Sys.UnixConnect(socket, address) >= 0)
            _socket = socket;
        else
            Sys.Close(socket);
        if (_socket >= 0 && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var us) && us < long.MaxValue / 1000
            && (process is null || process == Environment.ProcessId.ToString(CultureInfo.InvariantCulture)))
            WatchdogNs = us * 1000;
    }

    private static string? Take(string variable)
    {
        var value = Environment.GetEnvironmentVariable(variable);
        Environment.SetEnvironmentVariable(variable, null);
        return value;
    }

    /// <summary>The time in ns after which the manager restarts a host that has not said that it is alive; 0 if it does not.</summary>
    public long WatchdogNs { get; }

    /// <summary>Reports that the host is serving.</summary>
    public void Ready() => Notify("READY=1"u8);

    /// <summary>Reports that the host is ending.</summary>
    public void Stopping() => Notify("STOPPING=1"u8);

    /// <summary>Reports that the host and what it shows are alive.</summary>
    public void Alive()
    {
        if (WatchdogNs > 0)
            Notify("WATCHDOG=1"u8);
    }

    /// <summary>Reports one line about the host's state, which <c>systemctl status</c> shows.</summary>
    public void Status(string line)
    {
        if (_socket < 0 || line == _status)
            return;
        _status = line;
        Notify(Encoding.UTF8.GetBytes($"STATUS={LogWriter.Printable(line)}"));
    }

    // If the manager does not read, the notification is lost: the host does not wait for it.
    private void Notify(ReadOnlySpan<byte> state)
    {
        if (_socket >= 0)
            Sys.Send(_socket, state);
    }

    public void Dispose() => Sys.Close(_socket);
}
