using Displays;
using Mmm;

namespace FbHost.Tests.Support;

/// <summary>A display of this process that counts what it is given, with a frame as long as a test wants.</summary>
internal sealed class CountingDisplay(int width, int height) : IDisplay
{
    public int Width => width;

    public int Height => height;

    public string Description => $"{width}x{height}, counted";

    public long FrameNs { get; set; } = 1_000_000_000 / 60;

    public bool IsBusy { get; set; }

    public bool IsLost { get; set; }

    /// <summary>Pictures that were shown.</summary>
    public int Shown { get; private set; }

    /// <summary>Pixels that were written.</summary>
    public long Pixels { get; private set; }

    public void Write(Rect rect, ReadOnlySpan<uint> pixels) => Pixels += pixels.Length;

    public void Flush() => Shown++;

    public void Read(Span<uint> pixels) => pixels.Fill(0xFF000000);

    public void Dispose() { }
}
