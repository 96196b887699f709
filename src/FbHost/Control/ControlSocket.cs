using System.Text.Json;
using FbHost.Loop;
using Mmm;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Control;

/// <summary>
/// The control socket, <c>$MMM_PATH/.control</c>: a request is one line, a JSON list of words as in <c>["send","Clock","hello"]</c>; the answer
/// is one line, a JSON object with <c>ok</c>. Only the host's user and root may connect. See docs/control.md.
/// </summary>
internal sealed class ControlSocket : IDisposable
{
    private const int MostConnections = 32;
    private readonly EventLoop _loop;
    private readonly Action<ControlConnection, string[]> _handle;
    private readonly Listener _listener;
    private readonly List<ControlConnection> _connections = [];

    /// <exception cref="MmmException">The socket can not be made.</exception>
    public ControlSocket(EventLoop loop, string directory, Action<ControlConnection, string[]> handle)
    {
        (_loop, _handle) = (loop, handle);
        _listener = new Listener(loop, directory, Rendezvous.ControlName, SOCK_STREAM, UnixFileMode.UserRead | UnixFileMode.UserWrite, Accept);
    }

    private void Accept(int fd)
    {
        var uid = Sys.PeerCredentials(fd).Uid;
        var fault = uid != 0 && uid != Sys.EffectiveUserId ? "only the host's user and root may control it"
            : _connections.Count >= MostConnections ? $"more than {MostConnections} control connections"
            : null;
        var connection = new ControlConnection(_loop, fd, _handle, c => _connections.Remove(c));
        _connections.Add(connection);
        if (fault is not null)
            connection.Fail(fault, close: true);
    }

    public void Dispose()
    {
        foreach (var connection in _connections.ToList())
            connection.Close();
        _listener.Dispose();
    }
}

/// <summary>One connection of the control socket. Never blocks: what the other side does not read yet is kept, up to a limit.</summary>
internal sealed class ControlConnection
{
    private const int LongestRequest = 8192, MostUnread = 128 * 1024 * 1024, MostWatchUnread = 1024 * 1024;
    private readonly int _fd;
    private readonly Watch _watch;
    private readonly Action<ControlConnection, string[]> _handle;
    private readonly Action<ControlConnection> _closed;
    private readonly byte[] _request = new byte[LongestRequest];
    private readonly Queue<byte[]> _unsent = new();
    private long _unsentBytes;
    private int _sentOfFirst;
    private int _length;
    private bool _closeWhenSent;

    public ControlConnection(EventLoop loop, int fd, Action<ControlConnection, string[]> handle, Action<ControlConnection> closed)
    {
        (_fd, _handle, _closed) = (fd, handle, closed);
        _watch = loop.Add(fd, OnReady);
    }

    /// <summary>Called when the connection ends.</summary>
    public Action? Ended { get; set; }

    public bool IsClosed { get; private set; }

    private void OnReady(int events)
    {
        Flush();
        Handle();
        if (IsClosed || _unsent.Count > 0 || (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0)
            return;
        var n = Sys.Receive(_fd, _request.AsSpan(_length));
        if (n == -EAGAIN)
            return;
        if (n <= 0)
        {
            Close();
            return;
        }
        _length += (int)n;
        Handle();
        if (!IsClosed && _length == _request.Length && !_request.Contains((byte)'\n'))
            Fail($"a request is at most {LongestRequest} bytes", close: true);
    }

    // Takes the next request when the last one's answer is sent: somebody who asks without reading waits, and does not fill the memory.
    private void Handle()
    {
        int end;
        while (!IsClosed && _unsent.Count == 0 && (end = _request.AsSpan(0, _length).IndexOf((byte)'\n')) >= 0)
        {
            var words = Words(_request.AsMemory(0, end));
            _request.AsSpan(end + 1, _length - end - 1).CopyTo(_request);
            _length -= end + 1;
            if (words is null)
                Fail("a request is one line, a JSON list of texts, as in [\"clients\"]");
            else
                _handle(this, words);
        }
    }

    private static string[]? Words(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0
                && list.EnumerateArray().All(w => w.ValueKind == JsonValueKind.String)
                ? [.. list.EnumerateArray().Select(w => w.GetString()!)]
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter: broken UTF-8 in a text
        {
            return null;
        }
    }

    /// <summary>Answers that it was done; the writer adds what belongs to it.</summary>
    public void Ok(Action<Utf8JsonWriter>? more = null) => Answer(w =>
    {
        w.WriteBoolean("ok", true);
        more?.Invoke(w);
    });

    /// <summary>Answers that it was not done, and why.</summary>
    public void Fail(string error, bool close = false)
    {
        _closeWhenSent |= close;
        Answer(w =>
        {
            w.WriteBoolean("ok", false);
            w.WriteString("error", error);
        });
    }

    /// <summary>Sends one line, a JSON object.</summary>
    public void Answer(Action<Utf8JsonWriter> write)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }
        Send([.. buffer.WrittenSpan, (byte)'\n']);
    }

    /// <summary>Sends a line to somebody who watches; one who does not read is hung up.</summary>
    public void Notify(Action<Utf8JsonWriter> write)
    {
        if (_unsentBytes > MostWatchUnread)
            Close();
        else
            Answer(write);
    }

    /// <summary>Sends bytes; the array is kept until they are sent.</summary>
    public void Send(byte[] bytes)
    {
        if (IsClosed)
            return;
        _unsent.Enqueue(bytes);
        _unsentBytes += bytes.Length;
        if (_unsentBytes > MostUnread)
            Close();
        else
            Flush();
    }

    private void Flush()
    {
        while (!IsClosed && _unsent.TryPeek(out var first))
        {
            var n = Sys.Send(_fd, first.AsSpan(_sentOfFirst));
            if (n == -EAGAIN)
            {
                _watch.WantWrite(true);
                return;
            }
            if (n < 0)
            {
                Close();
                return;
            }
            _sentOfFirst += (int)n;
            _unsentBytes -= n;
            if (_sentOfFirst < first.Length)
                continue;
            _unsent.Dequeue();
            _sentOfFirst = 0;
        }
        if (IsClosed)
            return;
        _watch.WantWrite(false);
        if (_closeWhenSent)
            Close();
    }

    public void Close()
    {
        if (IsClosed)
            return;
        IsClosed = true;
        _watch.Dispose();
        Sys.Close(_fd);
        _closed(this);
        Ended?.Invoke();
    }
}
