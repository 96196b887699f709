using Mmm;

namespace FbHost.Screens;

/// <summary>
/// A page of text for people in front of the screen: what does not work, and how to get help. White on black, which every display shows
/// without dithering.
/// </summary>
internal static class FaultPage
{
    private const string Title = "Something is wrong";
    private const int Columns = 46, Lines = 12; // that fit at the largest scale
    private static readonly PixelColor Paper = PixelColor.FromRgb(0x000000), Ink = PixelColor.FromRgb(0xFFFFFF);

    /// <summary>Draws the page with letters as large as the text allows.</summary>
    /// <param name="width">Pixels of the screen, across.</param>
    /// <param name="height">Pixels of the screen, down.</param>
    /// <param name="faults">What is wrong, the most important first; what does not fit is cut off at the end.</param>
    /// <param name="help">How to get help; may be empty.</param>
    /// <returns>XRGB8888 rows without gaps.</returns>
    public static uint[] Draw(int width, int height, IReadOnlyList<string> faults, string help)
    {
        var all = new uint[width * height];
        var large = BitmapFont.Large;
        for (var scale = Math.Max(1, Math.Min(width / (large.Width * Columns), height / (large.Height * Lines))); scale > 0; scale--)
        {
            if (TryDraw(all, width, height, large, scale, faults, help))
                return all;
        }
        if (!TryDraw(all, width, height, BitmapFont.Small, 1, faults, help))
            TryDraw(all, width, height, BitmapFont.Small, 1, faults, help, hasTitle: false);
        return all;
    }

    // Returns whether all of it was drawn.
    private static bool TryDraw(uint[] all, int width, int height, BitmapFont font, int scale, IReadOnlyList<string> faults, string help,
        bool hasTitle = true)
    {
        all.AsSpan().Fill(Paper.Argb);
        var text = new BitmapText(all, width, height, font);
        var isSmall = font == BitmapFont.Small;
        var margin = isSmall ? 0 : font.Width * scale;
        var gap = isSmall ? 0 : font.Height * scale / 2;
        var y = margin;
        if (hasTitle)
            y = text.Write(Title, margin, y, isSmall ? scale : 2 * scale, Ink) + gap;
        foreach (var fault in faults)
            y = text.Write(fault, margin, y, scale, Ink) + gap;
        return (help.Length == 0 ? y - gap : text.Write(help, margin, y, scale, Ink)) <= height;
    }
}
