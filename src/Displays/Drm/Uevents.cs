using System.Text;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Displays;

/// <summary>
/// Receives the kernel's messages about devices (netlink, NETLINK_KOBJECT_UEVENT) and calls a method if devices of one subsystem changed.
/// </summary>
internal sealed unsafe class Uevents : IDisposable
{
    private const int AF_NETLINK = 16, NETLINK_KOBJECT_UEVENT = 15; // linux/socket.h, linux/netlink.h
    private const int Enough = 8192; // a message has at most 2 KB of variables, and a path
    private readonly int _fd;
    private readonly WaitSet _waits;
    private readonly byte[] _message = new byte[Enough];

    /// <param name="waits">The set that waits for the messages.</param>
    /// <param name="subsystem">The subsystem: drm or graphics.</param>
    /// <param name="changed">Called when messages about that subsystem have arrived.</param>
    public Uevents(WaitSet waits, string subsystem, Action changed)
    {
        _waits = waits;
        var wanted = Encoding.ASCII.GetBytes($"\0SUBSYSTEM={subsystem}\0");
        _fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
        var address = stackalloc uint[3] { AF_NETLINK, 0, 1 }; // struct sockaddr_nl: family and padding, any port, the kernel's group
        if (_fd < 0 || bind(_fd, (sockaddr*)address, 12) != 0)
            return;
        waits.Add(_fd, _ =>
        {
            var some = false;
            long n;
            // After ENOBUFS messages were lost, which may have been about the subsystem.
            while ((n = Sys.Receive(_fd, _message)) > 0 || n == -ENOBUFS)
                some |= n < 0 || _message.AsSpan(0, (int)n).IndexOf(wanted) >= 0;
            if (some)
                changed();
        });
    }

    public void Dispose()
    {
        _waits.Remove(_fd);
        Sys.Close(_fd);
    }
}
