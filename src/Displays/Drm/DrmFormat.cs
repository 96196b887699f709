using System.Text;
using Displays.Pixels;
using static Displays.LinuxDrm;

namespace Displays;

/// <summary>A pixel format of dumb buffers.</summary>
internal sealed record DrmFormat
{
    public static readonly DrmFormat Xrgb8888 = new("XRGB8888", DRM_FORMAT_XRGB8888, NamedLayouts.Xrgb8888);
    public static readonly DrmFormat Rgb565 = new("RGB565", DRM_FORMAT_RGB565, NamedLayouts.Rgb565);

    // The best ones first. A format with alpha has the layout of the one without: its alpha is written as ones.
    private static readonly DrmFormat[] All =
    [
        Xrgb8888,
        new("ARGB8888", DRM_FORMAT_ARGB8888, NamedLayouts.Xrgb8888),
        new("XBGR8888", DRM_FORMAT_XBGR8888, NamedLayouts.Xbgr8888),
        new("ABGR8888", DRM_FORMAT_ABGR8888, NamedLayouts.Xbgr8888),
        new("RGB888", DRM_FORMAT_RGB888, NamedLayouts.Rgb888),
        new("BGR888", DRM_FORMAT_BGR888, NamedLayouts.Bgr888),
        Rgb565,
        new("BGR565", DRM_FORMAT_BGR565, NamedLayouts.Bgr565),
    ];

    private DrmFormat(string name, uint fourCc, PixelLayout layout) => (Name, FourCc, Layout) = (name, fourCc, layout);

    /// <summary>The name as in drm_fourcc.h, for people.</summary>
    public string Name { get; }

    /// <summary>The code, DRM_FORMAT_*.</summary>
    public uint FourCc { get; }

    public PixelLayout Layout { get; }

    /// <summary>The names as in display.format.</summary>
    public static IReadOnlyList<string> Words { get; } = [.. All.Select(f => f.Name.ToLowerInvariant())];

    /// <summary>Parses a name as in display.format. Returns null if the name is unknown.</summary>
    public static DrmFormat? Parse(string text) => All.FirstOrDefault(f => f.Name.ToLowerInvariant() == text);

    /// <summary>
    /// Returns the formats to try, in order. If a format is configured, it is the only one. Otherwise 32 bits come before 24 and 16. If the
    /// driver prefers 16 bits (panels on SPI, cards with little memory), those come first: with XRGB8888 such a driver would have to
    /// convert
    /// the pixels, or could not show the mode.
    /// </summary>
    /// <param name="wish">The configured format; null if there is none.</param>
    /// <param name="preferredDepth">The driver's DRM_CAP_DUMB_PREFERRED_DEPTH; 0 if the driver does not state it.</param>
    /// <param name="offered">
    /// The formats that the CRTC's primary plane accepts; empty if that is not known: then only XRGB8888 and RGB565 are tried.
    /// </param>
    /// <returns>None if no offered format can be used.</returns>
    public static DrmFormat[] Order(DrmFormat? wish, ulong preferredDepth, IReadOnlyCollection<uint> offered)
    {
        if (wish is not null)
            return [wish];
        var known = offered.Count == 0 ? [Xrgb8888, Rgb565] : All.Where(f => offered.Contains(f.FourCc)).ToArray();
        return preferredDepth == 16 ? [.. known.OrderBy(f => f.Layout.Bits != 16)] : known;
    }

    /// <summary>Returns the names of formats for people, as in drm_fourcc.h; those that are not known as their four characters.</summary>
    public static string Names(IEnumerable<uint> fourCcs) =>
        string.Join(", ", fourCcs.Select(code => All.FirstOrDefault(f => f.FourCc == code)?.Name ?? Characters(code)));

    private static string Characters(uint code)
    {
        var bytes = BitConverter.GetBytes(code);
        return Encoding.ASCII.GetString([.. bytes.Select(b => b is >= 0x20 and < 0x7F ? b : (byte)'?')]).TrimEnd();
    }

    public override string ToString() => Name;
}
