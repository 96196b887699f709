using FbHost.Loop;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Clients;

/// <summary>The socket by which one client and the host tell each other to look (protocol.md section 9).</summary>
internal sealed class ClientBell : IDisposable
{
    private const long FloodWindowNs = 100_000_000;
    private const int FloodRings = 400; // in one window: more is a flood, and its sender has to wait for the window's end
    private readonly Watch _watch;
    private int _rings;
    private long _windowNs;

    /// <param name="loop">Waits.</param>
    /// <param name="fd">The bell's from now on.</param>
    /// <param name="rung">Called when the client has rung or hung up, unless the bell is muted.</param>
    public ClientBell(EventLoop loop, int fd, Action rung)
    {
        Fd = fd;
        _watch = loop.Add(fd, _ => rung());
    }

    public int Fd { get; }

    /// <summary>
    /// While it is muted only a hang-up wakes; the client is looked at by its timer at this time, ns. 0: it is not muted.
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

    /// <summary>Takes what has come; what does not fit one call is there at once again. False: the client has hung up.</summary>
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

    /// <summary>The end of the window in which the client has rung too often; 0: it has not.</summary>
    public long FloodUntilNs => _rings < FloodRings ? 0 : _windowNs + FloodWindowNs;

    /// <summary>Tells the client to look. A full socket means that a ring is waiting already.</summary>
    public void Ring() => Sys.Send(Fd, [0]);

    public void Dispose()
    {
        _watch.Dispose();
        shutdown(Fd, SHUT_RDWR); // the audio thread may hold a second descriptor: the client must see the hang-up now
        Sys.Close(Fd);
    }
}
