using FbHost.Loop;
using Mmm.Protocol;
using Mmm;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Clients;

/// <summary>The process at the other end of a bell's socket, as the kernel reports it.</summary>
internal readonly record struct BellPeer(int Fd, int Pid, uint User);

/// <summary>
/// Handles a greeting, in which a client names its file. Returns null if the handler took over the descriptor. Otherwise it returns the
/// reason, which is sent to the client before the connection is closed.
/// </summary>
internal delegate string? GreetingHandler(string fileName, BellPeer peer);

/// <summary>
/// Connections to the bell that have not yet sent a greeting, or whose client file is still being examined. Their number is limited, in all
/// and for each user. At a limit, the oldest connection of the user with the most connections is closed, so that no user can keep others
/// out.
/// </summary>
/// <param name="loop">Waits for the sockets.</param>
/// <param name="look">Examines what a name refers to now, then calls back. The callback may never come.</param>
/// <param name="greeted">Called for each client that has sent a greeting.</param>
internal sealed class UnknownBells(EventLoop loop, Action<string, Action> look, GreetingHandler greeted) : IDisposable
{
    private const int Most = 64, MostOfAUser = 32;
    private readonly List<Unknown> _waiting = []; // oldest first

    private sealed class Unknown(BellPeer peer)
    {
        public BellPeer Peer => peer;
        public Watch? Watch { get; set; }

        /// <summary>True if the client has sent its greeting.</summary>
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
        if (n <= 0 || unknown.HasGreeted) // after the greeting, only a hang-up is expected
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
            return; // the client has hung up meanwhile, or the connection was closed to make room
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
