using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Displays.Pixels;

/// <summary>
/// Writes the start of a row of RGB565 by vectors, as VectorRows does. For each colour v and each threshold t of Dither,
/// (v * 31 + t) / 255 equals (v * 249 + t * 8 + t / 32) / 2048, and (v * 63 + t) / 255 equals (v * 253 + t * 4 + t / 64) / 1024. The
/// factors were found by a search, and the tests check every case. The sums fit into 16 bits and have the colour in their upper bits.
/// </summary>
internal static class Rgb565Rows
{
    private const ushort Scale5 = 249, Scale6 = 253;

    /// <summary>Writes pixels from column x on as RGB565, or as BGR565 if swapped. Returns their number.</summary>
    public static int Write(ReadOnlySpan<uint> pixels, Span<byte> row, ReadOnlySpan<uint> thresholds, int x, bool swapped) =>
        AdvSimd.Arm64.IsSupported ? WriteArm64(pixels, row, thresholds, x, swapped) : WriteAny(pixels, row, thresholds, x, swapped);

    private static int WriteAny(ReadOnlySpan<uint> pixels, Span<byte> row, ReadOnlySpan<uint> thresholds, int x, bool swapped)
    {
        var from = MemoryMarshal.Cast<uint, Vector<uint>>(pixels);
        var to = MemoryMarshal.Cast<byte, Vector<ushort>>(row[..(pixels.Length * 2)]);
        var first = new Vector<uint>(thresholds[(x & (Dither.Period - 1))..]);
        var second = new Vector<uint>(thresholds[((x + Vector<uint>.Count) & (Dither.Period - 1))..]);
        var (first5, first6, second5, second6) = (Threshold5(first), Threshold6(first), Threshold5(second), Threshold6(second));
        if (swapped)
        {
            for (var i = 0; i < to.Length; i++)
                to[i] = Vector.Narrow(Bgr565(from[2 * i], first5, first6), Bgr565(from[2 * i + 1], second5, second6));
        }
        else
        {
            for (var i = 0; i < to.Length; i++)
                to[i] = Vector.Narrow(Rgb565(from[2 * i], first5, first6), Rgb565(from[2 * i + 1], second5, second6));
        }
        return to.Length * Vector<ushort>.Count;
    }

    // The threshold is in both halves of a pixel's 32 bits, for red and for blue.
    private static Vector<ushort> Threshold5(Vector<uint> t) => Vector.AsVectorUInt16(((t << 3) + (t >> 5)) * new Vector<uint>(0x10001));

    private static Vector<ushort> Threshold6(Vector<uint> t) => Vector.AsVectorUInt16((t << 2) + (t >> 6));

    private static Vector<uint> Rgb565(Vector<uint> pixels, Vector<ushort> threshold5, Vector<ushort> threshold6)
    {
        var (redAndBlue, green) = Scale(pixels, threshold5, threshold6);
        return ((redAndBlue >> 16) & new Vector<uint>(0xF800)) | ((green >> 5) & new Vector<uint>(0x07E0))
            | ((redAndBlue >> 11) & new Vector<uint>(0x1F));
    }

    private static Vector<uint> Bgr565(Vector<uint> pixels, Vector<ushort> threshold5, Vector<ushort> threshold6)
    {
        var (redAndBlue, green) = Scale(pixels, threshold5, threshold6);
        return (redAndBlue & new Vector<uint>(0xF800)) | ((green >> 5) & new Vector<uint>(0x07E0)) | (redAndBlue >> 27);
    }

    private static (Vector<uint> RedAndBlue, Vector<uint> Green) Scale(Vector<uint> pixels,
        Vector<ushort> threshold5, Vector<ushort> threshold6)
    {
        var redAndBlue = Vector.AsVectorUInt16(pixels & new Vector<uint>(0x00FF00FF)) * new Vector<ushort>(Scale5) + threshold5;
        var green = Vector.AsVectorUInt16((pixels >> 8) & new Vector<uint>(0xFF)) * new Vector<ushort>(Scale6) + threshold6;
        return (Vector.AsVectorUInt32(redAndBlue), Vector.AsVectorUInt32(green));
    }

    // The colours are separated into vectors of bytes, widened by the multiplication, and combined by shift and insert. This needs a third
    // of the instructions.
    private static int WriteArm64(ReadOnlySpan<uint> pixels, Span<byte> row, ReadOnlySpan<uint> thresholds, int x, bool swapped)
    {
        var from = MemoryMarshal.Cast<uint, Vector128<byte>>(pixels);
        var to = MemoryMarshal.Cast<byte, Vector128<ushort>>(row[..(pixels.Length * 2)]);
        var column = x & (Dither.Period - 1);
        var t = Vector128.Narrow(Vector128.Create(thresholds[column..]), Vector128.Create(thresholds[(column + 4)..]));
        var (t5, t6) = ((t << 3) + (t >> 5), (t << 2) + (t >> 6));
        for (var i = 0; i < to.Length; i++)
        {
            var even = AdvSimd.Arm64.UnzipEven(from[2 * i], from[2 * i + 1]);
            var odd = AdvSimd.Arm64.UnzipOdd(from[2 * i], from[2 * i + 1]);
            var blue = AdvSimd.Arm64.UnzipEven(even, even).GetLower();
            var red = AdvSimd.Arm64.UnzipOdd(even, even).GetLower();
            var green = AdvSimd.Arm64.UnzipEven(odd, odd).GetLower();
            var high = AdvSimd.MultiplyWideningLowerAndAdd(t5, swapped ? blue : red, Vector64.Create((byte)Scale5));
            var middle = AdvSimd.MultiplyWideningLowerAndAdd(t6, green, Vector64.Create((byte)Scale6));
            var low = AdvSimd.MultiplyWideningLowerAndAdd(t5, swapped ? red : blue, Vector64.Create((byte)Scale5));
            to[i] = AdvSimd.ShiftRightAndInsert(AdvSimd.ShiftRightAndInsert(high, middle, 5), low, 11);
        }
        return to.Length * Vector128<ushort>.Count;
    }
}
