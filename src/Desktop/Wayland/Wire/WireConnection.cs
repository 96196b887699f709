using System.Text;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace Desktop.Wayland.Wire;

/// <summary>Handles one message to an object.</summary>
/// <param name="opcode">The number of the message in the object's interface.</param>
/// <param name="reader">The message's arguments.</param>
internal delegate void WireHandler(int opcode, ref WireReader reader);

/// <summary>
/// One end of a Wayland connection, for a client as well as for a compositor: messages of 32-bit words over a Unix socket, with
/// descriptors beside them. It never blocks: bytes that the other end does not take are kept, up to a limit. Source: the wire format of
/// the Wayland specification, chapter 4.
/// </summary>
internal sealed class WireConnection : IDisposable
{
    /// <summary>The most bytes of one message, as the size field has 16 bits.</summary>
    public const int MostBytes = 65535 & ~3;

    private const int Header = 8;
    private const int MostUnsent = 1 << 20;
    private const int MostReceivedDescriptors = 256;
    private readonly int _fd;
    private readonly Dictionary<uint, WireHandler> _objects = [];
    private readonly byte[] _in = new byte[MostBytes + 1 + Header];
    private readonly Queue<int> _received = [];
    private readonly Queue<(long At, int Fd)> _toSend = []; // the descriptors that must go with the byte at that position of the stream
    private byte[] _out = new byte[4096];
    private int _inLength;
    private int _outLength; // bytes that wait to be sent
    private long _sent; // bytes sent since the beginning
    private int _message = -1; // where the message that is being written begins

    /// <param name="socket">A connected, non-blocking Unix stream socket. The connection owns it.</param>
    public WireConnection(int socket) => _fd = socket;

    /// <summary>The socket.</summary>
    public int FileDescriptor => _fd;

    /// <summary>True while bytes wait because the other end has not read.</summary>
    public bool HasUnsent => _outLength > 0;

    /// <summary>Sets the handler of an object's messages. It replaces one that was set before.</summary>
    public void Add(uint id, WireHandler handler) => _objects[id] = handler;

    /// <summary>Removes an object: messages to it are an error from now on.</summary>
    public void Remove(uint id) => _objects.Remove(id);

    /// <summary>Begins a message. It ends with <see cref="End"/>, and is sent by <see cref="Flush"/>.</summary>
    public WireConnection Begin(uint id, int opcode)
    {
        _message = _outLength;
        return UInt(id).UInt((uint)opcode);
    }

    /// <summary>Appends a number, or the number of an object.</summary>
    public WireConnection UInt(uint value)
    {
        BitConverter.TryWriteBytes(Grow(4), value);
        return this;
    }

    /// <summary>Appends a signed number.</summary>
    public WireConnection Int(int value) => UInt((uint)value);

    /// <summary>Appends a number with 8 binary places.</summary>
    public WireConnection Fixed(double value) => Int((int)Math.Round(value * 256));

    /// <summary>Appends a text.</summary>
    public WireConnection String(string text) => Array([.. Encoding.UTF8.GetBytes(text), 0]);

    /// <summary>Appends bytes.</summary>
    public WireConnection Array(ReadOnlySpan<byte> bytes)
    {
        UInt((uint)bytes.Length);
        var room = Grow((bytes.Length + 3) & ~3);
        room.Clear();
        bytes.CopyTo(room);
        return this;
    }

    /// <summary>Appends a descriptor. The connection owns it from now on.</summary>
    public WireConnection Descriptor(int fd)
    {
        _toSend.Enqueue((_sent + _message, fd));
        return this;
    }

    /// <summary>Ends the message.</summary>
    /// <exception cref="WireException">The message is too long, or the other end does not read.</exception>
    public void End()
    {
        var length = _outLength - _message;
        if (length > MostBytes)
            throw new WireException($"a message of {length} bytes is too long");
        if (_outLength > MostUnsent)
            throw new WireException("the other end does not read its messages");
        var opcode = BitConverter.ToUInt32(_out, _message + 4);
        BitConverter.TryWriteBytes(_out.AsSpan(_message + 4), (uint)length << 16 | opcode);
        _message = -1;
    }

    private Span<byte> Grow(int bytes)
    {
        if (_outLength + bytes > _out.Length)
            System.Array.Resize(ref _out, Math.Max(_outLength + bytes, _out.Length * 2));
        var room = _out.AsSpan(_outLength, bytes);
        _outLength += bytes;
        return room;
    }

    /// <summary>Sends what can be sent without waiting.</summary>
    /// <exception cref="WireException">The connection has ended.</exception>
    public void Flush()
    {
        Span<int> descriptors = stackalloc int[Sys.MostDescriptors];
        var at = 0;
        while (at < _outLength)
        {
            // Descriptors are sent with the first byte of their message or before it, never after it.
            var count = 0;
            foreach (var (_, fd) in _toSend)
            {
                if (count == descriptors.Length)
                    break;
                descriptors[count++] = fd;
            }
            var end = _toSend.Count > count ? (int)(_toSend.ElementAt(count).At - _sent) : _outLength;
            var n = Sys.SendWith(_fd, _out.AsSpan(at, Math.Max(1, end - at)), descriptors[..count]);
            if (n == -EAGAIN || n == -EINTR)
                break;
            if (n < 0)
                throw new WireException(Sys.ErrorText(n));
            for (; count > 0; count--)
                Sys.Close(_toSend.Dequeue().Fd);
            at += (int)n;
        }
        _out.AsSpan(at, _outLength - at).CopyTo(_out);
        _outLength -= at;
        _sent += at;
    }

    /// <summary>Receives what is there and handles every complete message. Returns when there is nothing more to read.</summary>
    /// <exception cref="WireException">The connection has ended, or a message is not valid.</exception>
    public void Receive()
    {
        Span<int> descriptors = stackalloc int[Sys.MostDescriptors];
        while (true)
        {
            var n = Sys.ReceiveWith(_fd, _in.AsSpan(_inLength), descriptors, out var count);
            foreach (var fd in descriptors[..count])
                _received.Enqueue(fd);
            if (n == -EAGAIN)
                return;
            if (n == -EINTR)
                continue;
            if (n <= 0)
                throw new WireException(n == 0 ? "the other end has closed the connection" : Sys.ErrorText(n));
            if (_received.Count > MostReceivedDescriptors)
                throw new WireException("too many descriptors were received");
            _inLength += (int)n;
            Handle();
        }
    }

    private void Handle()
    {
        var at = 0;
        while (_inLength - at >= Header)
        {
            var id = BitConverter.ToUInt32(_in, at);
            var second = BitConverter.ToUInt32(_in, at + 4);
            var length = (int)(second >> 16);
            if (length < Header || length % 4 != 0)
                throw new WireException($"a message to object {id} has the length {length}");
            if (_inLength - at < length)
                break;
            if (!_objects.TryGetValue(id, out var handler))
                throw new WireException($"a message was sent to object {id}, which does not exist");
            var reader = new WireReader(_in.AsSpan(at + Header, length - Header), _received);
            handler((int)(second & 0xFFFF), ref reader);
            at += length;
        }
        _in.AsSpan(at, _inLength - at).CopyTo(_in);
        _inLength -= at;
    }

    /// <summary>Closes the connection and every descriptor that was not taken or sent.</summary>
    public void Dispose()
    {
        Sys.Close(_fd);
        foreach (var fd in _received)
            Sys.Close(fd);
        foreach (var (_, fd) in _toSend)
            Sys.Close(fd);
        _received.Clear();
        _toSend.Clear();
    }
}
