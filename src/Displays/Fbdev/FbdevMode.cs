using Displays.Pixels;
using Mmm;
using static Displays.LinuxFb;

namespace Displays;

/// <summary>What a framebuffer's driver states, checked: nothing outside of its memory is ever touched.</summary>
internal sealed record FbdevMode
{
    /// <summary>Pixels across.</summary>
    public required int Width { get; init; }

    /// <summary>Pixels down.</summary>
    public required int Height { get; init; }

    public required PixelLayout Layout { get; init; }

    public required PixelVisual Visual { get; init; }

    /// <summary>Bytes from one row to the next.</summary>
    public required int Stride { get; init; }

    /// <summary>Pixels of a row before the first visible one.</summary>
    public required int Left { get; init; }

    /// <summary>Rows before the first visible one.</summary>
    public required int Top { get; init; }

    /// <summary>Bytes.</summary>
    public required uint Memory { get; init; }

    /// <summary>
    /// The virtual screen has room for two pictures, one under the other, and the driver pans from one to the other. Never where it is
    /// emulated: measured on KMS with drm_fbdev_overalloc=200, what is written below the first picture's rows is not copied to the screen.
    /// </summary>
    public required bool HasTwoPages { get; init; }

    /// <summary>
    /// Storing through a mapping is dear: the driver only emulates one by deferred I/O, where each page first written faults and is copied
    /// later. All of KMS does (…drmfb), the drivers of small SPI panels (fb_…), and some of USB and virtual machines.
    /// </summary>
    public required bool IsEmulated { get; init; }

    /// <param name="name">Device and driver, for faults.</param>
    /// <param name="id">The driver's.</param>
    /// <param name="v">As FBIOGET_VSCREENINFO gives it.</param>
    /// <param name="f">As FBIOGET_FSCREENINFO gives it.</param>
    /// <exception cref="MmmException">What is stated makes no sense, or is not served.</exception>
    public static FbdevMode Read(string name, string id, in fb_var_screeninfo v, in fb_fix_screeninfo f)
    {
        if (f.type != FB_TYPE_PACKED_PIXELS)
            throw new MmmException($"{name}: memory of type {f.type} is not served; packed pixels (0) are. Set another mode (fbset)");
        if (v.xres is < 1 or > IDisplay.MaxSide || v.yres is < 1 or > IDisplay.MaxSide)
            throw new MmmException($"{name}: its size is {v.xres}x{v.yres}; is a display connected, and a mode set (fbset)?");
        uint virtualWidth = Math.Max(v.xres_virtual, v.xres), virtualHeight = Math.Max(v.yres_virtual, v.yres);
        var lineLength = f.line_length > 0 ? f.line_length : (uint)((virtualWidth * (ulong)v.bits_per_pixel + 7) / 8); // some leave it out
        var stored = lineLength <= int.MaxValue
            ? PixelLayout.StoredBits((int)Math.Min(v.bits_per_pixel, 64), (int)lineLength, (int)Math.Min(virtualWidth, int.MaxValue))
            : 0;
        var fourCc = v.grayscale > 1; // then it names a format, and the fields are empty
        if (fourCc)
            throw new MmmException($"{name}: pixels named by a code (0x{v.grayscale:x}) are not served; "
                + "set red, green and blue (fbset -rgba)");
        var bigEndian = v.bits_per_pixel < 8 && (v.nonstd & FB_NONSTD_REV_PIX_IN_B) != 0;
        var layout = PixelLayout.FromFramebuffer(
                stored, Field(v.red), Field(v.green), Field(v.blue), v.grayscale == 1, (PixelVisual)f.visual, bigEndian, out var fault)
            ?? throw new MmmException($"{name}: {fault}");
        var rowBytes = ((v.xoffset + (ulong)v.xres) * (ulong)layout.Bits + 7) / 8;
        var end = (v.yoffset + (ulong)v.yres - 1) * lineLength + rowBytes;
        if (rowBytes > lineLength || end > f.smem_len)
            throw new MmmException($"{name}: claims {v.xres}x{v.yres} at {v.xoffset},{v.yoffset} with {layout.Bits} bits a pixel and "
                + $"{lineLength:N0} bytes a row, but has {f.smem_len:N0} bytes of memory; the driver's mode is broken");
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

    // A length beyond all sense stays one.
    private static PixelField Field(in fb_bitfield f) => new((int)Math.Min(f.offset, 64), (int)Math.Min(f.length, 64), f.msb_right != 0);
}
