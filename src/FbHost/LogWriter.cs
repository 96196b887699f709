using System.Text;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace FbHost;

/// <summary>
/// Writes lines to a descriptor on a thread of its own, in the order they came: nobody who logs waits for a pipe that is not read or a slow
/// console. What does not fit the queue is lost and counted, and the count is written once there is room.
/// </summary>
internal sealed class LogWriter : IDisposable
{
    /// <summary>Lines, and bytes of lines, that wait at most.</summary>
    public const int MostLines = 1024, MostBytes = 256 * 1024;

    private const int LongestLine = 4096; // bytes; a pipe takes no more at once
    private readonly int _fd;
    private readonly int _patienceMs;
    private readonly Queue<byte[]> _queue = new();
    private int _bytes; // under the queue's lock, as all that follow
    private Thread? _thread; // made for the first line
    private long _lost;
    private bool _ending;

    /// <param name="fd">Where lines go; stays the caller's.</param>
    /// <param name="patience">How long <see cref="Dispose"/> waits for what is queued; null: 1 s.</param>
    public LogWriter(int fd, TimeSpan? patience = null) =>
        (_fd, _patienceMs) = (fd, (int)(patience ?? TimeSpan.FromSeconds(1)).TotalMilliseconds);

    /// <summary>Queues one line, written as <c>mmm: LINE</c>. Never waits. From any thread.</summary>
    /// <param name="line">Control characters become question marks: the name of a file or client cannot speak to the terminal.</param>
    public void Write(string line)
    {
        var bytes = Encode(line);
        lock (_queue)
        {
            // Once lines are lost, all are until the queue is empty: the count stands where they would have been.
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

    // None may be made (RLIMIT_NPROC): the next line tries again; what is still queued at the end is written then.
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

    private static byte[] Encode(string line)
    {
        const string prefix = "mmm: ";
        if (line.Length > LongestLine)
            line = line[..LongestLine];
        var text = string.Create(line.Length, line, static (s, from) =>
        {
            for (var i = 0; i < s.Length; i++)
                s[i] = from[i] is '\n' or '\r' ? ' ' : char.IsControl(from[i]) ? '?' : from[i];
        });
        var bytes = Encoding.UTF8.GetBytes($"{prefix}{text}\n");
        if (bytes.Length <= LongestLine)
            return bytes;
        var cut = LongestLine - 1;
        while ((bytes[cut] & 0xC0) == 0x80)
            cut--; // not within a character
        bytes[cut] = (byte)'\n';
        return bytes[..(cut + 1)];
    }

    private void Drain()
    {
        while (Next(wait: true) is { } line)
            Write(line, deadline: null);
    }

    // The next line, or how many were lost; null: there is none, and none will come (or none is waited for).
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
                if (_lost > 0)
                {
                    line = Encode($"{_lost:N0} lines of the log were lost: nobody read them in time");
                    _lost = 0;
                    return line;
                }
                if (!wait || _ending)
                    return null;
                Monitor.Wait(_queue);
            }
        }
    }

    // One write a line, so that lines of several processes do not mix. A closed descriptor is nobody's problem.
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
                continue; // an app that shares the descriptor made it non-blocking, and was faster
            if (written < 0)
                return;
            line = line[(int)written..];
        }
    }

    /// <summary>Waits until what is queued is written, for a bounded time. Lines that come later are lost.</summary>
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
