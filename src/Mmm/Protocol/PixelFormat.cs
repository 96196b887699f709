namespace Mmm.Protocol;

/// <summary>The order of a client's four bytes per pixel in memory. Source: protocol.md section 2.</summary>
internal enum PixelFormat
{
    /// <summary>Blue first: cairo ARGB32, DRM XRGB8888. An empty format name means this format.</summary>
    Bgra,
    /// <summary>Red first: the format name R'G'B'A u8.</summary>
    Rgba,
}

/// <summary>The names of pixel formats in a client file.</summary>
internal static class PixelFormats
{
    /// <summary>Looks up a format by its name. Returns false if the name is not known; the picture is then shown as B,G,R,A.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bablName, out PixelFormat format)
    {
        format = bablName.SequenceEqual("R'G'B'A u8"u8) ? PixelFormat.Rgba : PixelFormat.Bgra;
        return format == PixelFormat.Rgba || bablName.IsEmpty || bablName.SequenceEqual("cairo-ARGB32"u8);
    }
}
