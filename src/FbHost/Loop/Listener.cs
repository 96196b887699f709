using static Tmds.Linux.LibC;

namespace FbHost.Loop;

/// <summary>
/// A listening Unix socket in the loop. When the process has no descriptors left, connections stay in the socket's queue and are accepted a
/// little later, instead of waking the loop continuously.
/// </summary>
internal sealed class Listener : IDisposable
{
    private const long RetryMs = 100;
    private readonly EventLoop _loop;
    private readonly int _fd;
    private readonly Action<int> _accepted;
    private readonly Watch _watch;
    private readonly LoopTimer _retry;

    /// <param name="loop">Waits for connections.</param>
    /// <param name="fd">The listening socket. The caller keeps it.</param>
    /// <param name="accepted">Called with each connection: a non-blocking descriptor, which the callback must close.</param>
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
