using Displays.Pixels;
using Mmm;
using static Displays.LinuxFb;

namespace Displays;

/// <summary>
/// The mode that a framebuffer's driver states. It is checked, so that nothing outside the framebuffer's memory is accessed.
/// </summary>
internal sealed record FbdevMode
{
    /// <summary>The width in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>The height in pixels.</summary>
    public required int Height { get; init; }

    public required PixelLayout Layout { get; init; }

    public required PixelVisual Visual { get; init; }

    /// <summary>The number of bytes from one row to the next.</summary>
    public required int Stride { get; init; }

    /// <summary>The number of pixels of a row before the first visible one.</summary>
    public required int Left { get; init; }

    /// <summary>The number of rows before the first visible one.</summary>
    public required int Top { get; init; }

    /// <summary>The size of the memory in bytes.</summary>
    public required uint Memory { get; init; }

    /// <summary>
    /// True if the virtual screen has room for two pictures, one below the other, and the driver can pan between them. Always false for an
    /// emulated framebuffer: a test on KMS with drm_fbdev_overalloc=200 showed that what is written below the rows of the first picture is
    /// not copied to the screen.
    /// </summary>
    public required bool HasTwoPages { get; init; }

    /// <summary>
    /// True if writing through a mapping is slow, because the driver only emulates the mapping by deferred I/O: the first write to each
    /// page causes a fault, and the page is copied later. This applies to all KMS drivers (…drmfb), the drivers of small SPI panels (fb_…),
    /// and some drivers for USB and virtual machines.
    /// </summary>
    public required bool IsEmulated { get; init; }

    /// <param name="name">Device and driver, for error messages.</param>
    /// <param name="id">The driver's id.</param>
    /// <param name="v">The result of FBIOGET_VSCREENINFO.</param>
    /// <param name="f">The result of FBIOGET_FSCREENINFO.</param>
    /// <exception cref="MmmException">The stated mode is not valid, or is not supported.</exception>
    public static FbdevMode Read(string name, string id, in fb_var_screeninfo v, in fb_fix_screeninfo f)
    {
        if (f.type != FB_TYPE_PACKED_PIXELS)
            throw new MmmException($"{name}: memory of type {f.type} is not supported, only packed pixels (0); set another mode (fbset)");
        if (v.xres is < 1 or > IDisplay.MaxSide || v.yres is < 1 or > IDisplay.MaxSide)
            throw new MmmException($"{name}: its size is {v.xres}x{v.yres}; check that a display is connected and a mode is set (fbset)");
        uint virtualWidth = Math.Max(v.xres_virtual, v.xres), virtualHeight = Math.Max(v.yres_virtual, v.yres);
        // Some drivers leave line_length 0.
        var lineLength = f.line_length > 0 ? f.line_length : (uint)((virtualWidth * (ulong)v.bits_per_pixel + 7) / 8);
        var stored = lineLength <= int.MaxValue
            ? PixelLayout.StoredBits((int)Math.Min(v.bits_per_pixel, 64), (int)lineLength, (int)Math.Min(virtualWidth, int.MaxValue))
            : 0;
        var fourCc = v.grayscale > 1; // the value then is the code of a format, and the fields are empty
        if (fourCc)
            throw new MmmException($"{name}: a pixel format given by a code (0x{v.grayscale:x}) is not supported; "
                + "set the bits of red, green and blue (fbset -rgba)");
        var bigEndian = v.bits_per_pixel < 8 && (v.nonstd & FB_NONSTD_REV_PIX_IN_B) != 0;
        var layout = PixelLayout.FromFramebuffer(
                stored, Field(v.red), Field(v.green), Field(v.blue), v.grayscale == 1, (PixelVisual)f.visual, bigEndian, out var fault)
            ?? throw new MmmException($"{name}: {fault}");
        var rowBytes = ((v.xoffset + (ulong)v.xres) * (ulong)layout.Bits + 7) / 8;
        var end = (v.yoffset + (ulong)v.yres - 1) * lineLength + rowBytes;
        if (rowBytes > lineLength || end > f.smem_len)
            throw new MmmException($"{name}: claims {v.xres}x{v.yres} at {v.xoffset},{v.yoffset} with {layout.Bits} bits a pixel and "
                + $"{lineLength:N0} bytes a row, but has only {f.smem_len:N0} bytes of memory; set another mode (fbset)");
        var isEmulated = id.EndsWith("drmfb", StringComparison.Ordinal) || id.StartsWith("fb_", StringComparison.Ordinal)
            || id is "udlfb" or "smscufx" or "hyperv_fb" or "xen";
        return new FbdevMode
        {
            Width = (int)v.xres, Height = (int)v.yres, Layout = layout, Visual = (PixelVisual)f.visual, Stride = (int)lineLength,
            Left = (int)v.xoffset, Top = (int)v.yoffset, Memory = f.smem_len,
            HasTwoPages = !isEmulated && virtualHeight >= 2 * v.yres && f.ypanstep > 0
                && v.yres % f.ypanstep == 0 && 2UL * v.yres * lineLength <= f.smem_len,
            IsEmulated = isEmulated,
        };
    }

    // Limits the values to 64 bits. A value that is too large remains too large, so that the checks reject it.
    private static PixelField Field(in fb_bitfield f) => new((int)Math.Min(f.offset, 64), (int)Math.Min(f.length, 64), f.msb_right != 0);
}
