namespace Mmm;

/// <summary>
/// A frame that is being drawn, created by <see cref="MmmClient.BeginFrame"/>. The app draws directly into the pixels that the host reads.
/// The pixels keep what earlier frames have drawn, except after the size of the client has changed. Rows are <see cref="Stride"/> pixels
/// apart. <see cref="Present"/> shows the frame. A frame that is disposed without <see cref="Present"/>, for example because of an
/// exception, is dropped. The struct may be passed by value: all copies are the same frame.
/// </summary>
/// <remarks>
/// Every member except <see cref="Dispose"/> throws <see cref="InvalidOperationException"/> after the frame was presented or dropped, and
/// <see cref="ObjectDisposedException"/> after the client was disposed. Do not use a span or pointer of the frame after that.
/// </remarks>
public readonly unsafe ref struct ClientFrame
{
    private readonly MmmClient _client;
    private readonly long _number;

    internal ClientFrame(MmmClient client, long number) => (_client, _number) = (client, number);

    private ClientMemory Memory => _client.MemoryOf(_number);

    /// <summary>Width in pixels.</summary>
    public int Width => Memory.Width;

    /// <summary>Height in pixels.</summary>
    public int Height => Memory.Height;

    /// <summary>Distance from the start of one row to the start of the next, in pixels.</summary>
    public int Stride => Memory.Stride / 4;

    /// <summary>Distance from the start of one row to the start of the next, in bytes.</summary>
    public int StrideBytes => Memory.Stride;

    /// <summary>Pointer to the top left pixel. A pixel is the number 0xAARRGGBB, which is the bytes B, G, R, A in memory.</summary>
    public uint* Pointer => (uint*)Memory.Pixels;

    /// <summary>All pixels, row by row. Row y starts at index y * <see cref="Stride"/>.</summary>
    public Span<uint> Pixels => new(Pointer, Stride * Height);

    /// <summary>Returns one row of <see cref="Width"/> pixels.</summary>
    /// <param name="y">0 (top) to <see cref="Height"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The row is outside of the picture.</exception>
    public Span<uint> Row(int y)
    {
        var memory = Memory;
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)y, (uint)memory.Height, nameof(y));
        return new Span<uint>(memory.Pixels + (long)y * memory.Stride, memory.Width);
    }

    /// <summary>Adds a rectangle to the damage: the part of the picture that <see cref="Present"/> shows as changed.</summary>
    /// <param name="rect">The rectangle in pixels. Parts outside of the picture are ignored.</param>
    public void Damage(Rect rect) => _client.AddDamage(_number, rect);

    /// <summary>Fills the whole picture. Does not change the damage.</summary>
    public void Fill(PixelColor color) => Fill(color, new Rect(0, 0, Width, Height));

    /// <summary>Fills a rectangle; parts outside of the picture are ignored. Does not change the damage.</summary>
    public void Fill(PixelColor color, Rect rect)
    {
        rect = rect.Intersect(new Rect(0, 0, Width, Height));
        for (var y = rect.Y; y < rect.Bottom; y++)
            Row(y).Slice(rect.X, rect.Width).Fill(color.Argb);
    }

    /// <summary>Shows the damaged part of the frame on the screen, and ends the frame. Returns at once.</summary>
    /// <exception cref="MmmException">Another process has truncated the client's file.</exception>
    public void Present() => _client.Present(_number);

    /// <summary>Drops the frame like <see cref="Dispose"/>, but throws if the frame was already presented or dropped.</summary>
    public void Cancel()
    {
        _ = Memory;
        Dispose();
    }

    /// <summary>
    /// Drops the frame if it was not presented: the host does not show it. The pixels are not restored, so the next frame must draw the
    /// damaged part again. That part is added to the damage of the next frame.
    /// </summary>
    public void Dispose() => _client.Drop(_number);
}
