using Mmm;

namespace Displays.Pixels;

/// <summary>
/// The orientation of the picture on the panel: it is first mirrored, then rotated clockwise. At 90 degrees the client's pixel x,y is the
/// panel's pixel panelWidth-1-y, x. Of the sixteen combinations eight differ: they differ in whether the axes are exchanged, and in which
/// of the panel's axes run backwards.
/// </summary>
internal readonly record struct Orientation
{
    private readonly bool _backX; // true if the panel's x decreases as the client's axis increases
    private readonly bool _backY;

    private Orientation(int degrees, bool mirrorX, bool mirrorY)
    {
        IsSideways = degrees is 90 or 270;
        _backX = degrees switch { 0 => mirrorX, 90 => !mirrorY, 180 => !mirrorX, _ => mirrorY };
        _backY = degrees switch { 0 => mirrorY, 90 => mirrorX, 180 => !mirrorY, _ => !mirrorX };
    }

    /// <summary>Creates an orientation. Returns null and a fault that continues "--rotate is X; " if the angle is not valid.</summary>
    public static Orientation? Make(int degrees, bool mirrorX, bool mirrorY, out string fault)
    {
        var known = degrees is 0 or 90 or 180 or 270;
        fault = known ? "" : "it must be 0, 90, 180 or 270 (degrees clockwise)";
        return known ? new Orientation(degrees, mirrorX, mirrorY) : null;
    }

    /// <summary>True if the client's rows are the panel's columns.</summary>
    public bool IsSideways { get; }

    /// <summary>True if pixels are neither rotated nor mirrored.</summary>
    public bool IsUpright => this == default;

    /// <summary>Returns the client's size for a panel's size, and the panel's size for a client's size.</summary>
    public (int Width, int Height) Size(int width, int height) => IsSideways ? (height, width) : (width, height);

    /// <summary>Returns where a rectangle of the client lies on a panel of the given size.</summary>
    public Rect ToPanel(Rect client, int panelWidth, int panelHeight)
    {
        var r = IsSideways ? new Rect(client.Y, client.X, client.Height, client.Width) : client;
        return r with { X = _backX ? panelWidth - r.X - r.Width : r.X, Y = _backY ? panelHeight - r.Y - r.Height : r.Y };
    }

    /// <summary>Returns the client's pixel that is shown at a pixel of a panel of the given size.</summary>
    public (int X, int Y) ToClient(int x, int y, int panelWidth, int panelHeight)
    {
        (x, y) = (_backX ? panelWidth - 1 - x : x, _backY ? panelHeight - 1 - y : y);
        return IsSideways ? (y, x) : (x, y);
    }

    /// <summary>Does the same for fractions of the sides, 0 to 1, as touch positions are. Corners are mapped exactly.</summary>
    public (double X, double Y) ToClient(double x, double y)
    {
        (x, y) = (_backX ? 1 - x : x, _backY ? 1 - y : y);
        return IsSideways ? (y, x) : (x, y);
    }

    /// <summary>Copies the client's pixels to the panel. Source and destination must not overlap.</summary>
    /// <param name="source">The client's pixels, beginning with the top left one of the rectangle.</param>
    /// <param name="sourceStride">The number of pixels from one row to the next, at least width.</param>
    /// <param name="width">The width of the client's rectangle.</param>
    /// <param name="height">The height of the client's rectangle.</param>
    /// <param name="destination">
    /// The panel's pixels, beginning with the top left one of the rectangle, which has Size(width, height).
    /// </param>
    /// <param name="destinationStride">The number of pixels from one row to the next, at least the width of the panel's rectangle.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    public void Copy(ReadOnlySpan<uint> source, int sourceStride, int width, int height, Span<uint> destination, int destinationStride)
    {
        if (width <= 0 || height <= 0)
            return;
        var (panelWidth, panelHeight) = Size(width, height);
        Check(source.Length, sourceStride, width, height);
        Check(destination.Length, destinationStride, panelWidth, panelHeight);
        if (IsSideways)
            Transposer.Transpose(source, sourceStride, _backX, width, height, destination, destinationStride, _backY);
        else
            CopyRows(source, sourceStride, width, height, destination, destinationStride);
    }

    private static void Check(int length, int stride, int width, int height)
    {
        if (stride < width || (height - 1) * (long)stride + width > length)
            throw new ArgumentException($"{width}x{height} pixels with a stride of {stride} do not fit into {length} pixels");
    }

    private void CopyRows(ReadOnlySpan<uint> source, int sourceStride, int width, int height, Span<uint> destination, int destinationStride)
    {
        for (var y = 0; y < height; y++)
        {
            var from = source.Slice(y * sourceStride, width);
            var to = destination.Slice((_backY ? height - 1 - y : y) * destinationStride, width);
            if (_backX)
                Transposer.Reverse(from, to);
            else
                from.CopyTo(to);
        }
    }
}
