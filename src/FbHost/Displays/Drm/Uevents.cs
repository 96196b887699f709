using System.Text;
using FbHost.Loop;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Displays;

/// <summary>The kernel's messages about devices (netlink, NETLINK_KOBJECT_UEVENT): calls when something about a kind of them has changed.</summary>
internal sealed unsafe class Uevents : IDisposable
{
    private const int AF_NETLINK = 16, NETLINK_KOBJECT_UEVENT = 15; // linux/socket.h, linux/netlink.h
    private const int Enough = 8192; // a message has at most 2 KB of variables and a path
    private readonly int _fd;
    private readonly Watch? _watch;
    private readonly byte[] _message = new byte[Enough];

    /// <param name="loop">Waits for them.</param>
    /// <param name="subsystem">drm or graphics.</param>
    /// <param name="changed">Called on the loop's thread.</param>
    public Uevents(EventLoop loop, string subsystem, Action changed)
    {
        var wanted = Encoding.ASCII.GetBytes($"\0SUBSYSTEM={subsystem}\0");
        _fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
        var address = stackalloc uint[3] { AF_NETLINK, 0, 1 }; // struct sockaddr_nl: family and padding, any port, the kernel's group
        if (_fd < 0 || bind(_fd, (sockaddr*)address, 12) != 0)
            return;
        _watch = loop.Add(_fd, _ =>
        {
            var some = false;
            long n;
            while ((n = Sys.Receive(_fd, _message)) > 0 || n == -ENOBUFS)
                some |= n < 0 || _message.AsSpan(0, (int)n).IndexOf(wanted) >= 0; // too many for the socket: it may have been among them
            if (some)
                changed();
        });
    }

    public void Dispose()
    {
        _watch?.Dispose();
        Sys.Close(_fd);
    }
}
