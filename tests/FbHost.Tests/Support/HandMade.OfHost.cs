using System.Net.Sockets;

namespace FbHost.Tests.Support;

internal sealed partial class HandMade
{
    /// <summary>In the MMM_PATH of a host, by its title.</summary>
    public HandMade(MmmHost host, string title, Action<HandMade>? spoil = null)
        : this(host[title], title, spoil)
    {
    }

    public static Socket Connect(MmmHost host) => Connect(host.Path);
}
