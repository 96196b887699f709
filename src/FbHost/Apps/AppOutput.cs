using System.Text;
using FbHost.Loop;
using FbHost.State;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Apps;

/// <summary>
/// What an app writes to its standard output and error: passed on to the log line by line, with the app's name, and the last 64 KB of it
/// kept for <c>mmmctl logs</c>. It is a FIFO in the host's own directory that the app opens for reading too, so that an app that outlives
/// the host is not ended by SIGPIPE, and the next host finds it.
/// </summary>
internal sealed class AppOutput : IDisposable
{
    /// <summary>The bytes of lines that are kept.</summary>
    public const int MostBytes = 64 * 1024;

    private const int LongestLine = 4000; // bytes; a longer line is split
    private const int PieceBytes = 4 * 1024; // read at once; then the next piece waits
    private const long PieceMs = 20; // so an app that writes without end takes 0.2 MB/s, and a small part of a processor
    private readonly EventLoop _loop;
    private readonly HostLog _log;
    private readonly HostDirectory _own;
    private readonly string _app;
    private readonly string _name;
    private readonly int _fd;
    private readonly Watch _watch;
    private readonly LoopTimer _timer;
    private readonly Queue<OutputLine> _lines = new();
    private readonly List<byte> _line = [];
    private int _bytes;

    private AppOutput(EventLoop loop, HostLog log, HostDirectory own, string app, string name, int fd)
    {
        (_loop, _log, _own, _app, _name, _fd) = (loop, log, own, app, name, fd);
        _timer = loop.CreateTimer(Resume);
        _watch = loop.Add(fd, _ => OnReadable());
    }

    /// <summary>Opens the output of an app, which a former host may have made.</summary>
    /// <param name="loop">Reads it.</param>
    /// <param name="log">Receives the lines.</param>
    /// <param name="own">The directory for it.</param>
    /// <param name="app">The app's name.</param>
    /// <returns>Null if it cannot be made; the app then has the host's own output.</returns>
    public static AppOutput? Open(EventLoop loop, HostLog log, HostDirectory own, string app)
    {
        const int most = 100;
        var name = Uri.EscapeDataString(app);
        name = $"output.{(name.Length <= most ? name : $"{name[..most]}-{StableHash.Of(app):x8}")}";
        own.MakeFifo(name);
        var fd = own.OpenFifo(name, O_NONBLOCK);
        if (fd >= 0)
            fchmod(fd, (Tmds.Linux.mode_t)0x192u); // 0622, whatever the umask: an app of another user can open /dev/stdout
        return fd < 0 ? null : new AppOutput(loop, log, own, app, name, fd);
    }

    /// <summary>A descriptor for the app, which the caller closes; or minus errno.</summary>
    public int OpenForApp() => _own.OpenFifo(_name, 0);

    /// <summary>A line was written.</summary>
    public event Action<OutputLine>? Written;

    /// <summary>The last lines, oldest first.</summary>
    public IReadOnlyCollection<OutputLine> Lines => _lines;

    /// <summary>Reads what an app that has ended has left, as far as that is kept.</summary>
    public void Drain()
    {
        for (var pieces = 0; pieces < MostBytes / PieceBytes && Read(); pieces++)
        {
        }
        if (_line.Count > 0)
            EndLine();
    }

    private void OnReadable()
    {
        Read();
        _watch.Mute(true); // also after a few bytes: an app that writes many small pieces wakes the host 50 times a second at most
        _timer.After(PieceMs);
    }

    private void Resume() => _watch.Mute(false);

    // Returns true if there may be more.
    private bool Read()
    {
        Span<byte> piece = stackalloc byte[PieceBytes];
        var n = Sys.Read(_fd, piece);
        if (n <= 0)
            return false;
        foreach (var b in piece[..(int)n])
        {
            if (b != '\n')
                _line.Add(b);
            if (b == '\n' || _line.Count >= LongestLine)
                EndLine();
        }
        return n == PieceBytes;
    }

    private void EndLine()
    {
        var line = new OutputLine(_app, Encoding.UTF8.GetString([.. _line]).TrimEnd('\r'), EventLoop.Now);
        _line.Clear();
        _lines.Enqueue(line);
        _bytes += line.Bytes;
        while (_bytes > MostBytes)
            _bytes -= _lines.Dequeue().Bytes;
        if (line.Text.Length > 0)
            _log.OfApp(_app, line.Text);
        Written?.Invoke(line);
    }

    /// <summary>Closes and removes it, when the app has ended.</summary>
    public void Dispose()
    {
        Drain();
        _watch.Dispose();
        _loop.Remove(_timer);
        Sys.Close(_fd);
        _own.Remove(_name);
    }
}

/// <summary>A line that an app has written.</summary>
/// <param name="App">The app's name.</param>
/// <param name="Text">The line without its end.</param>
/// <param name="Ns">When, <see cref="EventLoop.Now"/>.</param>
internal sealed record OutputLine(string App, string Text, long Ns)
{
    /// <summary>The memory that it counts for: an empty line is not free.</summary>
    public int Bytes => 2 * Text.Length + 64;
}
