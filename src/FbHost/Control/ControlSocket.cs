using System.Text.Json;
using FbHost.Clients;
using FbHost.Loop;
using Mmm.Protocol;
using Mmm;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Control;

/// <summary>
/// The control socket, <c>$MMM_PATH/.control</c>: a request is one line, a JSON list of strings as in <c>["send","Clock","hello"]</c>; the
/// answer is one line, a JSON object with <c>ok</c>. Only the host's user and root may connect. See docs/control.md.
/// </summary>
internal sealed class ControlSocket : IDisposable
{
    private const int MostConnections = 32;
    private readonly EventLoop _loop;
    private readonly Action<ControlConnection, string[]> _handle;
    private readonly ClientDirectory.SocketName _socket;
    private readonly List<ControlConnection> _connections = [];
    private readonly UnreadAnswers _unread = new();

    /// <exception cref="MmmException">The socket cannot be created.</exception>
    public ControlSocket(EventLoop loop, ClientDirectory directory, Action<ControlConnection, string[]> handle)
    {
        (_loop, _handle) = (loop, handle);
        _socket = directory.Listen(Rendezvous.ControlName, SOCK_STREAM, UnixFileMode.UserRead | UnixFileMode.UserWrite, Accept);
    }

    private void Accept(int fd)
    {
        var uid = Sys.PeerCredentials(fd).Uid;
        var fault = uid != 0 && uid != Sys.EffectiveUserId ? "only the host's user and root may control it"
            : _connections.Count >= MostConnections ? $"more than {MostConnections} control connections"
            : null;
        var connection = new ControlConnection(_loop, fd, _unread, _handle, c => _connections.Remove(c));
        _connections.Add(connection);
        if (fault is not null)
            connection.Fail(fault, close: true);
    }

    public void Dispose()
    {
        foreach (var connection in _connections.ToList())
            connection.Close();
        _socket.Dispose();
    }
}

/// <summary>Counts the bytes of answers that have not been read yet, of all connections together.</summary>
internal sealed class UnreadAnswers
{
    // A small part of the available memory: a control group may limit the host to 64 MB.
    private readonly long _most = Math.Min(48L << 20, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8);

    public long Bytes { get; set; }

    /// <summary>Returns whether that many more bytes may wait. One answer may always wait, however large it is.</summary>
    public bool HasRoom(long bytes) => Bytes + bytes <= _most || Bytes < 64 * 1024;
}

/// <summary>
/// One connection of the control socket. It never blocks: bytes that the other side has not read yet are kept, up to a limit.
/// </summary>
internal sealed class ControlConnection : IRequester
{
    private const int LongestRequest = 8192, MostWatchUnread = 256 * 1024;
    private readonly int _fd;
    private readonly Watch _watch;
    private readonly UnreadAnswers _unread;
    private readonly Action<ControlConnection, string[]> _handle;
    private readonly Action<ControlConnection> _closed;
    private readonly byte[] _request = new byte[LongestRequest];
    private readonly Queue<(ReadOnlyMemory<byte> Bytes, IDisposable? Memory)> _unsent = new();
    private long _unsentBytes;
    private int _sentOfFirst;
    private int _length;
    private bool _closeWhenSent;
    private bool _owesAnswer;
    private bool _isHandling;

    public ControlConnection(
        EventLoop loop, int fd, UnreadAnswers unread, Action<ControlConnection, string[]> handle, Action<ControlConnection> closed)
    {
        (_fd, _unread, _handle, _closed) = (fd, unread, handle, closed);
        _watch = loop.Add(fd, OnReady);
    }

    /// <summary>Called when the connection ends.</summary>
    public Action? Ended { get; set; }

    public bool IsClosed { get; private set; }

