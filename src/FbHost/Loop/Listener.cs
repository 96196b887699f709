using Mmm;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Loop;

/// <summary>
/// A listening unix socket in the loop. When the process is out of descriptors they stay in the socket's queue and are looked
/// at again a little later, instead of waking the loop without end.
/// </summary>
internal sealed class Listener : IDisposable
{
    private const long RetryMs = 100;
    private const int Backlog = 64;
    private readonly int _fd;
    private readonly string _path;
    private readonly Action<int> _accepted;
    private readonly Watch _watch;
    private readonly LoopTimer _retry;

    /// <param name="loop">Waits.</param>
    /// <param name="directory">Where the socket lies; a path of any length.</param>
    /// <param name="name">Its name; a stale one is replaced.</param>
    /// <param name="type">SOCK_STREAM or SOCK_SEQPACKET.</param>
    /// <param name="mode">Who may connect.</param>
    /// <param name="accepted">Gets each connection: a non-blocking descriptor that is its own to close.</param>
    /// <exception cref="MmmException">The socket cannot be made.</exception>
    public Listener(EventLoop loop, string directory, string name, int type, UnixFileMode mode, Action<int> accepted)
    {
        _accepted = accepted;
        _path = Path.Combine(directory, name);
        // Bound under another name and renamed when it listens: whoever finds the socket is not refused.
        var fresh = name + ".new";
        Sys.Unlink(_path + ".new");
        _fd = Sys.UnixSocket(type);
        var error = _fd < 0 ? _fd : Sys.UnixAddress(_fd, directory, fresh, bindIt: true);
        if (error >= 0)
            error = Sys.Check(listen(_fd, Backlog));
        if (error < 0)
        {
            Sys.Close(_fd);
            throw new MmmException($"{_path}: the socket cannot be made: {Sys.ErrorText(error)}");
        }
        File.SetUnixFileMode(_path + ".new", mode);
        File.Move(_path + ".new", _path, overwrite: true);
        _watch = loop.Add(_fd, _ => Accept());
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
        _retry.Cancel();
        Sys.Unlink(_path);
        Sys.Close(_fd);
    }
}
