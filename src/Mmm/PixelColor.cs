namespace Mmm;

/// <summary>A colour in the format of a client's pixels: the number 0xAARRGGBB, which is the bytes B, G, R, A in memory.</summary>
/// <param name="Argb">The colour as 0xAARRGGBB. Alpha 0xFF is opaque.</param>
public readonly record struct PixelColor(uint Argb)
{
    /// <summary>Creates an opaque colour.</summary>
    /// <param name="rgb">The colour as 0xRRGGBB.</param>
    public static PixelColor FromRgb(int rgb) => new((uint)rgb | 0xFF000000);

    /// <summary>Creates an opaque colour from three components of 0 to 255.</summary>
    /// <param name="red">0 to 255.</param>
    /// <param name="green">0 to 255.</param>
    /// <param name="blue">0 to 255.</param>
    public static PixelColor FromRgb(byte red, byte green, byte blue) => new(0xFF000000u | (uint)red << 16 | (uint)green << 8 | blue);

    /// <summary>Opaque black.</summary>
    public static PixelColor Black => new(0xFF000000);
    /// <summary>Opaque white.</summary>
    public static PixelColor White => new(0xFFFFFFFF);
}
