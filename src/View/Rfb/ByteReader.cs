using System.Buffers.Binary;

namespace View.Rfb;

/// <summary>Reads numbers in network order from a stream.</summary>
internal sealed class ByteReader(Stream stream)
{
    private readonly byte[] _buffer = new byte[2048];
    private int _start;
    private int _end;

    /// <summary>Bytes that have been read from the stream already.</summary>
    public int Buffered => _end - _start;

    /// <summary>Reads at most that many bytes, which are valid until the next call.</summary>
    /// <exception cref="EndOfStreamException">The other side has hung up.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> Take(int count, CancellationToken cancel = default)
    {
        if (count > _buffer.Length)
            throw new ArgumentOutOfRangeException(nameof(count));
        if (_buffer.Length - _start < count)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        while (_end - _start < count)
        {
            var n = await stream.ReadAsync(_buffer.AsMemory(_end), cancel);
            if (n == 0)
                throw new EndOfStreamException();
            _end += n;
        }
        _start += count;
        return _buffer.AsMemory(_start - count, count);
    }

    /// <summary>Reads a byte.</summary>
    public async ValueTask<int> U8(CancellationToken cancel = default) => (await Take(1, cancel)).Span[0];

    /// <summary>Reads four bytes.</summary>
    public async ValueTask<uint> U32(CancellationToken cancel = default) =>
        BinaryPrimitives.ReadUInt32BigEndian((await Take(4, cancel)).Span);

    /// <summary>Skips bytes.</summary>
    public async ValueTask Skip(long count)
    {
        for (; count > 0; count -= Math.Min(count, _buffer.Length))
            await Take((int)Math.Min(count, _buffer.Length));
    }
}
