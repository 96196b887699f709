using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace FbHost.Tests.Support;

/// <summary>A connection to a host's control socket that can also send what no mmmctl would.</summary>
internal sealed class ControlClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly NetworkStream _stream;

    public ControlClient(string directory)
    {
        _socket.Connect(new UnixDomainSocketEndPoint(Path.Combine(directory, ".control")));
        _socket.ReceiveTimeout = (int)Wait.Patience.TotalMilliseconds;
        _stream = new NetworkStream(_socket);
    }

    public void Send(ReadOnlySpan<byte> bytes) => _socket.Send(bytes);

    /// <summary>Sends what the host takes now.</summary>
    /// <exception cref="SocketException">It takes nothing.</exception>
    public void TrySend(byte[] bytes)
    {
        _socket.Blocking = false;
        try
        {
            _socket.Send(bytes);
        }
        finally
        {
            _socket.Blocking = true;
        }
    }

    public void Send(string text) => Send(Encoding.UTF8.GetBytes(text));

    /// <summary>The next line; null when the host hung up.</summary>
    public string? ReadLine()
    {
        var line = new List<byte>();
        try
        {
            int b;
            while ((b = _stream.ReadByte()) >= 0 && b != '\n')
                line.Add((byte)b);
            return b < 0 ? null : Encoding.UTF8.GetString([.. line]);
        }
        catch (IOException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            return null;
        }
    }

    /// <summary>Bytes that follow an answer.</summary>
    public byte[] ReadBytes(int count)
    {
        var bytes = new byte[count];
        _stream.ReadExactly(bytes);
        return bytes;
    }

    public JsonElement Ask(params string[] words)
    {
        Send(JsonSerializer.Serialize(words) + "\n");
        return JsonDocument.Parse(ReadLine() ?? throw new InvalidOperationException("the host hung up")).RootElement;
    }

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }
}
