namespace View.Rfb;

/// <summary>The pointer that viewers draw themselves (pseudo-encoding Cursor): an arrow with its tip at the top left.</summary>
internal static class ArrowCursor
{
    // # is black, o white, blank is transparent.
    private static readonly string[] Rows =
    [
        "#          ", "##         ", "#o#        ", "#oo#       ", "#ooo#      ", "#oooo#     ", "#ooooo#    ", "#oooooo#   ",
        "#ooooooo#  ", "#oooooooo# ", "#ooooo#### ", "#oo#oo#    ", "#o# #oo#   ", "##  #oo#   ", "#    #oo#  ", "     ###   ",
    ];

    /// <summary>Writes the rectangle.</summary>
    public static void Write(PixelFormat format, OutBuffer to)
    {
        var (width, wire) = (Rows[0].Length, PixelWire.Pixel(format));
        to.U16(0);
        to.U16(0);
        to.U16(width);
        to.U16(Rows.Length);
        to.S32(Encodings.Cursor);
        foreach (var row in Rows)
        {
            foreach (var c in row)
                wire.Write(c == 'o' ? 0xFFFFFFu : 0, to);
        }
        foreach (var row in Rows)
        {
            var mask = to.Add((width + 7) / 8);
            mask.Clear();
            for (var x = 0; x < width; x++)
                mask[x / 8] |= (byte)(row[x] == ' ' ? 0 : 0x80 >> x % 8);
        }
    }
}
