namespace Displays.Pixels;

/// <summary>
/// The layouts that have names for use in options. The names begin at the most significant bit, as DRM's format names do. With the suffix
/// -be, bytes and bits are numbered from the most significant end; without it, from the least significant end,
/// as in a little-endian kernel.
/// </summary>
internal static class NamedLayouts
{
    /// <summary>The suffix of a big-endian format's name.</summary>
    public const string BigEndian = "-be";

    public static readonly PixelLayout Xrgb8888 = Colour(32, (16, 8), (8, 8), (0, 8));
    public static readonly PixelLayout Xbgr8888 = Colour(32, (0, 8), (8, 8), (16, 8));
    public static readonly PixelLayout Rgb888 = Colour(24, (16, 8), (8, 8), (0, 8));
    public static readonly PixelLayout Bgr888 = Colour(24, (0, 8), (8, 8), (16, 8));
    public static readonly PixelLayout Rgb565 = Colour(16, (11, 5), (5, 6), (0, 5));
    public static readonly PixelLayout Bgr565 = Colour(16, (0, 5), (5, 6), (11, 5));
    public static readonly PixelLayout Grey8 = Single(8, PixelVisual.TrueColor);

    private static readonly (string Name, PixelLayout Layout)[] Named =
    [
        ("xrgb8888", Xrgb8888),
        ("xbgr8888", Xbgr8888),
        ("rgbx8888", Colour(32, (24, 8), (16, 8), (8, 8))),
        ("xrgb2101010", Colour(32, (20, 10), (10, 10), (0, 10))),
        ("rgb888", Rgb888),
        ("bgr888", Bgr888),
        ("rgb666", Colour(18, (12, 6), (6, 6), (0, 6))),
        ("rgb565", Rgb565),
        ("bgr565", Bgr565),
        ("rgb555", Colour(16, (10, 5), (5, 5), (0, 5))),
        ("xrgb4444", Colour(16, (8, 4), (4, 4), (0, 4))),
        ("rgb444", Colour(12, (8, 4), (4, 4), (0, 4))),
        ("rgb332", Colour(8, (5, 3), (2, 3), (0, 2))),
        ("palette8", Single(8, PixelVisual.PseudoColor)),
        ("grey8", Grey8),
        ("grey4", Single(4, PixelVisual.TrueColor)),
        ("grey2", Single(2, PixelVisual.TrueColor)),
        ("mono1", Single(1, PixelVisual.Mono10)),
        ("mono1-inverted", Single(1, PixelVisual.Mono01)),
    ];

    /// <summary>The names without the suffix, for messages.</summary>
    public static string Forms { get; } = string.Join(", ", Named.Select(n => n.Name));

    /// <summary>Parses a name. Returns null and a fault that continues "--format is X; " if the name is unknown.</summary>
    public static PixelLayout? Parse(string text, out string fault)
    {
        var bigEndian = text.EndsWith(BigEndian, StringComparison.Ordinal);
        var name = bigEndian ? text[..^BigEndian.Length] : text;
        var layout = Named.FirstOrDefault(n => n.Name == name).Layout;
        fault = layout is null
            ? $"it must be one of {Forms}; append {BigEndian} for bits and bytes from the most significant end" : "";
        return layout is null || !bigEndian ? layout : Swapped(layout);
    }

    /// <summary>Returns the name of a layout; null if it has none.</summary>
    public static string? NameOf(PixelLayout layout)
    {
        var name = Named.FirstOrDefault(n => (layout.IsBigEndian ? Swapped(n.Layout) : n.Layout) == layout).Name;
        return name is not null && layout.IsBigEndian ? name + BigEndian : name;
    }

    private static PixelLayout Swapped(PixelLayout l) =>
        Make(l.Bits, l.Red, l.Green, l.Blue, l.Kind == PixelKind.Grey, l.Kind == PixelKind.Palette ? PixelVisual.PseudoColor
            : l.IsInverted ? PixelVisual.Mono01 : PixelVisual.TrueColor, bigEndian: true);

    private static PixelLayout Colour(int bits, (int, int) red, (int, int) green, (int, int) blue) =>
        Make(bits, Field(red), Field(green), Field(blue), grayscale: false, PixelVisual.TrueColor, bigEndian: false);

    private static PixelLayout Single(int bits, PixelVisual visual) =>
        Make(bits, Field((0, bits)), Field((0, bits)), Field((0, bits)), visual != PixelVisual.PseudoColor, visual, bigEndian: false);

    private static PixelField Field((int Offset, int Length) field) => new(field.Offset, field.Length);

    private static PixelLayout Make(
        int bits, PixelField red, PixelField green, PixelField blue, bool grayscale, PixelVisual visual, bool bigEndian) =>
        PixelLayout.FromFramebuffer(bits, red, green, blue, grayscale, visual, bigEndian, out var fault)
            ?? throw new InvalidOperationException(fault);
}
