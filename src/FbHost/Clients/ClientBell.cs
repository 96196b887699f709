using FbHost.Loop;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Clients;

/// <summary>The socket by which one client and the host wake each other (protocol.md section 9).</summary>
internal sealed class ClientBell : IDisposable
{
    private const long FloodWindowNs = 100_000_000;
    private const int FloodRings = 400; // in one window; a client that rings more often is muted until the window's end
    private readonly Watch _watch;
    private int _rings;
    private long _windowNs;

    /// <param name="loop">Waits for the socket.</param>
    /// <param name="fd">The socket. The bell owns it from now on.</param>
    /// <param name="rung">Called when the client has rung or hung up. While the bell is muted, it is called only for a hang-up.</param>
    public ClientBell(EventLoop loop, int fd, Action rung)
    {
        Fd = fd;
        _watch = loop.Add(fd, _ => rung());
    }

    public int Fd { get; }

    /// <summary>
    /// The time in ns until which the bell is muted; 0 if it is not. While it is muted, only a hang-up wakes the loop; the client's timer
    /// reads the client's state at this time.
    /// </summary>
    public long MutedUntilNs { get; private set; }

    public void Mute(long untilNs)
    {
        MutedUntilNs = Math.Max(MutedUntilNs, untilNs);
        _watch.Mute(true);
    }

    public void Unmute()
    {
        MutedUntilNs = 0;
        _watch.Mute(false);
    }

    /// <summary>
    /// Reads the rings that have arrived. If one call cannot read them all, the loop calls again at once. Returns false if the client has
    /// hung up.
    /// </summary>
    public bool TakeRings()
    {
        var rings = Sys.ReceivePackets(Fd);
        if (rings <= 0)
            return rings == -EAGAIN || rings == -EINTR;
        var now = EventLoop.Now;
        if (now - _windowNs > FloodWindowNs)
            (_windowNs, _rings) = (now, 0);
        _rings += rings;
        return true;
    }

    /// <summary>The end of the window in which the client has rung too often; 0 if it has not.</summary>
    public long FloodUntilNs => _rings < FloodRings ? 0 : _windowNs + FloodWindowNs;

    /// <summary>Wakes the client. If the socket is full, a ring is already waiting in it.</summary>
    public void Ring() => Sys.Send(Fd, [0]);

    public void Dispose()
    {
        _watch.Dispose();
        shutdown(Fd, SHUT_RDWR); // the audio thread may hold a second descriptor, and the client must be notified of the hang-up now
        Sys.Close(Fd);
    }
}
