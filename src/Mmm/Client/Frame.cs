namespace Mmm;

/// <summary>
/// A frame being drawn, straight into the pixels that the host reads. Rows are <see cref="Stride"/> pixels apart. Presented by
/// <see cref="Dispose"/>; do not keep spans of it after that.
/// </summary>
public unsafe ref struct Frame
{
    private readonly MmmClient _client;
    private Rect _damage;
    private bool _done;

    internal Frame(MmmClient client, Rect damage) => (_client, _damage) = (client, damage);

    /// <summary>Pixels across.</summary>
    public readonly int Width => _client.Width;

    /// <summary>Pixels down.</summary>
    public readonly int Height => _client.Height;

    /// <summary>Pixels from row to row.</summary>
    public readonly int Stride => _client.Stride / 4;

    /// <summary>Bytes from row to row.</summary>
    public readonly int StrideBytes => _client.Stride;

    /// <summary>The top left pixel: B,G,R,A bytes, 0xAARRGGBB as a number.</summary>
    public readonly uint* Pointer => _client.Pixels;

    /// <summary>All pixels, row by row, <see cref="Stride"/> apart.</summary>
    public readonly Span<uint> Pixels => new(_client.Pixels, Stride * Height);

    /// <summary>One row of <see cref="Width"/> pixels; 0 is the top.</summary>
    public readonly Span<uint> Row(int y) => Pixels.Slice(y * Stride, Width);

    /// <summary>Adds to the part that is presented.</summary>
    public void Damage(Rect rect) => _damage = _damage.Union(rect);

    /// <summary>Fills everything.</summary>
    public readonly void Fill(Color color) => Fill(color, new Rect(0, 0, Width, Height));

    /// <summary>Fills the part of a rectangle that lies in the picture.</summary>
    public readonly void Fill(Color color, Rect rect)
    {
        rect = rect.Intersect(new Rect(0, 0, Width, Height));
        for (var y = rect.Y; y < rect.Bottom; y++)
            Row(y).Slice(rect.X, rect.Width).Fill(color.Argb);
    }

    /// <summary>Presents the frame.</summary>
    public void Dispose()
    {
        if (_done)
            return;
        _done = true;
        _client.EndFrame(_damage);
    }
}
