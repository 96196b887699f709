using System.Runtime.InteropServices;

namespace View.Tests.Support;

/// <summary>zlib's own inflate, which goes on from one piece to the next.</summary>
internal sealed unsafe partial class Inflater : IDisposable
{
    private const int StreamBytes = 112, SyncFlush = 2; // sizeof(z_stream) on 64-bit machines
    private readonly byte* _stream = (byte*)NativeMemory.AllocZeroed(StreamBytes);

    [LibraryImport("libz.so.1")]
    private static partial int inflateInit_(byte* stream, [MarshalAs(UnmanagedType.LPUTF8Str)] string version, int bytes);

    [LibraryImport("libz.so.1")]
    private static partial int inflate(byte* stream, int flush);

    [LibraryImport("libz.so.1")]
    private static partial int inflateEnd(byte* stream);

    public Inflater() => Assert.Equal(0, inflateInit_(_stream, "1.2.11", StreamBytes));

    public byte[] Unpack(byte[] packed)
    {
        var result = new List<byte>();
        var piece = new byte[64 * 1024];
        fixed (byte* from = packed, to = piece)
        {
            *(byte**)_stream = from;
            *(uint*)(_stream + 8) = (uint)packed.Length;
            uint left;
            do
            {
                *(byte**)(_stream + 24) = to;
                *(uint*)(_stream + 32) = (uint)piece.Length;
                Assert.InRange(inflate(_stream, SyncFlush), -5, 0); // Z_BUF_ERROR: nothing is left to do
                left = *(uint*)(_stream + 32);
                result.AddRange(piece.AsSpan(0, piece.Length - (int)left));
            }
            while (left == 0);
            Assert.Equal(0u, *(uint*)(_stream + 8));
        }
        return [.. result];
    }

    public void Dispose()
    {
        _ = inflateEnd(_stream);
        NativeMemory.Free(_stream);
    }
}
