namespace Displays.Pixels;

/// <summary>The meaning of a pixel's bits.</summary>
internal enum PixelKind
{
    /// <summary>The pixel has three fields: red, green and blue.</summary>
    Colour,

    /// <summary>The pixel has one field (all three are the same): the brightness.</summary>
    Grey,

    /// <summary>The pixel has one field: an index into PixelPalette's colours.</summary>
    Palette,
}

/// <summary>
/// One packed pixel format. The pixels of a row are one stream of bits without gaps ("a pixel is written to video memory unmodified",
/// linux/fb.h). The stream begins at the least significant end of each byte and pixel; in a big-endian layout at the most significant end
/// of both. Bits that belong to no colour are written as ones, so that hardware that uses them as alpha shows the pixel.
/// </summary>
internal sealed record PixelLayout
{
    private readonly uint _unused;

    private PixelLayout(int bits, PixelField red, PixelField green, PixelField blue, PixelKind kind, bool bigEndian, bool inverted)
    {
        (Bits, Red, Green, Blue, Kind) = (bits, red, green, blue, kind);
        (IsBigEndian, IsInverted) = (bigEndian && bits != 8, inverted);
        _unused = (uint)((1UL << bits) - 1) & ~(red.Mask | green.Mask | blue.Mask);
    }

    /// <summary>The number of bits from one pixel of a row to the next, 1 to 32.</summary>
    public int Bits { get; }

    /// <summary>The red field, or the only field.</summary>
    public PixelField Red { get; }

    public PixelField Green { get; }

    public PixelField Blue { get; }

    public PixelKind Kind { get; }

    /// <summary>True if bits and bytes are counted from the most significant end.</summary>
    public bool IsBigEndian { get; }

    /// <summary>True for a grey layout whose largest value is black (FB_VISUAL_MONO01).</summary>
    public bool IsInverted { get; }

    /// <summary>True if a colour has less than 8 bits, so that dithering has an effect.</summary>
    public bool IsCoarse => Math.Min(Red.Length, Math.Min(Green.Length, Blue.Length)) < 8 || Kind == PixelKind.Palette;

    /// <summary>Returns the number of bytes that a row of <paramref name="width"/> pixels needs.</summary>
    public int RowBytes(int width) => (int)(((long)width * Bits + 7) / 8);

    /// <summary>Returns the byte of a row in which pixel x begins.</summary>
    public int ByteOf(int x) => (int)((long)x * Bits / 8);

    /// <summary>
    /// Converts XRGB8888 to a pixel's value. The threshold, 0 to 254, decides the rounding; 127 rounds to nearest (PixelField.Scale).
    /// </summary>
    public uint Encode(uint xrgb, uint threshold) => _unused | Kind switch
    {
        PixelKind.Grey => Red.Place(Red.Scale(Luma(xrgb), threshold) ^ (IsInverted ? Red.Max : 0)),
        PixelKind.Palette => Red.Place(PixelPalette.IndexOf(xrgb, Red, threshold)),
        _ => Red.Place(Red.Scale((xrgb >> 16) & 0xFF, threshold)) | Green.Place(Green.Scale((xrgb >> 8) & 0xFF, threshold))
            | Blue.Place(Blue.Scale(xrgb & 0xFF, threshold)),
    };

    /// <summary>Converts a pixel's value to XRGB8888 with an X byte of 255.</summary>
    public uint Decode(uint pixel) => 0xFF000000 | Kind switch
    {
        PixelKind.Grey => Red.Widen(Red.Take(pixel) ^ (IsInverted ? Red.Max : 0)) * 0x010101,
        PixelKind.Palette => PixelPalette.ColourAt(Red.Take(pixel), Red),
        _ => Red.Widen(Red.Take(pixel)) << 16 | Green.Widen(Green.Take(pixel)) << 8 | Blue.Widen(Blue.Take(pixel)),
    };

    /// <summary>
    /// Returns the brightness, 0 to 255, by Rec. 601: the weights 0.299, 0.587 and 0.114 as 77, 150 and 29 of 256, rounded to nearest.
    /// </summary>
    public static uint Luma(uint xrgb) => (77 * ((xrgb >> 16) & 0xFF) + 150 * ((xrgb >> 8) & 0xFF) + 29 * (xrgb & 0xFF) + 128) >> 8;

