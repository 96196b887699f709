namespace Mmm;

/// <summary>An opaque or translucent colour as it lies in a client's pixels: B,G,R,A bytes, 0xAARRGGBB as a number.</summary>
/// <param name="Argb">0xAARRGGBB.</param>
public readonly record struct PixelColor(uint Argb)
{
    /// <summary>An opaque colour from 0xRRGGBB.</summary>
    public static PixelColor FromRgb(int rgb) => new((uint)rgb | 0xFF000000);

    /// <summary>An opaque colour from three numbers of 0..255.</summary>
    public static PixelColor FromRgb(byte red, byte green, byte blue) => new(0xFF000000u | (uint)red << 16 | (uint)green << 8 | blue);

    /// <summary>Opaque black.</summary>
    public static PixelColor Black => new(0xFF000000);
    /// <summary>Opaque white.</summary>
    public static PixelColor White => new(0xFFFFFFFF);
}
