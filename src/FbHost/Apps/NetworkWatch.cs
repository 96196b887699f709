using System.Runtime.InteropServices;
using FbHost.Loop;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Apps;

/// <summary>
/// Tells when this machine has a route to others: a default route, or one of an interface with an address. The kernel reports changes
/// over a netlink socket, so nothing is polled.
/// </summary>
internal sealed unsafe partial class NetworkWatch : IDisposable
{
    private const int Netlink = 16, Raw = 3, Route = 0; // AF_NETLINK, SOCK_RAW, NETLINK_ROUTE
    private const uint Ipv4Routes = 0x40, Ipv6Routes = 0x400; // RTMGRP_*
    private readonly int _socket;
    private readonly Watch? _watch;
    private readonly Action _there;

    [StructLayout(LayoutKind.Sequential)]
    private struct Address
    {
        public ushort Family;
        public ushort Padding;
        public uint Pid;
        public uint Groups;
    }

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int bind(int fd, Address* address, uint length);

    /// <param name="loop">Waits for changes.</param>
    /// <param name="there">Called when there is a route; possibly more than once.</param>
    public NetworkWatch(EventLoop loop, Action there)
    {
        _there = there;
        _socket = Sys.Check(socket(Netlink, Raw | SOCK_CLOEXEC | SOCK_NONBLOCK, Route));
        var address = new Address { Family = Netlink, Groups = Ipv4Routes | Ipv6Routes };
        if (_socket >= 0 && bind(_socket, &address, (uint)sizeof(Address)) == 0)
            _watch = loop.Add(_socket, _ => Look());
        if (IsThere()) // since the caller looked
            loop.Post(there);
    }

    private void Look()
    {
        var bytes = new byte[8192];
        while (Sys.Receive(_socket, bytes) > 0) // what has changed does not matter; also if messages were lost
        {
        }
        if (IsThere())
            _there();
    }

    /// <summary>Returns true if this machine has a route beyond itself.</summary>
    public static bool IsThere() => Lines("/proc/net/route").Skip(1).Any()
        || Lines("/proc/net/ipv6_route").Any(IsBeyond);

    // Destination, prefix, source, prefix, next hop, metric, references, use, flags, interface. Link-local and multicast routes exist as
    // soon as an interface is up.
    private static bool IsBeyond(string line) =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var to, _, _, _, _, _, _, _, _, not "lo"]
        && !to.StartsWith("fe80", StringComparison.Ordinal) && !to.StartsWith("ff", StringComparison.Ordinal);

    private static IEnumerable<string> Lines(string file)
    {
        try
        {
            return File.ReadLines(file).Where(l => l.Length > 0).ToList();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    public void Dispose()
    {
        _watch?.Dispose();
        Sys.Close(_socket);
    }
}