    /// <summary>
    /// Returns the layout that fb_var_screeninfo and fb_fix_screeninfo state. Returns null and a fault if the stated layout is not valid or
    /// not supported. A static palette counts as colour if its fields are different, else as grey. True colour of at most 8 bits with three
    /// equal fields also counts as grey. <paramref name="storedBits"/> is the number of bits from one pixel to the next, as
    /// <see cref="StoredBits"/> returns it. <paramref name="bigEndian"/> means, for less than 8 bits, FB_NONSTD_REV_PIX_IN_B (and DRM's C1,
    /// R1 and similar formats); for more than 8 bits, a driver of the other endianness.
    /// </summary>
    public static PixelLayout? FromFramebuffer(int storedBits, PixelField red, PixelField green, PixelField blue, bool grayscale,
        PixelVisual visual, bool bigEndian, out string fault)
    {
        var kind = KindOf(visual, grayscale, storedBits, red, green, blue);
        if (kind != PixelKind.Colour)
        {
            // Some drivers state no field at all, or a field of 8 bits for smaller pixels (vfb does so for pixels of 1 bit).
            red = red.Length == 0 || (red.Offset == 0 && red.Length > storedBits)
                ? new PixelField(0, Math.Min(storedBits, PixelField.MaxLength)) : red;
            (green, blue) = (red, red);
        }
        fault = Fault(storedBits, visual, kind, red, green, blue);
        return fault == "" ? new PixelLayout(storedBits, red, green, blue, kind, bigEndian, visual == PixelVisual.Mono01) : null;
    }

    /// <summary>
    /// Returns the number of bits from one pixel to the next. It differs from bits_per_pixel if that counts only colour bits: 15 bits are
    /// always stored in 16; 12 and 18 bits are stored in whole bytes if the driver's lines are long enough for that.
    /// </summary>
    public static int StoredBits(int bitsPerPixel, int lineLength, int virtualWidth)
    {
        var room = virtualWidth > 0 ? lineLength * 8L / virtualWidth : 0;
        return bitsPerPixel switch
        {
            15 => 16,
            12 when room >= 16 => 16,
            (> 16 and < 24) or (> 24 and < 32) when room >= 32 => 32,
            > 16 and < 24 when room >= 24 => 24,
            _ => bitsPerPixel,
        };
    }

    private static PixelKind KindOf(PixelVisual visual, bool grayscale, int bits, PixelField red, PixelField green, PixelField blue)
    {
        if (grayscale || visual is PixelVisual.Mono01 or PixelVisual.Mono10)
            return PixelKind.Grey;
        if (visual == PixelVisual.PseudoColor)
            return PixelKind.Palette;
        var same = red == green && green == blue;
        var grey = visual == PixelVisual.StaticPseudoColor ? same || red.Length == 0 : same && red.Length > 0 && bits <= 8;
        return grey ? PixelKind.Grey : PixelKind.Colour;
    }

    // Returns the fault; empty if there is none.
    private static string Fault(int bits, PixelVisual visual, PixelKind kind, PixelField red, PixelField green, PixelField blue)
    {
        if (visual is < PixelVisual.Mono01 or > PixelVisual.StaticPseudoColor)
            return $"visual {(int)visual} is not supported, only 0 to 5 (FB_VISUAL_*)";
        if (bits is < 1 or > 32)
            return $"{bits} bits a pixel are not supported, only 1 to 32";
        var fault = Fault("red", red, bits) ?? Fault("green", green, bits) ?? Fault("blue", blue, bits);
        if (fault is not null || kind != PixelKind.Colour)
            return fault ?? "";
        return Overlap("red", red, "green", green) ?? Overlap("green", green, "blue", blue) ?? Overlap("red", red, "blue", blue) ?? "";
    }

    private static string? Fault(string name, PixelField field, int bits)
    {
        if (field.Length is < 1 or > PixelField.MaxLength)
            return $"{name} of {field.Length} bits is not supported, only 1 to {PixelField.MaxLength}";
        return field.Offset < 0 || field.Offset > bits - field.Length
            ? $"{name}, {field.Length} bits at bit {field.Offset}, does not fit into a pixel of {bits} bits" : null;
    }

    private static string? Overlap(string name, PixelField field, string otherName, PixelField other) =>
        (field.Mask & other.Mask) == 0 ? null
            : $"{name}, {field.Length} bits at bit {field.Offset}, and {otherName}, {other.Length} bits at bit {other.Offset}, overlap";

    public override string ToString() => NamedLayouts.NameOf(this) ?? Kind switch
    {
        PixelKind.Colour => $"{Bits} bits (red {Red}, green {Green}, blue {Blue}){(IsBigEndian ? NamedLayouts.BigEndian : "")}",
        _ => $"{Bits} bits ({(Kind == PixelKind.Grey ? "grey" : "palette")} {Red}{(IsInverted ? ", inverted" : "")})"
            + $"{(IsBigEndian ? NamedLayouts.BigEndian : "")}",
    };
}
