using System.Runtime.InteropServices;
using Mmm.Protocol;

namespace Mmm.Hosting;

/// <summary>A copy of a client's FB block at one moment. Its numbers are not checked yet.</summary>
internal readonly record struct ClientState
{
    /// <summary>Pixels across.</summary>
    public required int Width { get; init; }
    /// <summary>Pixels down.</summary>
    public required int Height { get; init; }
    /// <summary>Bytes from one row to the next.</summary>
    public required int Stride { get; init; }
    /// <summary>File offset of the first pixel.</summary>
    public required int FbOffset { get; init; }
    /// <summary>Whether the client or the host may use the pixels.</summary>
    public required FlipState Flip { get; init; }
    /// <summary>Position that the client or the host has requested, pixels.</summary>
    public required double X { get; init; }
    /// <inheritdoc cref="X"/>
    public required double Y { get; init; }
    /// <summary>Size that the host has requested.</summary>
    public required int DesiredWidth { get; init; }
    /// <inheritdoc cref="DesiredWidth"/>
    public required int DesiredHeight { get; init; }
    /// <summary>The damage fields, not checked.</summary>
    public required Rect Damage { get; init; }

    /// <summary>Stacking order as a host wrote it: a higher number is nearer to the front.</summary>
    public required double Z { get; init; }

    /// <summary>Largest width and height that is served, pixels.</summary>
    public const int MaxSide = 16384;

    internal static ClientState Parse(ReadOnlySpan<byte> b) // from Abi.Width on
    {
        return new ClientState
        {
            Width = I32(b, 0),
            Height = I32(b, 4),
            Stride = I32(b, 8),
            FbOffset = I32(b, 12),
            Flip = (FlipState)I32(b, 16),
            X = MemoryMarshal.Read<double>(b[24..]),
            Y = MemoryMarshal.Read<double>(b[32..]),
            DesiredWidth = I32(b, 40),
            DesiredHeight = I32(b, 44),
            Damage = new Rect(I32(b, 48), I32(b, 52), I32(b, 56), I32(b, 60)),
            Z = MemoryMarshal.Read<double>(b[64..]),
        };

        static int I32(ReadOnlySpan<byte> b, int at) => MemoryMarshal.Read<int>(b[at..]);
    }

    internal bool HasSamePixels(in ClientState other) =>
        (Width, Height, Stride, FbOffset) == (other.Width, other.Height, other.Stride, other.FbOffset);

    /// <summary>Returns null if the whole picture lies inside a file of that many bytes; else the reason, for log lines.</summary>
    public string? Fault(long fileLength)
    {
        if (Width is < 1 or > MaxSide || Height is < 1 or > MaxSide)
            return $"its size is {Width}x{Height}; 1x1 to {MaxSide}x{MaxSide} is served";
        if (Stride < Width * 4L || Stride % 4 != 0)
            return $"its stride is {Stride:N0} bytes; a row of {Width} pixels needs {Width * 4:N0}, and a multiple of 4";
        if (FbOffset < 0)
            return $"its pixels begin at {FbOffset:N0}";
        var end = FbOffset + (long)Stride * (Height - 1) + Width * 4L;
        return end > fileLength ? $"its file ends at {fileLength:N0} bytes, {end:N0} are needed" : null;
    }

    /// <summary>
    /// Returns the damaged part of the picture. No damage (width 0) and negative sizes mean the whole picture: raw clients set only a width
    /// and height, or nothing.
    /// </summary>
    public Rect DamageInside()
    {
        var all = new Rect(0, 0, Width, Height);
        return Damage.Width <= 0 || Damage.Height <= 0 ? all : Damage.Intersect(all);
    }

    /// <summary>The top left corner on the screen in whole pixels, limited to ±32768. NaN and infinite numbers become 0.</summary>
    public (int X, int Y) Position => (Whole(X), Whole(Y));

    private static int Whole(double v) => double.IsFinite(v) ? (int)Math.Clamp(v, -32768, 32768) : 0;
}
