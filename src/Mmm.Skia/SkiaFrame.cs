using SkiaSharp;

namespace Mmm.Skia;

/// <summary>SkiaSharp on the pixels of a <see cref="ClientFrame"/>.</summary>
public static class SkiaFrame
{
    /// <summary>
    /// Returns a canvas that draws directly into the frame's shared pixels: premultiplied B,G,R,A, rows
    /// <see cref="ClientFrame.StrideBytes"/> apart, <see cref="ClientFrame.Width"/> x <see cref="ClientFrame.Height"/> pixels. No pixels
    /// are copied or allocated. At first the canvas has the content of the last frame. Drawing does not record damage: state what changed
    /// with <c>BeginFrame(damage: …)</c> or <see cref="ClientFrame.Damage"/>.
    /// </summary>
    /// <param name="frame">
    /// A frame that has not been presented or disposed. After that, do not draw on the canvas any more:
    /// <c>using var frame = client.BeginFrame(); using var canvas = frame.AsSkiaCanvas(); … frame.Present();</c>
    /// </param>
    /// <exception cref="InvalidOperationException">SkiaSharp cannot use pixels of this size.</exception>
    public static unsafe SKCanvas AsSkiaCanvas(this in ClientFrame frame)
    {
        var info = new SKImageInfo(frame.Width, frame.Height, SKColorType.Bgra8888, SKAlphaType.Premul);
        using var bitmap = new SKBitmap(); // the native canvas keeps its own reference to the pixels, so this wrapper can be disposed
        if (!bitmap.InstallPixels(info, (nint)frame.Pointer, frame.StrideBytes))
            throw new InvalidOperationException($"SkiaSharp refuses {info.Width}x{info.Height} pixels of {frame.StrideBytes} bytes a row");
        return new SKCanvas(bitmap);
    }
}
