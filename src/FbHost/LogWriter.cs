using System.Text;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace FbHost;

/// <summary>
/// Writes lines to a descriptor on a separate thread, in the order in which they were queued. So a caller never waits for a pipe that is
/// not read or for a slow console. Lines for which the queue has no room are lost and counted, and the count is written when there is room.
/// </summary>
internal sealed class LogWriter : IDisposable
{
    /// <summary>The most lines, and the most bytes, that wait.</summary>
    public const int MostLines = 1024, MostBytes = 256 * 1024;

    private const int LongestLine = 4096; // bytes; a pipe accepts no more in one piece
    private readonly int _fd;
    private readonly int _patienceMs;
    private readonly bool _saysLevels;
    private readonly Queue<byte[]> _queue = new();
    private int _bytes; // guarded by the queue's lock, as are the fields below
    private Thread? _thread; // started for the first line
    private long _lost;
    private long _leftOut; // lines of apps
    private bool _ending;

    /// <param name="fd">The descriptor to write to. The caller keeps it.</param>
    /// <param name="patience">How long <see cref="Dispose"/> waits for queued lines; null for 1 s.</param>
    /// <param name="saysLevels">True to begin each line with its level as sd-daemon(3) does, for a log that reads it.</param>
    public LogWriter(int fd, TimeSpan? patience = null, bool saysLevels = false) =>
        (_fd, _patienceMs, _saysLevels) = (fd, (int)(patience ?? TimeSpan.FromSeconds(1)).TotalMilliseconds, saysLevels);

    /// <summary>Queues one line, which is written as <c>mmm: LINE</c>. Never waits. May be called on any thread.</summary>
    /// <param name="line">The line. Control characters become question marks, so that the name of a file or client cannot send commands to
    /// the terminal.</param>
    /// <param name="app">The app that wrote the line, written in place of <c>mmm</c>; null for the host. An app's line is left out while
    /// the queue is half full, so that an app that writes without end does not suppress the host's own lines.</param>
    /// <param name="isWarning">True for a line that a person should look at.</param>
    public void Write(string line, string? app = null, bool isWarning = false)
    {
        var bytes = Encode(line, app ?? "mmm", isWarning);
        lock (_queue)
        {
            if (app is not null && (_lost > 0 || _queue.Count >= MostLines / 2 || _bytes + bytes.Length > MostBytes / 2))
            {
                _leftOut++;
                return;
            }
            // After the first lost line, all further lines are lost until the queue is empty, so the count is written at the place of the
            // lost lines.
            if (_lost > 0 || _queue.Count >= MostLines || _bytes + bytes.Length > MostBytes)
            {
                _lost++;
                return;
            }
            _bytes += bytes.Length;
            _queue.Enqueue(bytes);
            if (_thread is not null)
                Monitor.Pulse(_queue);
            else
                MakeThread();
        }
    }

    // If no thread can be created (RLIMIT_NPROC), the next line tries again. Lines that are still queued at the end are written then.
    private void MakeThread()
    {
        var thread = new Thread(Drain) { Name = "log", IsBackground = true };
        try
        {
            thread.Start();
            _thread = thread;
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
        }
    }

    private byte[] Encode(string line, string from = "mmm", bool isWarning = true)
    {
        if (line.Length > LongestLine)
            line = line[..LongestLine];
        var level = !_saysLevels ? "" : isWarning ? "<4>" : "<6>";
        var bytes = Encoding.UTF8.GetBytes($"{level}{Printable(from)}: {Printable(line)}\n");
        if (bytes.Length <= LongestLine)
            return bytes;
        var cut = LongestLine - 1;
        while ((bytes[cut] & 0xC0) == 0x80)
            cut--; // do not cut within a character
        bytes[cut] = (byte)'\n';
        return bytes[..(cut + 1)];
    }

    /// <summary>The text with control characters replaced, so that it cannot send commands to a terminal.</summary>
    public static string Printable(string text) => string.Create(text.Length, text, static (s, from) =>
    {
        for (var i = 0; i < s.Length; i++)
            s[i] = from[i] is '\n' or '\r' or '\t' ? ' ' : char.IsControl(from[i]) ? '?' : from[i];
    });

    private void Drain()
    {
        while (Next(wait: true) is { } line)
            Write(line, deadline: null);
    }

    // Returns the next line, or a line with the number of lost lines. Returns null if there is none and none will follow, or if it does not
    // wait for one.
    private byte[]? Next(bool wait)
    {
        lock (_queue)
        {
            while (true)
            {
                if (_queue.TryDequeue(out var line))
                {
                    _bytes -= line.Length;
                    return line;
                }
                if (_leftOut > 0)
                {
                    line = Encode($"{_leftOut:N0} lines of apps were left out: the log is read too slowly; mmmctl logs has the last ones");
                    _leftOut = 0;
                    return line;
                }
                if (_lost > 0)
                {
                    line = Encode($"{_lost:N0} lines of the log were lost because they were not read in time");
                    _lost = 0;
                    return line;
                }
                if (!wait || _ending)
                    return null;
                Monitor.Wait(_queue);
            }
        }
    }

    // Each line is one write, so that lines of several processes do not mix. If the descriptor is closed, the line is dropped.
    private unsafe void Write(ReadOnlySpan<byte> line, long? deadline)
    {
        while (!line.IsEmpty)
        {
            var left = deadline is { } end ? (int)Math.Max(0, end - Environment.TickCount64) : -1;
            var ready = new pollfd { fd = _fd, events = (short)POLLOUT };
            var n = poll(&ready, (ulong_t)1ul, left);
            if (n == 0)
                return;
            if (n < 0 && errno == EINTR)
                continue;
            var written = Sys.Write(_fd, line);
            if (written == -EAGAIN || written == -EINTR)
                continue; // an app that shares the descriptor made it non-blocking and has filled the pipe first
            if (written < 0)
                return;
            line = line[(int)written..];
        }
    }

    /// <summary>Waits for a limited time until the queued lines are written. Later lines are lost.</summary>
    public void Dispose()
    {
        lock (_queue)
        {
            _ending = true;
            Monitor.Pulse(_queue);
        }
        if (_thread is { } thread)
        {
            thread.Join(_patienceMs);
            return;
        }
        var deadline = Environment.TickCount64 + _patienceMs;
        while (Next(wait: false) is { } line)
            Write(line, deadline);
    }
}
