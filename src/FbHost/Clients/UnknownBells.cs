using FbHost.Loop;
using Mmm;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Clients;

/// <summary>Who is at the other end of a bell's socket, as the kernel knows it.</summary>
internal readonly record struct BellPeer(int Fd, int Pid, uint User);

/// <summary>A client has said whose bell this is. Null: the descriptor was taken. Else why not, for the client; it is then hung up.</summary>
internal delegate string? GreetingHandler(string fileName, BellPeer peer);

/// <summary>
/// Connections to the bell that have not said yet which client they belong to. Their number is bounded, in all and for each user: the
/// oldest of the user who has most makes room, so that nobody keeps another one out.
/// </summary>
internal sealed class UnknownBells(EventLoop loop, GreetingHandler greeted) : IDisposable
{
    private const int Most = 64, MostOfAUser = 32;
    private readonly List<(BellPeer Peer, Watch Watch)> _waiting = []; // oldest first

    /// <summary>Takes over a new connection.</summary>
    public void Add(int fd)
    {
        var (pid, user) = Sys.PeerCredentials(fd);
        if (_waiting.Count(w => w.Peer.User == user) >= MostOfAUser)
            CloseOldestOf(user);
        else if (_waiting.Count >= Most)
            CloseOldestOf(_waiting.CountBy(w => w.Peer.User).MaxBy(u => u.Value).Key);
        var peer = new BellPeer(fd, pid, user);
        _waiting.Add((peer, loop.Add(fd, _ => Greet(peer))));
    }

    private void CloseOldestOf(uint user)
    {
        var oldest = _waiting.Find(w => w.Peer.User == user).Peer;
        TakeOut(oldest);
        Sys.Close(oldest.Fd);
    }

    private void TakeOut(BellPeer peer)
    {
        var at = _waiting.FindIndex(w => w.Peer.Fd == peer.Fd);
        _waiting[at].Watch.Dispose();
        _waiting.RemoveAt(at);
    }

    private void Greet(BellPeer peer)
    {
        Span<byte> packet = stackalloc byte[Bell.MaxPacket];
        var n = Sys.Receive(peer.Fd, packet);
        if (n == -EAGAIN || n == -EINTR)
            return;
        TakeOut(peer);
        if (n <= 0)
        {
            Sys.Close(peer.Fd);
            return;
        }
        var fault = Bell.TryParseHello(packet[..(int)n], out var name, out var reason) ? greeted(name, peer) : reason;
        if (fault is null)
            return;
        Sys.Send(peer.Fd, Bell.Error(fault));
        Sys.Close(peer.Fd);
    }

    public void Dispose()
    {
        foreach (var (peer, watch) in _waiting)
        {
            watch.Dispose();
            Sys.Close(peer.Fd);
        }
        _waiting.Clear();
    }
}
