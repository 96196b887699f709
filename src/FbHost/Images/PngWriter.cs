using System.Buffers.Binary;
using System.IO.Compression;

namespace FbHost.Images;

/// <summary>Writes XRGB8888 pixels as a PNG (RGB, 8 bits a channel; ISO/IEC 15948).</summary>
internal static class PngWriter
{
    /// <param name="png">The stream to write to.</param>
    /// <param name="width">Pixels across.</param>
    /// <param name="height">Pixels down.</param>
    /// <param name="bgrx">width * height * 4 bytes, top left first.</param>
    public static void Write(Stream png, int width, int height, ReadOnlySpan<byte> bgrx)
    {
        png.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        (header[8], header[9]) = (8, 2);
        Chunk(png, "IHDR"u8, header);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var row = new byte[1 + width * 3];
            for (var y = 0; y < height; y++)
            {
                var from = bgrx.Slice(y * width * 4, width * 4);
                for (var x = 0; x < width; x++)
                    (row[3 * x + 1], row[3 * x + 2], row[3 * x + 3]) = (from[4 * x + 2], from[4 * x + 1], from[4 * x]);
                zlib.Write(row);
            }
        }
        Chunk(png, "IDAT"u8, packed.GetBuffer().AsSpan(0, (int)packed.Length));
        Chunk(png, "IEND"u8, default);
    }

    private static void Chunk(Stream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        png.Write(type);
        png.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Of(type, data));
        png.Write(number);
    }
}
