using System.Text.Json;
using Mmm.Linux;
using Mmm.Protocol;
using static Tmds.Linux.LibC;

namespace View.Host;

/// <summary>A blocking connection to the host's control socket, for one reading thread and any number of writing ones.</summary>
internal sealed class HostSocket : IDisposable
{
    private const int MostLine = 1 << 20;
    private readonly int _fd;
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly List<byte> _line = [];
    private readonly Lock _sending = new();
    private int _start;
    private int _end;
    private int _descriptor = -1;
    private bool _isClosed;

    private HostSocket(int fd) => _fd = fd;

    /// <summary>Connects to the host of a directory. Returns null if none answers.</summary>
    public static HostSocket? TryConnect(string directory)
    {
        var fd = Connect(directory);
        if (fd < 0)
            return null;
        Sys.SetBlocking(fd);
        return new HostSocket(fd);
    }

    /// <summary>Connects to the control socket of a directory. Returns a non-blocking descriptor, or -1 if no host answers.</summary>
    internal static int Connect(string directory)
    {
        var fd = Sys.UnixSocket(SOCK_STREAM);
        if (fd >= 0 && Sys.UnixAddress(fd, directory, Rendezvous.ControlName, bindIt: false) >= 0)
            return fd;
        Sys.Close(fd);
        return -1;
    }

    /// <summary>Waits for a line. Null at the end.</summary>
    /// <param name="descriptor">A descriptor that came with it, which the caller closes; else -1.</param>
    public byte[]? ReadLine(out int descriptor)
    {
        _line.Clear();
        while (true)
        {
            var part = _buffer.AsSpan(_start, _end - _start);
            var at = part.IndexOf((byte)'\n');
            _line.AddRange(at < 0 ? part : part[..at]);
            _start += at < 0 ? part.Length : at + 1;
            if (at >= 0)
            {
                (descriptor, _descriptor) = (_descriptor, -1);
                return [.. _line];
            }
            if (_line.Count > MostLine || !Receive())
            {
                descriptor = -1;
                return null;
            }
        }
    }

    private bool Receive()
    {
        Span<int> descriptor = stackalloc int[1];
        var n = Sys.ReceiveWith(_fd, _buffer, descriptor, out var count, wait: true);
        if (count > 0)
        {
            Sys.Close(_descriptor);
            _descriptor = descriptor[0];
        }
        (_start, _end) = (0, (int)Math.Max(0, n));
        return n > 0 || (n == -EINTR && Receive());
    }

    /// <summary>Sends a request.</summary>
    /// <param name="words">The words.</param>
    /// <param name="spare">Whether it may be dropped if the host does not read just now.</param>
    public void Send(string[] words, bool spare = false)
    {
        byte[] bytes = [.. JsonSerializer.SerializeToUtf8Bytes(words, Words.Default.StringArray), (byte)'\n'];
        lock (_sending)
        {
            if (_isClosed)
                return;
            for (var sent = 0; sent < bytes.Length;)
            {
                var n = Sys.Send(_fd, bytes.AsSpan(sent));
                if (n == -EAGAIN && spare && sent == 0)
                    return;
                if (n == -EAGAIN && WaitToSend())
                    continue;
                if (n < 0)
                {
                    Hang();
                    return;
                }
                sent += (int)n;
            }
        }
    }

    // A host that does not read for that long is treated like one that has ended.
    private unsafe bool WaitToSend()
    {
        const int patienceMs = 2000;
        var p = new Tmds.Linux.pollfd { fd = _fd, events = (short)POLLOUT };
        return poll(&p, (Tmds.Linux.ulong_t)1ul, patienceMs) > 0;
    }

    /// <summary>Ends the connection: the reader gets its end. May be called by any thread.</summary>
    public void Hang()
    {
        lock (_sending)
        {
            if (!_isClosed)
                _ = shutdown(_fd, SHUT_RDWR);
        }
    }

    /// <summary>Closes it. Called by the reading thread.</summary>
    public void Dispose()
    {
        lock (_sending)
        {
            if (_isClosed)
                return;
            _isClosed = true;
            Sys.Close(_fd);
            Sys.Close(_descriptor);
        }
    }
}

/// <summary>Writes requests without reflection.</summary>
[System.Text.Json.Serialization.JsonSerializable(typeof(string[]))]
internal sealed partial class Words : System.Text.Json.Serialization.JsonSerializerContext;
