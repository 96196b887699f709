using System.Buffers.Binary;
using System.Text;

namespace Desktop.Wayland.Wire;

/// <summary>The bytes of a connection do not follow the Wayland wire format, or the program's own limits.</summary>
internal sealed class WireException(string message) : Exception(message);

/// <summary>
/// Reads the arguments of one message, in their order. Every member throws <see cref="WireException"/> if the message is too short or an
/// argument is not valid. Numbers have the byte order of the machine, as in the wire format.
/// </summary>
/// <param name="arguments">The message without its header.</param>
/// <param name="descriptors">The descriptors that the connection has received and no message has taken yet.</param>
internal ref struct WireReader(ReadOnlySpan<byte> arguments, Queue<int> descriptors)
{
    private ReadOnlySpan<byte> _rest = arguments;

    /// <summary>An unsigned number, or the number of an object.</summary>
    public uint UInt()
    {
        if (_rest.Length < 4)
            throw new WireException("a message is too short");
        var value = BitConverter.ToUInt32(_rest);
        _rest = _rest[4..];
        return value;
    }

    /// <summary>A signed number.</summary>
    public int Int() => (int)UInt();

    /// <summary>A signed number with 8 binary places.</summary>
    public double Fixed() => Int() / 256.0;

    /// <summary>A text. A null text is read as an empty one.</summary>
    public string String()
    {
        var bytes = Array();
        if (bytes.IsEmpty)
            return "";
        return bytes[^1] == 0 ? Encoding.UTF8.GetString(bytes[..^1]) : throw new WireException("a text does not end with a zero byte");
    }

    /// <summary>Bytes. They are valid as long as the message.</summary>
    public ReadOnlySpan<byte> Array()
    {
        var length = UInt();
        if (length > (uint)_rest.Length)
            throw new WireException($"a message has an array of {length} bytes, which is longer than the message");
        var bytes = _rest[..(int)length];
        _rest = _rest[Math.Min(_rest.Length, ((int)length + 3) & ~3)..];
        return bytes;
    }

    /// <summary>A descriptor, which belongs to the caller.</summary>
    public readonly int Descriptor() => descriptors.TryDequeue(out var fd) ? fd : throw new WireException("a message lacks its descriptor");
}