    private void OnReady(int events)
    {
        Flush();
        Handle();
        if (IsClosed || (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0)
            return;
        if (_unsent.Count > 0 || _owesAnswer)
        {
            if ((events & (EPOLLHUP | EPOLLERR)) != 0)
                Close(); // the answer cannot be delivered
            return;
        }
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

    // Handles the next request when the answer to the last one has been sent. So answers are in the order of the requests, and a program
    // that sends requests without reading the answers cannot fill the memory.
    private void Handle()
    {
        if (_isHandling)
            return; // called from within a request whose delayed answer was sent at once
        _isHandling = true;
        int end;
        while (!IsClosed && _unsent.Count == 0 && !_owesAnswer && (end = _request.AsSpan(0, _length).IndexOf((byte)'\n')) >= 0)
        {
            var words = Words(_request.AsSpan(0, end));
            _request.AsSpan(end + 1, _length - end - 1).CopyTo(_request);
            _length -= end + 1;
            if (words is null)
                Fail("a request must be one line, a JSON list of strings, as in [\"clients\"]");
            else
                Handle(words);
        }
        _isHandling = false;
        WaitForNext();
    }

    private void Handle(string[] words)
    {
        try
        {
            _handle(this, words);
        }
        catch (OutOfMemoryException)
        {
            Fail("the host has no memory for an answer; ask again later");
        }
    }

    private static string[]? Words(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
                return null;
            var words = new List<string>();
            while (reader.Read() && reader.TokenType == JsonTokenType.String)
                words.Add(reader.GetString()!);
            return reader.TokenType == JsonTokenType.EndArray && !reader.Read() && words.Count > 0 ? [.. words] : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter: invalid UTF-8 in a string
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void AnswerLater() => _owesAnswer = true;

    /// <inheritdoc/>
    public void Ok(Action<Utf8JsonWriter>? more = null) => Answer(w =>
    {
        w.WriteBoolean("ok", true);
        more?.Invoke(w);
    });

    /// <inheritdoc/>
    public void Fail(string error, Action<Utf8JsonWriter>? more = null) => Fail(error, close: false, more);

    /// <summary>Answers that the request was not carried out, and why; then closes the connection if that is wanted.</summary>
    public void Fail(string error, bool close, Action<Utf8JsonWriter>? more = null)
    {
        _closeWhenSent |= close;
        Answer(w =>
        {
            w.WriteBoolean("ok", false);
            w.WriteString("error", error);
            more?.Invoke(w);
        });
    }

    private void Answer(Action<Utf8JsonWriter> write)
    {
        var owed = _owesAnswer;
        _owesAnswer = false;
        Send(Line(write));
        if (owed)
            Handle(); // requests that have arrived meanwhile
    }

    private static byte[] Line(Action<Utf8JsonWriter> write)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }
        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    /// <summary>Sends a line, a JSON object, to a connection that watches. A connection that does not read is closed.</summary>
    public void Notify(Action<Utf8JsonWriter> write)
    {
        if (_unsentBytes > MostWatchUnread)
            Close();
        else
            Send(Line(write));
    }

    /// <summary>Returns whether an answer of that many bytes may be kept until it is read.</summary>
    public bool HasRoom(long bytes) => _unread.HasRoom(bytes);

    /// <summary>Sends bytes. Those that cannot be sent at once are kept.</summary>
    /// <param name="bytes">The bytes, which must not change.</param>
    /// <param name="memory">Disposed when the bytes are sent, or the connection is closed.</param>
    public void Send(ReadOnlyMemory<byte> bytes, IDisposable? memory = null)
    {
        if (IsClosed)
        {
            memory?.Dispose();
            return;
        }
        _unsent.Enqueue((bytes, memory));
        _unsentBytes += bytes.Length;
        _unread.Bytes += bytes.Length;
        Flush();
    }

    /// <summary>
    /// Sends a line, a JSON object, together with a copy of a descriptor. The connection is closed if the other side has not read what was
    /// sent before.
    /// </summary>
    /// <param name="descriptor">The descriptor, which the caller keeps.</param>
    /// <param name="write">Writes the members.</param>
    public void SendWithDescriptor(int descriptor, Action<Utf8JsonWriter> write)
    {
        var line = Line(write);
        if (IsClosed)
            return;
        var n = _unsent.Count == 0 ? Sys.SendWith(_fd, line, [descriptor]) : -EAGAIN;
        if (n < 0)
            Close();
        else if (n < line.Length)
            Send(line.AsMemory((int)n));
    }

    private void Flush()
    {
        while (!IsClosed && _unsent.TryPeek(out var first))
        {
            var n = Sys.Send(_fd, first.Bytes.Span[_sentOfFirst..]);
            if (n == -EAGAIN)
                break;
            if (n < 0)
            {
                Close();
                return;
            }
            _sentOfFirst += (int)n;
            Sent(n);
            if (_sentOfFirst < first.Bytes.Length)
                continue;
            _unsent.Dequeue().Memory?.Dispose();
            _sentOfFirst = 0;
        }
        if (_closeWhenSent && _unsent.Count == 0)
            Close();
        WaitForNext();
    }

    private void Sent(long bytes)
    {
        _unsentBytes -= bytes;
        _unread.Bytes -= bytes;
    }

    private void WaitForNext()
    {
        if (IsClosed)
            return;
        if (_unsent.Count == 0 && _owesAnswer)
            _watch.Mute(true); // a hang-up still wakes the loop
        else
            _watch.WantWrite(_unsent.Count > 0);
    }

    public void Close()
    {
        if (IsClosed)
            return;
        IsClosed = true;
        while (_unsent.TryDequeue(out var unsent))
            unsent.Memory?.Dispose();
        Sent(_unsentBytes);
        _watch.Dispose();
        Sys.Close(_fd);
        _closed(this);
        Ended?.Invoke();
    }
}
