using System.IO.Compression;

namespace View.Rfb;

/// <summary>One zlib stream of a connection, which goes on from one rectangle to the next.</summary>
internal sealed class ZlibPacker : IDisposable
{
    private const int Kept = 256 * 1024;
    private readonly MemoryStream _packed = new();
    private readonly ZLibStream _stream;

    /// <param name="level">1 (fast) to 9.</param>
    public ZlibPacker(int level) =>
        _stream = new ZLibStream(_packed, new ZLibCompressionOptions { CompressionLevel = level }, leaveOpen: true);

    /// <summary>Packs bytes so that the viewer can unpack all of them now. The result is valid until the next call.</summary>
    public ReadOnlySpan<byte> Pack(ReadOnlySpan<byte> bytes)
    {
        _packed.SetLength(0);
        if (_packed.Capacity > Kept)
            _packed.Capacity = 0;
        _stream.Write(bytes);
        _stream.Flush();
        return _packed.GetBuffer().AsSpan(0, (int)_packed.Length);
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();
}
