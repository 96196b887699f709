using SkiaSharp;

namespace Mmm.Skia;

/// <summary>SkiaSharp on the pixels of a <see cref="Frame"/>.</summary>
public static class SkiaFrame
{
    /// <summary>
    /// A canvas that draws straight into the frame's shared pixels: premultiplied B,G,R,A, rows <see cref="Frame.StrideBytes"/> apart,
    /// <see cref="Frame.Width"/> x <see cref="Frame.Height"/>. Nothing is copied and no pixel is allocated, and it starts with what the
    /// last frame left. Say what changed with <c>BeginFrame(damage: …)</c> or <see cref="Frame.Damage"/>; drawing does not note it.
    /// </summary>
    /// <param name="frame">
    /// A frame that is neither presented nor disposed. Nothing may be drawn on the canvas after that:
    /// <c>using var frame = client.BeginFrame(); using var canvas = frame.AsSkiaCanvas(); … frame.Present();</c>
    /// </param>
    /// <exception cref="InvalidOperationException">SkiaSharp does not take pixels of that size.</exception>
    public static unsafe SKCanvas AsSkiaCanvas(this in Frame frame)
    {
        var info = new SKImageInfo(frame.Width, frame.Height, SKColorType.Bgra8888, SKAlphaType.Premul);
        using var bitmap = new SKBitmap(); // the native canvas holds the pixels' reference itself; this wrapper may go at once
        if (!bitmap.InstallPixels(info, (nint)frame.Pointer, frame.StrideBytes))
            throw new InvalidOperationException($"no canvas for {info.Width}x{info.Height} pixels with rows of {frame.StrideBytes} bytes");
        return new SKCanvas(bitmap);
    }
}
