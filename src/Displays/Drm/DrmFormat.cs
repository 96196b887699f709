using Displays.Pixels;
using static Displays.LinuxDrm;

namespace Displays;

/// <summary>A pixel format of dumb buffers.</summary>
internal sealed record DrmFormat
{
    public static readonly DrmFormat Xrgb8888 = new("XRGB8888", DRM_FORMAT_XRGB8888, NamedLayouts.Xrgb8888);
    public static readonly DrmFormat Rgb565 = new("RGB565", DRM_FORMAT_RGB565, NamedLayouts.Rgb565);

    private DrmFormat(string name, uint fourCc, PixelLayout layout) => (Name, FourCc, Layout) = (name, fourCc, layout);

    /// <summary>As in drm_fourcc.h, for people.</summary>
    public string Name { get; }

    /// <summary>DRM_FORMAT_*.</summary>
    public uint FourCc { get; }

    public PixelLayout Layout { get; }

    /// <summary>As display.format names it; null: unknown.</summary>
    public static DrmFormat? Parse(string text) => text switch
    {
        "xrgb8888" => Xrgb8888,
        "rgb565" => Rgb565,
        _ => null,
    };

    /// <summary>
    /// What to try, in this order: only the wished one; else XRGB8888, which nearly all drivers take, before RGB565, or the other way round
    /// where the driver prefers 16 bits (panels on SPI, cards with little memory): it would have to convert or could not show the mode.
    /// </summary>
    /// <param name="wish">Null: none.</param>
    /// <param name="preferredDepth">The driver's DRM_CAP_DUMB_PREFERRED_DEPTH; 0: it does not say.</param>
    public static DrmFormat[] Order(DrmFormat? wish, ulong preferredDepth) =>
        wish is not null ? [wish] : preferredDepth == 16 ? [Rgb565, Xrgb8888] : [Xrgb8888, Rgb565];

    public override string ToString() => Name;
}
