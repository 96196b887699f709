using Displays.Pixels;
using static Displays.LinuxDrm;

namespace Displays;

/// <summary>A pixel format of dumb buffers.</summary>
internal sealed record DrmFormat
{
    public static readonly DrmFormat Xrgb8888 = new("XRGB8888", DRM_FORMAT_XRGB8888, NamedLayouts.Xrgb8888);
    public static readonly DrmFormat Rgb565 = new("RGB565", DRM_FORMAT_RGB565, NamedLayouts.Rgb565);

    private DrmFormat(string name, uint fourCc, PixelLayout layout) => (Name, FourCc, Layout) = (name, fourCc, layout);

    /// <summary>The name as in drm_fourcc.h, for people.</summary>
    public string Name { get; }

    /// <summary>The code, DRM_FORMAT_*.</summary>
    public uint FourCc { get; }

    public PixelLayout Layout { get; }

    /// <summary>Parses a name as in display.format. Returns null if the name is unknown.</summary>
    public static DrmFormat? Parse(string text) => text switch
    {
        "xrgb8888" => Xrgb8888,
        "rgb565" => Rgb565,
        _ => null,
    };

    /// <summary>
    /// Returns the formats to try, in order. If a format is configured, it is the only one. Otherwise XRGB8888, which nearly all drivers
    /// support, comes before RGB565. If the driver prefers 16 bits (panels on SPI, cards with little memory), RGB565 comes first: with
    /// XRGB8888 such a driver would have to convert the pixels, or could not show the mode.
    /// </summary>
    /// <param name="wish">The configured format; null if there is none.</param>
    /// <param name="preferredDepth">The driver's DRM_CAP_DUMB_PREFERRED_DEPTH; 0 if the driver does not state it.</param>
    public static DrmFormat[] Order(DrmFormat? wish, ulong preferredDepth) =>
        wish is not null ? [wish] : preferredDepth == 16 ? [Rgb565, Xrgb8888] : [Xrgb8888, Rgb565];

    public override string ToString() => Name;
}
