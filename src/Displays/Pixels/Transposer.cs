using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Mmm;

namespace Displays.Pixels;

/// <summary>
/// Transposes rows to columns in blocks that fit into the first-level cache. Each block is processed in squares in registers: 8x8 pixels
/// with AVX, else 4x4. Callers must have checked that both rectangles lie in their spans; addresses are not checked again here.
/// </summary>
internal static class Transposer
{
    private const int Block = 32; // pixels per side: 4 KB of each rectangle

    private static int Square => Avx.IsSupported ? 8 : 4;

    /// <summary>Copies source row y to column y of the destination. On a reversed side, the rows are counted from the last one.</summary>
    public static void Transpose(ReadOnlySpan<uint> source, int sourceStride, bool sourceReversed, int width, int height,
        Span<uint> destination, int destinationStride, bool destinationReversed)
    {
        nint fromStep = sourceReversed ? -sourceStride : sourceStride,
            toStep = destinationReversed ? -destinationStride : destinationStride;
        ref var from = ref Unsafe.Add(ref MemoryMarshal.GetReference(source), sourceReversed ? (height - 1) * (nint)sourceStride : 0);
        ref var to = ref Unsafe.Add(ref MemoryMarshal.GetReference(destination),
            destinationReversed ? (width - 1) * (nint)destinationStride : 0);
        if (width < Square || height < Square)
        {
            TransposePixels(ref from, fromStep, ref to, toStep, width, height);
            return;
        }
        for (var x = 0; x < width; x += Block)
        {
            for (var y = 0; y < height; y += Block)
                TransposeBlock(ref from, fromStep, ref to, toStep, new Rect(x, y, Block, Block), width, height);
        }
    }

    /// <summary>Copies a row in reversed order.</summary>
    public static void Reverse(ReadOnlySpan<uint> source, Span<uint> destination)
    {
        var vectors = MemoryMarshal.Cast<uint, Vector128<uint>>(source);
        var end = destination.Length - 4;
        for (var i = 0; i < vectors.Length; i++)
            Vector128.Shuffle(vectors[i], Vector128.Create(3u, 2, 1, 0)).CopyTo(destination[(end - 4 * i)..]);
        for (var i = vectors.Length * 4; i < source.Length; i++)
            destination[^(i + 1)] = source[i];
    }

    // The last squares of a side are moved back so that they end at the side. They write some pixels a second time with the same values,
    // which is faster than handling single pixels.
    private static void TransposeBlock(ref uint from, nint fromStep, ref uint to, nint toStep, Rect block, int width, int height)
    {
        for (var left = block.X; left < Math.Min(block.Right, width); left += Square)
        {
            nint x = Math.Min(left, width - Square);
            for (var top = block.Y; top < Math.Min(block.Bottom, height); top += Square)
            {
                nint y = Math.Min(top, height - Square);
                TransposeSquare(ref Unsafe.Add(ref from, y * fromStep + x), fromStep, ref Unsafe.Add(ref to, x * toStep + y), toStep);
            }
        }
    }

    private static void TransposePixels(ref uint from, nint fromStep, ref uint to, nint toStep, int width, int height)
    {
        for (nint x = 0; x < width; x++)
        {
            for (nint y = 0; y < height; y++)
                Unsafe.Add(ref to, x * toStep + y) = Unsafe.Add(ref from, y * fromStep + x);
        }
    }

    private static void TransposeSquare(ref uint from, nint fromStep, ref uint to, nint toStep)
    {
        if (Avx.IsSupported)
            Transpose8x8(ref from, fromStep, ref to, toStep);
        else
            Transpose4x4(ref from, fromStep, ref to, toStep);
    }

    // Loads rows in pairs that are four rows apart, so that only the loads cross the halves of the vectors. a, b, c and d are the columns
    // 0 to 3, and 4 to 7 in the second pass.
    private static void Transpose8x8(ref uint from, nint fromStep, ref uint to, nint toStep)
    {
        for (var half = 0; half < 8; half += 4)
        {
            var r0 = Pair(ref from, half, fromStep * 4);
            var r1 = Pair(ref from, half + fromStep, fromStep * 4);
            var r2 = Pair(ref from, half + fromStep * 2, fromStep * 4);
            var r3 = Pair(ref from, half + fromStep * 3, fromStep * 4);
            var (ab01, cd01) = (Avx.UnpackLow(r0, r1).AsDouble(), Avx.UnpackHigh(r0, r1).AsDouble());
            var (ab23, cd23) = (Avx.UnpackLow(r2, r3).AsDouble(), Avx.UnpackHigh(r2, r3).AsDouble());
            ref var row = ref Unsafe.Add(ref to, half * toStep);
            Avx.UnpackLow(ab01, ab23).AsUInt32().StoreUnsafe(ref row);
            Avx.UnpackHigh(ab01, ab23).AsUInt32().StoreUnsafe(ref Unsafe.Add(ref row, toStep));
            Avx.UnpackLow(cd01, cd23).AsUInt32().StoreUnsafe(ref Unsafe.Add(ref row, toStep * 2));
            Avx.UnpackHigh(cd01, cd23).AsUInt32().StoreUnsafe(ref Unsafe.Add(ref row, toStep * 3));
        }
    }

    private static Vector256<float> Pair(ref uint from, nint at, nint apart) => Vector256.Create(
        Vector128.LoadUnsafe(ref Unsafe.Add(ref from, at)), Vector128.LoadUnsafe(ref Unsafe.Add(ref from, at + apart))).AsSingle();

    private static void Transpose4x4(ref uint from, nint fromStep, ref uint to, nint toStep)
    {
        var r0 = Vector128.LoadUnsafe(ref from);
        var r1 = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, fromStep));
        var r2 = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, fromStep * 2));
        var r3 = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, fromStep * 3));
        // Each row is zipped with the row two below it, then the results are zipped: a0 a2 b0 b2 and a1 a3 b1 b3 give a0 a1 a2 a3.
        var (ab02, cd02) = (ZipLow(r0, r2), ZipHigh(r0, r2));
        var (ab13, cd13) = (ZipLow(r1, r3), ZipHigh(r1, r3));
        ZipLow(ab02, ab13).StoreUnsafe(ref to);
        ZipHigh(ab02, ab13).StoreUnsafe(ref Unsafe.Add(ref to, toStep));
        ZipLow(cd02, cd13).StoreUnsafe(ref Unsafe.Add(ref to, toStep * 2));
        ZipHigh(cd02, cd13).StoreUnsafe(ref Unsafe.Add(ref to, toStep * 3));
    }

    private static Vector128<uint> ZipLow(Vector128<uint> a, Vector128<uint> b)
    {
        if (Sse2.IsSupported)
            return Sse2.UnpackLow(a, b);
        return AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b) : Vector128.Create(a[0], b[0], a[1], b[1]);
    }

    private static Vector128<uint> ZipHigh(Vector128<uint> a, Vector128<uint> b)
    {
        if (Sse2.IsSupported)
            return Sse2.UnpackHigh(a, b);
        return AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b) : Vector128.Create(a[2], b[2], a[3], b[3]);
    }
}
