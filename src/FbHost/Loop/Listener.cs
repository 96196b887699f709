using static Tmds.Linux.LibC;

namespace FbHost.Loop;

/// <summary>
/// A listening unix socket in the loop. When the process is out of descriptors they stay in the socket's queue and are looked
/// at again a little later, instead of waking the loop without end.
/// </summary>
internal sealed class Listener : IDisposable
{
    private const long RetryMs = 100;
    private readonly EventLoop _loop;
    private readonly int _fd;
    private readonly Action<int> _accepted;
    private readonly Watch _watch;
    private readonly LoopTimer _retry;

    /// <param name="loop">Waits.</param>
    /// <param name="fd">Listens; stays the caller's.</param>
    /// <param name="accepted">Gets each connection: a non-blocking descriptor that is its own to close.</param>
    public Listener(EventLoop loop, int fd, Action<int> accepted)
    {
        (_loop, _fd, _accepted) = (loop, fd, accepted);
        _watch = loop.Add(fd, _ => Accept());
        _retry = loop.CreateTimer(() => _watch.Mute(false));
    }

    private unsafe void Accept()
    {
        var connection = accept4(_fd, null, null, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (connection >= 0)
        {
            _accepted(connection);
            return;
        }
        _watch.Mute(true);
        _retry.After(RetryMs);
    }

    public void Dispose()
    {
        _watch.Dispose();
        _loop.Remove(_retry);
    }
}
