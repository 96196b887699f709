using System.Net.Sockets;
using System.Text;

namespace Board.Tests;

/// <summary>QEMU's test protocol: sets the input lines of chips, as a finger on a button would, and registers, as firmware does.</summary>
internal sealed class Qtest : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly StreamReader _reader;

    public Qtest(string path)
    {
        _socket.Connect(new UnixDomainSocketEndPoint(path));
        _socket.ReceiveTimeout = 30_000;
        _reader = new StreamReader(new NetworkStream(_socket), Encoding.ASCII);
    }

    /// <summary>Sets an unnamed GPIO input line of a chip.</summary>
    public void SetLine(string chip, int line, bool high) => Execute($"set_irq_in {chip} unnamed-gpio-in {line} {(high ? 1 : 0)}");

    /// <summary>Writes a byte at a physical address.</summary>
    public void WriteByte(long address, byte value) => Execute($"writeb 0x{address:x} 0x{value:x}");

    private void Execute(string command)
    {
        _socket.Send(Encoding.ASCII.GetBytes(command + "\n"));
        var answer = _reader.ReadLine();
        if (answer is null || !answer.StartsWith("OK", StringComparison.Ordinal))
            throw new InvalidOperationException($"qtest {command}: {answer ?? "QEMU hung up"}");
    }

    public void Dispose()
    {
        _reader.Dispose();
        _socket.Dispose();
    }
}
