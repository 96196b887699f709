namespace Displays.Pixels;

/// <summary>
/// The colours that are set with FBIOPUTCMAP: 16 bits each, entry 0 first. A palette with 256 entries or more contains a cube of 6x6x6
/// colours, and 40 greys between the cube's own six greys. A smaller palette contains greys from black to white. Direct colour has a ramp
/// for each colour.
/// </summary>
internal sealed class PixelPalette
{
    private const int Side = 6, CubeSize = Side * Side * Side;
    private const int GreySteps = 45, GreysACubeStep = GreySteps / (Side - 1); // every 9th of the 46 greys is in the cube
    private const int CubeGrey = Side * Side + Side + 1; // the number of entries from one grey of the cube to the next

    private PixelPalette(int entries) => (Red, Green, Blue) = (new ushort[entries], new ushort[entries], new ushort[entries]);

    public ushort[] Red { get; }

    public ushort[] Green { get; }

    public ushort[] Blue { get; }

    /// <summary>Returns the palette to set for a layout and visual; null if the colours of the visual are fixed.</summary>
    public static PixelPalette? For(PixelLayout layout, PixelVisual visual) => visual switch
    {
        PixelVisual.PseudoColor => Indexed(layout.Red),
        PixelVisual.DirectColor => Ramps(layout),
        _ => null,
    };

    /// <summary>Returns the entry for a colour. The threshold, 0 to 254, decides the rounding as in PixelField.Scale.</summary>
    public static uint IndexOf(uint xrgb, PixelField field, uint threshold)
    {
        uint r = (xrgb >> 16) & 0xFF, g = (xrgb >> 8) & 0xFF, b = xrgb & 0xFF;
        if (field.Length < 8)
            return field.Scale(PixelLayout.Luma(xrgb), threshold);
        return r == g && g == b
            ? GreyIndex(Step(r, GreySteps))
            : Step(r, Side - 1) * Side * Side + Step(g, Side - 1) * Side + Step(b, Side - 1);

        uint Step(uint colour, uint steps) => (colour * steps + threshold) / 255;
    }

    /// <summary>Returns the colour of an entry as RRGGBB; black if the entry is not set.</summary>
    public static uint ColourAt(uint index, PixelField field)
    {
        if (field.Length < 8)
            return field.Widen(index) * 0x010101;
        if (index < CubeSize)
            return 51 * (index / (Side * Side) << 16 | index / Side % Side << 8 | index % Side);
        return index < 256 ? GreyOf(index - CubeSize) * 0x010101 : 0;
    }

    // Greys are numbered 0 to 45. The greys that are not in the cube follow the cube: eight between two greys of the cube.
    private static uint GreyIndex(uint grey) =>
        grey % GreysACubeStep == 0 ? grey / GreysACubeStep * CubeGrey : CubeSize + grey - 1 - grey / GreysACubeStep;

    private static uint GreyOf(uint afterCube) => (afterCube + 1 + afterCube / (GreysACubeStep - 1)) * 255 / GreySteps;

    private static PixelPalette Indexed(PixelField field)
    {
        var palette = new PixelPalette(1 << Math.Min(field.Length, 8));
        for (var i = 0; i < palette.Red.Length; i++)
        {
            var colour = ColourAt((uint)i, field);
            (palette.Red[i], palette.Green[i], palette.Blue[i]) =
                ((ushort)((colour >> 16) * 257), (ushort)(((colour >> 8) & 0xFF) * 257), (ushort)((colour & 0xFF) * 257));
        }
        return palette;
    }

    // All three ramps have the same length; a colour of fewer bits repeats its brightest entry.
    private static PixelPalette Ramps(PixelLayout layout)
    {
        var palette = new PixelPalette(1 << Math.Max(layout.Red.Length, Math.Max(layout.Green.Length, layout.Blue.Length)));
        Ramp(palette.Red, layout.Red.Max);
        Ramp(palette.Green, layout.Green.Max);
        Ramp(palette.Blue, layout.Blue.Max);
        return palette;
    }

    private static void Ramp(ushort[] entries, uint max)
    {
        for (var i = 0u; i < entries.Length; i++)
            entries[i] = (ushort)(Math.Min(i, max) * 65535L / max);
    }
}
