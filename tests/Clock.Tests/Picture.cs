using Mmm;
using Mmm.Apps.Clock;
using SkiaSharp;

namespace Clock.Tests;

/// <summary>A picture in memory that a <see cref="ClockFace"/> draws on, as on a client's pixels.</summary>
internal sealed class Picture : IDisposable
{
    private readonly SKBitmap _bitmap;
    private readonly SKCanvas _canvas;
    private readonly ClockFace _face = new();

    public Picture(int width, int height)
    {
        (Width, Height) = (width, height);
        _bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Bgra8888, SKAlphaType.Premul));
        _bitmap.Erase(SKColors.Magenta);
        _canvas = new SKCanvas(_bitmap);
    }

    public int Width { get; }
    public int Height { get; }

    /// <summary>Shows a state; returns the damage.</summary>
    public Rect Show(ClockState state)
    {
        var damage = _face.Update(Width, Height, state);
        _face.Paint(_canvas);
        return damage;
    }

    public uint[] Pixels() => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(_bitmap.GetPixelSpan()).ToArray();

    /// <summary>The pixels of a state drawn from nothing.</summary>
    public static uint[] Full(int width, int height, ClockState state)
    {
        using var picture = new Picture(width, height);
        picture.Show(state);
        return picture.Pixels();
    }

    public void Dispose()
    {
        _canvas.Dispose();
        _bitmap.Dispose();
        _face.Dispose();
    }
}
