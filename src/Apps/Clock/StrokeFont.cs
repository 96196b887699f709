using SkiaSharp;

namespace Mmm.Apps.Clock;

/// <summary>
/// The clock's own font: letters are single lines drawn with a round pen. Devices may have no fonts, and the pen's weight fits every size.
/// A glyph is 100 units high, from its top (0) to the baseline (100), and starts at x = 0.
/// </summary>
internal static class StrokeFont
{
    /// <summary>The height of capitals and digits, in units.</summary>
    public const float CapHeight = 100;

    /// <summary>
    /// The width of every digit except 1, in units. The digits of a time are centred in cells of this width, so
    /// that the time never jitters.
    /// </summary>
    public const float DigitWidth = 56;

    /// <summary>
    /// The greatest distance of an outline's control points from the line, in pen weights. (The ink is within half a pen weight.)
    /// </summary>
    public const float Reach = 0.75f;

    // The space at the sides of a letter, in units: a stem needs most, a bowl less, a slope least.
    private const float Stem = 12, Bowl = 7, Slope = 0;

    private readonly record struct Glyph(float Width, float Left, float Right, string Line);

    private static readonly Dictionary<char, Glyph> s_glyphs = new()
    {
        ['0'] = new(56, Bowl, Bowl, "M28 0C44 0 56 12 56 30V70C56 88 44 100 28 100C12 100 0 88 0 70V30C0 12 12 0 28 0Z"),
        ['1'] = new(23, Bowl, Bowl, "M0 19L23 0V100"),
        ['2'] = new(56, Bowl, Bowl, "M1 27C1 11 12 0 28 0C44 0 55 11 55 27C55 41 46 50 37 60L0 100H56"),
        ['3'] = new(56, Bowl, Bowl,
            "M3 21C6 8 15 0 27 0C42 0 53 10 53 24C53 38 42 47 27 47H20M27 47C44 47 56 58 56 73C56 89 44 100 28 100C13 100 3 91 0 77"),
        ['4'] = new(56, Bowl, Bowl, "M42 100V0L0 70H56"),
        ['5'] = new(56, Bowl, Bowl, "M51 0H9L4 45C10 39 18 36 27 36C44 36 56 49 56 67C56 87 44 100 28 100C13 100 3 91 0 78"),
        ['6'] = new(56, Bowl, Bowl,
            "M51 14C46 5 38 0 29 0C11 0 0 16 0 44V68C0 88 12 100 28 100C44 100 56 87 56 69C56 51 44 39 28 39C14 39 2 48 0 63"),
        ['7'] = new(56, Bowl, Bowl, "M0 0H56L20 100"),
        ['8'] = new(56, Bowl, Bowl,
            "M28 47C13 47 3 37 3 24C3 10 13 0 28 0C43 0 53 10 53 24C53 37 43 47 28 47" +
            "C12 47 0 58 0 73C0 89 12 100 28 100C44 100 56 89 56 73C56 58 44 47 28 47Z"),
        ['9'] = new(56, Bowl, Bowl,
            "M5 86C10 95 18 100 27 100C45 100 56 84 56 56V32C56 12 44 0 28 0C12 0 0 13 0 31C0 49 12 61 28 61C42 61 54 52 56 37"),
        ['A'] = new(70, Slope, Slope, "M0 100L35 0L70 100M12 66H58"),
        ['B'] = new(58, Stem, Bowl,
            "M0 48H31C47 48 58 58 58 74C58 90 47 100 31 100H0V0H28C44 0 53 10 53 24C53 38 44 48 28 48"),
        ['C'] = new(74, Bowl, Bowl, "M74 20C67 8 56 0 43 0C17 0 0 22 0 50C0 78 17 100 43 100C56 100 67 92 74 80"),
        ['D'] = new(70, Stem, Bowl, "M0 0H27C54 0 70 20 70 50C70 80 54 100 27 100H0Z"),
        ['E'] = new(50, Stem, Bowl, "M50 0H0V100H50M0 49H43"),
        ['F'] = new(48, Stem, Slope, "M48 0H0V100M0 49H42"),
        ['G'] = new(78, Bowl, Bowl, "M74 20C67 8 56 0 43 0C17 0 0 22 0 50C0 78 17 100 43 100C64 100 78 87 78 66V54H48"),
        ['H'] = new(66, Stem, Stem, "M0 0V100M66 0V100M0 49H66"),
        ['I'] = new(0, Stem, Stem, "M0 0V100"),
        ['J'] = new(40, Slope, Stem, "M40 0V70C40 89 31 100 19 100C9 100 2 94 0 84"),
        ['K'] = new(60, Stem, Slope, "M0 0V100M57 0L0 60M19 40L60 100"),
        ['L'] = new(48, Stem, Slope, "M0 0V100H48"),
        ['M'] = new(80, Stem, Stem, "M0 100V0L40 66L80 0V100"),
        ['N'] = new(66, Stem, Stem, "M0 100V0L66 100V0"),
        ['O'] = new(86, Bowl, Bowl, "M43 0C69 0 86 22 86 50C86 78 69 100 43 100C17 100 0 78 0 50C0 22 17 0 43 0Z"),
        ['P'] = new(57, Stem, Slope, "M0 100V0H31C47 0 57 11 57 27C57 43 47 54 31 54H0"),
        ['Q'] = new(86, Bowl, Bowl, "M43 0C69 0 86 22 86 50C86 78 69 100 43 100C17 100 0 78 0 50C0 22 17 0 43 0ZM56 70L84 102"),
        ['R'] = new(59, Stem, Slope, "M0 100V0H31C47 0 57 11 57 27C57 43 47 54 31 54H0M30 54L59 100"),
        ['S'] = new(58, Bowl, Bowl,
            "M54 17C49 6 41 0 29 0C14 0 3 10 3 24C3 39 14 44 29 48C46 52 58 58 58 74C58 90 46 100 30 100C15 100 4 93 0 80"),
        ['T'] = new(64, Slope, Slope, "M0 0H64M32 0V100"),
        ['U'] = new(64, Stem, Stem, "M0 0V64C0 87 13 100 32 100C51 100 64 87 64 64V0"),
        ['V'] = new(68, Slope, Slope, "M0 0L34 100L68 0"),
        ['W'] = new(102, Slope, Slope, "M0 0L26 100L51 6L76 100L102 0"),
        ['X'] = new(62, Slope, Slope, "M0 0L62 100M62 0L0 100"),
        ['Y'] = new(66, Slope, Slope, "M0 0L33 49L66 0M33 49V100"),
        ['Z'] = new(60, Bowl, Bowl, "M2 0H58L0 100H60"),
        [','] = new(4, Slope, Bowl, "M4 98L0 114"),
        ['.'] = new(0, Bowl, Bowl, "M0 98V98.1"),
        [':'] = new(0, Stem, Stem, "M0 30V30.1M0 70V70.1"),
        [' '] = new(24, 0, 0, ""),
    };

