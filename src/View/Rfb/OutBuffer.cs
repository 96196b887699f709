using System.Buffers.Binary;

namespace View.Rfb;

/// <summary>Bytes to send, with numbers in network order.</summary>
internal sealed class OutBuffer
{
    private const int Kept = 512 * 1024; // a larger buffer is not kept
    private byte[] _bytes = new byte[4096];

    /// <summary>The number of bytes.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes, valid until the next one is added.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    /// <summary>Removes all bytes.</summary>
    public void Clear()
    {
        Length = 0;
        if (_bytes.Length > Kept)
            _bytes = new byte[4096];
    }

    /// <summary>Adds bytes that the caller writes.</summary>
    public Span<byte> Add(int count)
    {
        if (Length + count > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(Length + count, 2 * _bytes.Length));
        Length += count;
        return _bytes.AsSpan(Length - count, count);
    }

    /// <summary>Adds a byte.</summary>
    public void U8(int value) => Add(1)[0] = (byte)value;

    /// <summary>Adds two bytes.</summary>
    public void U16(int value) => BinaryPrimitives.WriteUInt16BigEndian(Add(2), (ushort)value);

    /// <summary>Adds four bytes.</summary>
    public void U32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Add(4), value);

    /// <summary>Adds four bytes.</summary>
    public void S32(int value) => U32((uint)value);

    /// <summary>Adds bytes.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Add(bytes.Length));
}
