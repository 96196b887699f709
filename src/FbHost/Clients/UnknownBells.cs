using FbHost.Loop;
using Mmm;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Clients;

/// <summary>Who is at the other end of a bell's socket, as the kernel knows it.</summary>
internal readonly record struct BellPeer(int Fd, int Pid, uint User);

/// <summary>
/// A client has said whose bell this is. Null: the descriptor was taken. Else why not, for the client; it is then hung up.
/// </summary>
internal delegate string? GreetingHandler(string fileName, BellPeer peer);

/// <summary>
/// Connections to the bell that have not said yet which client they belong to, or whose client is being looked for. Their number is
/// bounded, in all and for each user: the oldest of the user who has most makes room, so that nobody keeps another one out.
/// </summary>
/// <param name="loop">Waits.</param>
/// <param name="look">Looks at what a name stands for now, then calls back; perhaps never.</param>
/// <param name="greeted">Gets each client that says who it is.</param>
internal sealed class UnknownBells(EventLoop loop, Action<string, Action> look, GreetingHandler greeted) : IDisposable
{
    private const int Most = 64, MostOfAUser = 32;
    private readonly List<Unknown> _waiting = []; // oldest first

    private sealed class Unknown(BellPeer peer)
    {
        public BellPeer Peer => peer;
        public Watch? Watch { get; set; }

        /// <summary>It has said who it is.</summary>
        public bool HasGreeted { get; set; }
    }

    /// <summary>Takes over a new connection.</summary>
    public void Add(int fd)
    {
        var (pid, user) = Sys.PeerCredentials(fd);
        if (_waiting.Count(w => w.Peer.User == user) >= MostOfAUser)
            CloseOldestOf(user);
        else if (_waiting.Count >= Most)
            CloseOldestOf(_waiting.CountBy(w => w.Peer.User).MaxBy(u => u.Value).Key);
        var unknown = new Unknown(new BellPeer(fd, pid, user));
        _waiting.Add(unknown);
        unknown.Watch = loop.Add(fd, _ => Read(unknown));
    }

    private void CloseOldestOf(uint user) => Close(_waiting.Find(w => w.Peer.User == user)!);

    private void Close(Unknown unknown)
    {
        TakeOut(unknown);
        Sys.Close(unknown.Peer.Fd);
    }

    private void TakeOut(Unknown unknown)
    {
        unknown.Watch!.Dispose();
        _waiting.Remove(unknown);
    }

    private void Read(Unknown unknown)
    {
        Span<byte> packet = stackalloc byte[Bell.MaxPacket];
        var n = Sys.Receive(unknown.Peer.Fd, packet);
        if (n == -EAGAIN || n == -EINTR)
            return;
        if (n <= 0 || unknown.HasGreeted) // only its hang-up is heard then
        {
            Close(unknown);
            return;
        }
        unknown.HasGreeted = true;
        if (Bell.TryParseHello(packet[..(int)n], out var name, out var reason))
        {
            unknown.Watch!.Mute(true);
            look(name, () => Greet(unknown, name));
        }
        else
        {
            TakeOut(unknown);
            Refuse(unknown.Peer.Fd, reason);
        }
    }

    private void Greet(Unknown unknown, string name)
    {
        if (!_waiting.Contains(unknown))
            return; // hung up meanwhile, or made room
        TakeOut(unknown);
        if (greeted(name, unknown.Peer) is { } fault)
            Refuse(unknown.Peer.Fd, fault);
    }

    private static void Refuse(int fd, string why)
    {
        Sys.Send(fd, Bell.Error(why));
        Sys.Close(fd);
    }

    public void Dispose()
    {
        foreach (var unknown in _waiting.ToList())
            Close(unknown);
    }
}
