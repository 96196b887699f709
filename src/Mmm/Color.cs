namespace Mmm;

/// <summary>An opaque or translucent colour as it lies in a client's pixels: B,G,R,A bytes, 0xAARRGGBB as a number.</summary>
/// <param name="Argb">0xAARRGGBB.</param>
public readonly record struct Color(uint Argb)
{
    /// <summary>An opaque colour from 0xRRGGBB.</summary>
    public static Color FromRgb(int rgb) => new((uint)rgb | 0xFF000000);

    /// <summary>An opaque colour from three numbers of 0..255.</summary>
    public static Color FromRgb(byte red, byte green, byte blue) => new(0xFF000000u | (uint)red << 16 | (uint)green << 8 | blue);

    /// <summary>Opaque black.</summary>
    public static Color Black => new(0xFF000000);
    /// <summary>Opaque white.</summary>
    public static Color White => new(0xFFFFFFFF);
}

/// <summary>How a client's four bytes a pixel are ordered in memory. Source: protocol.md section 2.</summary>
public enum PixelFormat
{
    /// <summary>Blue first: cairo ARGB32, DRM XRGB8888; what an empty format name means.</summary>
    Bgra,
    /// <summary>Red first: the format name R'G'B'A u8.</summary>
    Rgba,
}

/// <summary>The names that pixel formats have in a client file.</summary>
public static class PixelFormats
{
    /// <summary>The format of that name. False: unknown, to be shown as B,G,R,A.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bablName, out PixelFormat format)
    {
        format = bablName.SequenceEqual("R'G'B'A u8"u8) ? PixelFormat.Rgba : PixelFormat.Bgra;
        return format == PixelFormat.Rgba || bablName.IsEmpty || bablName.SequenceEqual("cairo-ARGB32"u8);
    }
}