    /// <summary>True when the letter can be drawn.</summary>
    public static bool Has(char letter) => s_glyphs.ContainsKey(letter);

    /// <summary>Returns the width of a text between the middles of its outermost lines, in units.</summary>
    /// <param name="text">Letters for which <see cref="Has"/> returns true.</param>
    /// <param name="tracking">The space between letters in addition to their own, in units.</param>
    public static float Measure(string text, float tracking)
    {
        var x = 0f;
        for (var i = 0; i < text.Length; i++)
            x += Advance(text, i, tracking);
        return x;
    }

    // Returns the distance from the start of a letter to the start of the next one. Nothing follows the last letter.
    private static float Advance(string text, int i, float tracking)
    {
        var glyph = s_glyphs[text[i]];
        return i == text.Length - 1 ? glyph.Width : glyph.Width + glyph.Right + tracking + s_glyphs[text[i + 1]].Left;
    }

    /// <summary>Returns the outline of a text drawn with a round pen; fill it to draw the text. The caller disposes it.</summary>
    /// <param name="text">Letters for which <see cref="Has"/> returns true.</param>
    /// <param name="origin">The start of the first letter's line: its left edge and the top of capitals, in pixels.</param>
    /// <param name="height">The height of capitals between the middles of the lines, in pixels.</param>
    /// <param name="stretch">The factor by which the width is stretched; 1 for the designed width.</param>
    /// <param name="weight">The weight of the pen in pixels.</param>
    /// <param name="tracking">The space between letters in addition to their own, in units.</param>
    public static SKPath Outline(string text, SKPoint origin, float height, float stretch, float weight, float tracking)
    {
        var scale = height / CapHeight;
        using var line = new SKPath();
        var x = 0f;
        for (var i = 0; i < text.Length; i++)
        {
            using var glyph = SKPath.ParseSvgPathData(s_glyphs[text[i]].Line);
            line.AddPath(glyph, SKMatrix.CreateScaleTranslation(scale * stretch, scale, origin.X + x * scale * stretch, origin.Y));
            x += Advance(text, i, tracking);
        }
        return Stroke(line, weight);
    }

    /// <summary>Returns the outline of any line in SVG path data drawn with a round pen. The caller disposes it.</summary>
    /// <param name="svg">The path data in units.</param>
    /// <param name="origin">The position of the path's 0,0 in pixels.</param>
    /// <param name="scale">The number of pixels per unit.</param>
    /// <param name="weight">The weight of the pen in pixels.</param>
    public static SKPath Outline(string svg, SKPoint origin, float scale, float weight)
    {
        using var line = SKPath.ParseSvgPathData(svg);
        line.Transform(SKMatrix.CreateScaleTranslation(scale, scale, origin.X, origin.Y));
        return Stroke(line, weight);
    }

    /// <summary>
    /// Returns the outline of a digit drawn with a round pen, centred in its cell, whose top left is 0,0. The caller disposes it.
    /// </summary>
    /// <inheritdoc cref="Outline(string, SKPoint, float, float, float, float)"/>
    public static SKPath Digit(int digit, float height, float stretch, float weight)
    {
        var text = ((char)('0' + digit)).ToString();
        var left = (DigitWidth - Measure(text, 0)) / 2 * height / CapHeight * stretch;
        return Outline(text, new SKPoint(left, 0), height, stretch, weight, 0);
    }

    private static SKPath Stroke(SKPath line, float weight)
    {
        using var pen = new SKPaint
        {
            Style = SKPaintStyle.Stroke,
            StrokeWidth = weight,
            StrokeCap = SKStrokeCap.Round,
            StrokeJoin = SKStrokeJoin.Round,
        };
        return pen.GetFillPath(line, 4) ?? new SKPath();
    }
}
