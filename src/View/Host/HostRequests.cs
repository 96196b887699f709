using System.Net.Sockets;
using System.Text.Json;

namespace View.Host;

/// <summary>A connection to the host's control socket for requests and their answers, in their order.</summary>
internal sealed class HostRequests : IDisposable
{
    private const int MostLine = 4 << 20;
    private readonly NetworkStream _stream;
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    private HostRequests(int fd) =>
        _stream = new NetworkStream(new Socket(new SafeSocketHandle(fd, ownsHandle: true)), ownsSocket: true);

    /// <summary>Connects to the host of a directory. Null if none answers.</summary>
    public static HostRequests? TryConnect(string directory)
    {
        var fd = HostSocket.Connect(directory);
        return fd < 0 ? null : new HostRequests(fd);
    }

    /// <summary>Sends a request.</summary>
    public async Task Send(string[] words)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(words, Words.Default.StringArray), (byte)'\n'];
        await _stream.WriteAsync(line);
    }

    /// <summary>Reads a line. Null at the end.</summary>
    public async Task<byte[]?> ReadLine()
    {
        List<byte> line = [];
        while (true)
        {
            var part = _buffer.AsMemory(_start, _end - _start);
            var at = part.Span.IndexOf((byte)'\n');
            line.AddRange(at < 0 ? part.Span : part.Span[..at]);
            _start += at < 0 ? part.Length : at + 1;
            if (at >= 0)
                return [.. line];
            (_start, _end) = (0, await _stream.ReadAsync(_buffer));
            if (_end == 0 || line.Count > MostLine)
                return null;
        }
    }

    /// <summary>Reads bytes that follow an answer.</summary>
    public async Task<byte[]> ReadBytes(int count)
    {
        var bytes = new byte[count];
        var there = Math.Min(count, _end - _start);
        _buffer.AsSpan(_start, there).CopyTo(bytes);
        _start += there;
        await _stream.ReadExactlyAsync(bytes.AsMemory(there));
        return bytes;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();
}
