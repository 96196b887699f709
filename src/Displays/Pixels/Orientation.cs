using Mmm;

namespace Displays.Pixels;

/// <summary>
/// How the picture lies on the panel: mirrored first, then turned clockwise. At 90 degrees client pixel x,y is panel pixel
/// panelWidth-1-y, x. Of the sixteen combinations eight differ: whether the axes are exchanged, and which of the panel's run backwards.
/// </summary>
internal readonly record struct Orientation
{
    private readonly bool _backX; // panel x falls as its client axis rises
    private readonly bool _backY;

    private Orientation(int degrees, bool mirrorX, bool mirrorY)
    {
        IsSideways = degrees is 90 or 270;
        _backX = degrees switch { 0 => mirrorX, 90 => !mirrorY, 180 => !mirrorX, _ => mirrorY };
        _backY = degrees switch { 0 => mirrorY, 90 => mirrorX, 180 => !mirrorY, _ => !mirrorX };
    }

    /// <summary>Null with a fault that continues "--rotate is X; ".</summary>
    public static Orientation? Make(int degrees, bool mirrorX, bool mirrorY, out string fault)
    {
        var known = degrees is 0 or 90 or 180 or 270;
        fault = known ? "" : "it must be 0, 90, 180 or 270 (degrees clockwise)";
        return known ? new Orientation(degrees, mirrorX, mirrorY) : null;
    }

    /// <summary>Rows on the client's side are columns on the panel's.</summary>
    public bool IsSideways { get; }

    /// <summary>Pixels go as they come.</summary>
    public bool IsUpright => this == default;

    /// <summary>The client's size on a panel; and the panel's for a client.</summary>
    public (int Width, int Height) Size(int width, int height) => IsSideways ? (height, width) : (width, height);

    /// <summary>Where a rectangle of the client's side lies on a panel of that size.</summary>
    public Rect ToPanel(Rect client, int panelWidth, int panelHeight)
    {
        var r = IsSideways ? new Rect(client.Y, client.X, client.Height, client.Width) : client;
        return r with { X = _backX ? panelWidth - r.X - r.Width : r.X, Y = _backY ? panelHeight - r.Y - r.Height : r.Y };
    }

    /// <summary>The client's pixel at a pixel of a panel of that size.</summary>
    public (int X, int Y) ToClient(int x, int y, int panelWidth, int panelHeight)
    {
        (x, y) = (_backX ? panelWidth - 1 - x : x, _backY ? panelHeight - 1 - y : y);
        return IsSideways ? (y, x) : (x, y);
    }

    /// <summary>The same for fractions of the sides, 0 to 1: touch. Corners are exact.</summary>
    public (double X, double Y) ToClient(double x, double y)
    {
        (x, y) = (_backX ? 1 - x : x, _backY ? 1 - y : y);
        return IsSideways ? (y, x) : (x, y);
    }

    /// <summary>Copies pixels of the client's side to the panel's. Source and destination do not overlap.</summary>
    /// <param name="source">Begins with the client rectangle's top left.</param>
    /// <param name="sourceStride">Pixels from one row to the next, at least width.</param>
    /// <param name="width">Of the client rectangle.</param>
    /// <param name="height">Of the client rectangle.</param>
    /// <param name="destination">Begins with the top left of the panel rectangle, which has Size(width, height).</param>
    /// <param name="destinationStride">Pixels from one row to the next, at least the panel rectangle's width.</param>
    /// <exception cref="ArgumentException">A span is too short for that.</exception>
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
            throw new ArgumentException($"{width}x{height} pixels with a stride of {stride} do not lie in {length}");
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
