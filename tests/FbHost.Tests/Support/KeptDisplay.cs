using Displays;
using Mmm;

namespace FbHost.Tests.Support;

/// <summary>A display of this process that keeps its picture; its frames take no time.</summary>
/// <param name="width">Pixels.</param>
/// <param name="height">Pixels.</param>
/// <param name="hasCanvas">It is drawn in, not written to.</param>
internal sealed class KeptDisplay(int width, int height, bool hasCanvas = false) : IDisplay
{
    private readonly uint[] _canvas = new uint[hasCanvas ? width * height : 0];

    /// <summary>What is seen.</summary>
    public uint[] Pixels { get; } = new uint[width * height];

    public int Width => width;

    public int Height => height;

    public string Description => "kept";

    public long FrameNs => 0;

    public Span<uint> Canvas => _canvas;

    public void Drawn(Rect rect)
    {
        for (var y = rect.Y; y < rect.Bottom; y++)
            _canvas.AsSpan(y * width + rect.X, rect.Width).CopyTo(Pixels.AsSpan(y * width + rect.X));
    }

    public void Write(Rect rect, ReadOnlySpan<uint> pixels)
    {
        for (var y = 0; y < rect.Height; y++)
            pixels.Slice(y * rect.Width, rect.Width).CopyTo(Pixels.AsSpan((rect.Y + y) * width + rect.X));
    }

    public void Read(Span<uint> pixels) => Pixels.CopyTo(pixels);

    public void Dispose() { }
}
