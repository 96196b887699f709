using Displays;

namespace View.Rfb;

/// <summary>The pointer that viewers draw themselves (pseudo-encoding Cursor): an arrow with its tip at the top left.</summary>
internal static class ArrowCursor
{
    /// <summary>Writes the rectangle.</summary>
    public static void Write(PixelFormat format, OutBuffer to)
    {
        var wire = PixelWire.Pixel(format);
        to.U16(0);
        to.U16(0);
        to.U16(Arrow.Width);
        to.U16(Arrow.Height);
        to.S32(Encodings.Cursor);
        for (var i = 0; i < Arrow.Width * Arrow.Height; i++)
            wire.Write(Arrow.At(i % Arrow.Width, i / Arrow.Width) & 0xFFFFFF, to);
        for (var y = 0; y < Arrow.Height; y++)
        {
            var mask = to.Add((Arrow.Width + 7) / 8);
            mask.Clear();
            for (var x = 0; x < Arrow.Width; x++)
                mask[x / 8] |= (byte)(Arrow.At(x, y) == 0 ? 0 : 0x80 >> x % 8);
        }
    }
}
