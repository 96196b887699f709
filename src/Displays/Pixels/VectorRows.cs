using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Displays.Pixels;

/// <summary>
/// Writes the start of a row by vectors of the machine's width (128 bits on arm64, 256 with AVX2). Each method writes as many pixels as
/// fill whole vectors, and returns their number. The bytes are the same as those of BitRows. For little-endian machines only.
/// </summary>
internal static class VectorRows
{
    private static readonly Vector128<byte>[] Packing888 = Packing([0, 1, 2]), Packing888Swapped = Packing([2, 1, 0]);

    /// <summary>Writes XBGR8888: red and blue are exchanged, and the X byte is 255.</summary>
    public static int Xbgr8888(ReadOnlySpan<uint> pixels, Span<byte> row)
    {
        var from = Vectors(pixels);
        var to = Vectors<uint>(row[..(pixels.Length * 4)]);
        for (var i = 0; i < from.Length; i++)
        {
            var p = from[i];
            to[i] = (p & new Vector<uint>(0x0000FF00)) | ((p >> 16) & new Vector<uint>(0xFF))
                | ((p & new Vector<uint>(0xFF)) << 16) | new Vector<uint>(0xFF000000);
        }
        return from.Length * Vector<uint>.Count;
    }

    /// <summary>Writes RGB888, or BGR888 if swapped.</summary>
    public static int Rgb888(ReadOnlySpan<uint> pixels, Span<byte> row, bool swapped)
    {
        var from = MemoryMarshal.Cast<uint, Vector128<byte>>(pixels);
        var to = MemoryMarshal.Cast<byte, Vector128<byte>>(row[..(pixels.Length * 3)]);
        var packing = swapped ? Packing888Swapped : Packing888;
        var (m0, m1, m2, m3, m4, m5) = (packing[0], packing[1], packing[2], packing[3], packing[4], packing[5]);
        var blocks = pixels.Length / 16;
        for (var i = 0; i < blocks; i++)
        {
            var (b, c) = (from[4 * i + 1], from[4 * i + 2]);
            to[3 * i] = Vector128.ShuffleNative(from[4 * i], m0) | Vector128.ShuffleNative(b, m1);
            to[3 * i + 1] = Vector128.ShuffleNative(b, m2) | Vector128.ShuffleNative(c, m3);
            to[3 * i + 2] = Vector128.ShuffleNative(c, m4) | Vector128.ShuffleNative(from[4 * i + 3], m5);
        }
        return blocks * 16;
    }

    /// <summary>Writes the brightness as PixelLayout.Luma computes it.</summary>
    public static int Grey8(ReadOnlySpan<uint> pixels, Span<byte> row)
    {
        var from = Vectors(pixels);
        var to = Vectors<byte>(row[..pixels.Length]);
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = Vector.Narrow(
                Vector.Narrow(Luma(from[4 * i]), Luma(from[4 * i + 1])), Vector.Narrow(Luma(from[4 * i + 2]), Luma(from[4 * i + 3])));
        }
        return to.Length * Vector<byte>.Count;
    }

    private static ReadOnlySpan<Vector<uint>> Vectors(ReadOnlySpan<uint> pixels) => MemoryMarshal.Cast<uint, Vector<uint>>(pixels);

    private static Span<Vector<T>> Vectors<T>(Span<byte> row) => MemoryMarshal.Cast<byte, Vector<T>>(row);

    // The sums fit into 16 bits: the largest is 255 * 256 + 128.
    private static Vector<uint> Luma(Vector<uint> pixels)
    {
        var redAndBlue = Vector.AsVectorUInt32(
            Vector.AsVectorUInt16(pixels & new Vector<uint>(0x00FF00FF)) * Vector.AsVectorUInt16(new Vector<uint>(77 << 16 | 29)));
        var green = Vector.AsVectorUInt32(
            Vector.AsVectorUInt16((pixels >> 8) & new Vector<uint>(0xFF)) * new Vector<ushort>(150)
                + Vector.AsVectorUInt16(new Vector<uint>(128)));
        return ((redAndBlue + (redAndBlue >> 16) + green) >> 8) & new Vector<uint>(0xFF);
    }

    // 16 pixels in four vectors become 48 bytes in three vectors. Each of the three is made of two source vectors, so there are two masks
    // for each (255 gives a zero byte).
    private static Vector128<byte>[] Packing(ReadOnlySpan<int> order)
    {
        Span<byte> mask = stackalloc byte[16];
        var masks = new Vector128<byte>[6];
        for (var i = 0; i < masks.Length; i++)
        {
            var (target, source) = (i / 2, (i + 1) / 2);
            for (var k = 0; k < 16; k++)
            {
                var (pixel, colour) = ((16 * target + k) / 3, (16 * target + k) % 3);
                mask[k] = pixel / 4 == source ? (byte)(pixel % 4 * 4 + order[colour]) : (byte)255;
            }
            masks[i] = Vector128.Create<byte>(mask);
        }
        return masks;
    }
}
