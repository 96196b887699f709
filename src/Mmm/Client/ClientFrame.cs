namespace Mmm;

/// <summary>
/// A frame being drawn, straight into the pixels that the host reads. Rows are <see cref="Stride"/> pixels apart.
/// <see cref="Present"/> shows it. A frame that is disposed without that, as when an exception is thrown, is dropped. It may be passed on
/// by value: all copies are the same frame. Every member but <see cref="Dispose"/> throws InvalidOperationException when the frame is over
/// and ObjectDisposedException when the client is disposed; a span kept from before must not be used then.
/// </summary>
public readonly unsafe ref struct ClientFrame
{
    private readonly MmmClient _client;
    private readonly long _number;

    internal ClientFrame(MmmClient client, long number) => (_client, _number) = (client, number);

    private ClientMemory Memory => _client.MemoryOf(_number);

    /// <summary>Pixels across.</summary>
    public int Width => Memory.Width;

    /// <summary>Pixels down.</summary>
    public int Height => Memory.Height;

    /// <summary>Pixels from row to row.</summary>
    public int Stride => Memory.Stride / 4;

    /// <summary>Bytes from row to row.</summary>
    public int StrideBytes => Memory.Stride;

    /// <summary>The top left pixel: B,G,R,A bytes, 0xAARRGGBB as a number.</summary>
    public uint* Pointer => (uint*)Memory.Pixels;

    /// <summary>All pixels, row by row, <see cref="Stride"/> apart.</summary>
    public Span<uint> Pixels => new(Pointer, Stride * Height);

    /// <summary>One row of <see cref="Width"/> pixels.</summary>
    /// <param name="y">0, the top, to <see cref="Height"/> - 1.</param>
    public Span<uint> Row(int y)
    {
        var memory = Memory;
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)y, (uint)memory.Height, nameof(y));
        return new Span<uint>(memory.Pixels + (long)y * memory.Stride, memory.Width);
    }

    /// <summary>Adds to the part that is presented.</summary>
    public void Damage(Rect rect) => _client.AddDamage(_number, rect);

    /// <summary>Fills everything.</summary>
    public void Fill(PixelColor color) => Fill(color, new Rect(0, 0, Width, Height));

    /// <summary>Fills the part of a rectangle that lies in the picture.</summary>
    public void Fill(PixelColor color, Rect rect)
    {
        rect = rect.Intersect(new Rect(0, 0, Width, Height));
        for (var y = rect.Y; y < rect.Bottom; y++)
            Row(y).Slice(rect.X, rect.Width).Fill(color.Argb);
    }

    /// <summary>Shows what was drawn, and ends the frame.</summary>
    /// <exception cref="MmmException">Another process has cut the client's file short.</exception>
    public void Present() => _client.Present(_number);

    /// <summary>Ends the frame without showing it, as <see cref="Dispose"/> does; but throws if the frame is over.</summary>
    public void Cancel()
    {
        _ = Memory;
        Dispose();
    }

    /// <summary>
    /// Drops the frame if it was not presented: nothing of it is shown now. Its pixels stay as they were left, so the next frame has to
    /// draw that part again; it is presented with it.
    /// </summary>
    public void Dispose() => _client.Drop(_number);
}
