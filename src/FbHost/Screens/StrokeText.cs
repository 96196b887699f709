using Mmm;

namespace FbHost.Screens;

/// <summary>
/// Draws text with a built-in stroke font, since a system without a desktop has no fonts. The font has Latin letters, digits and
/// punctuation; any other character is drawn as a box.
/// </summary>
internal sealed class StrokeText(uint[] pixels, int width, int height)
{
    private const int Advance = 6; // units; a glyph is 4 wide, 6 high over the baseline, 2 below
    private const int LineUnits = 11;

    // Lines of points on that grid, x then y from the top left: "10 30" goes from 1,0 to 3,0. A single point is a dot.
    private static readonly Dictionary<char, string> Glyphs = new()
    {
        ['0'] = "10 30 41 45 36 16 05 01 10", ['1'] = "02 20 26", ['2'] = "01 10 30 41 42 06 46",
        ['3'] = "01 10 30 41 42 33 44 45 36 16 05;33 23", ['4'] = "36 30 04 44", ['5'] = "40 00 03 33 44 45 36 16 05",
        ['6'] = "41 30 10 01 05 16 36 45 44 33 13 04", ['7'] = "00 40 41 16", ['8'] = "10 30 41 42 33 13 02 01 10;13 04 05 16 36 45 44 33",
        ['9'] = "05 16 36 45 41 30 10 01 02 13 33 42",
        ['A'] = "06 02 20 42 46;04 44", ['B'] = "00 06 36 45 44 33 03;33 42 41 30 00", ['C'] = "41 30 10 01 05 16 36 45",
        ['D'] = "00 06 26 45 41 20 00", ['E'] = "40 00 06 46;03 33", ['F'] = "40 00 06;03 33", ['G'] = "41 30 10 01 05 16 36 45 43 23",
        ['H'] = "00 06;40 46;03 43", ['I'] = "20 26;10 30;16 36", ['J'] = "40 45 36 16 05", ['K'] = "00 06;40 03 46", ['L'] = "00 06 46",
        ['M'] = "06 00 23 40 46", ['N'] = "06 00 46 40", ['O'] = "10 30 41 45 36 16 05 01 10", ['P'] = "06 00 30 41 42 33 03",
        ['Q'] = "10 30 41 45 36 16 05 01 10;24 47", ['R'] = "06 00 30 41 42 33 03;23 46", ['S'] = "41 30 10 01 02 13 33 44 45 36 16 05",
        ['T'] = "00 40;20 26", ['U'] = "00 05 16 36 45 40", ['V'] = "00 26 40", ['W'] = "00 16 23 36 40", ['X'] = "00 46;40 06",
        ['Y'] = "00 23 40;23 26", ['Z'] = "00 40 06 46",
        ['a'] = "12 32 43 46;44 14 05 16 36 45", ['b'] = "00 06;03 12 32 43 45 36 16 05", ['c'] = "43 32 12 03 05 16 36 45",
        ['d'] = "40 46;43 32 12 03 05 16 36 45", ['e'] = "04 44 43 32 12 03 05 16 36", ['f'] = "30 20 11 16;02 32",
        ['g'] = "42 47 38 18 07;43 32 12 03 05 16 36 45", ['h'] = "00 06;03 12 32 43 46", ['i'] = "22 26;20", ['j'] = "32 37 28 18;30",
        ['k'] = "00 06;32 04 36", ['l'] = "10 15 26", ['m'] = "02 06;03 12 23 26;23 32 43 46", ['n'] = "02 06;03 12 32 43 46",
        ['o'] = "12 32 43 45 36 16 05 03 12", ['p'] = "02 08;03 12 32 43 45 36 16 05", ['q'] = "42 48;43 32 12 03 05 16 36 45",
        ['r'] = "12 16;13 22 42", ['s'] = "42 12 03 14 34 45 36 06", ['t'] = "20 25 36 46;02 42", ['u'] = "02 05 16 36 45;42 46",
        ['v'] = "02 26 42", ['w'] = "02 16 23 36 42", ['x'] = "02 46;42 06", ['y'] = "02 26;42 18", ['z'] = "02 42 06 46",
        ['ß'] = "06 01 10 20 31 22 34 35 26 16", ['ä'] = "12 32 43 46;44 14 05 16 36 45;10;30", ['ö'] = "12 32 43 45 36 16 05 03 12;10;30",
        ['ü'] = "02 05 16 36 45;42 46;10;30", ['Ä'] = "06 02 20 42 46;04 44;00;40", ['Ö'] = "10 30 41 45 36 16 05 01 10;00;40",
        ['Ü'] = "01 05 16 36 45 41;10;30", ['.'] = "26", [','] = "26 17", [':'] = "23;26", [';'] = "23;26 17", ['!'] = "20 24;26",
        ['?'] = "01 10 30 41 42 23 24;26", ['-'] = "13 33", ['–'] = "03 43", ['+'] = "21 25;03 43", ['/'] = "06 40", ['('] = "30 21 25 36",
        [')'] = "10 21 25 16", ['\''] = "20 21", ['"'] = "10 11;30 31", ['@'] = "34 23 14 25 34 44 41 30 10 01 05 16 36",
        ['#'] = "11 15;31 35;02 42;04 44", ['%'] = "06 40;11;35", ['&'] = "46 12 11 20 31 04 05 16 26 44", ['='] = "02 42;04 44",
        ['_'] = "07 47", ['*'] = "21 25;02 44;42 04", ['<'] = "42 04 46", ['>'] = "02 44 06", [' '] = "",
    };

    private const string Box = "00 40 46 06 00";

    /// <summary>Draws text, which is wrapped into as many lines as necessary. Returns the y below the last line.</summary>
    /// <param name="text">Line breaks are kept.</param>
    /// <param name="left">Pixels; the right edge keeps the same distance.</param>
    /// <param name="top">The top of the first line, pixels.</param>
    /// <param name="unit">Pixels of a grid unit: a capital is six high.</param>
    /// <param name="color">The colour of the strokes.</param>
    public int Write(string text, int left, int top, double unit, PixelColor color)
    {
        var most = Math.Max(1, (int)((width - 2 * left) / (Advance * unit)));
        var y = (double)top;
        foreach (var line in Lines(text, most))
        {
            for (var i = 0; i < line.Length; i++)
                Glyph(line[i], left + i * Advance * unit, y, unit, color.Argb);
            y += LineUnits * unit;
        }
        return (int)Math.Ceiling(y);
    }

    private static IEnumerable<string> Lines(string text, int most)
    {
        foreach (var paragraph in text.ReplaceLineEndings("\n").Split('\n'))
        {
            var line = "";
            foreach (var word in paragraph.Split(' '))
            {
                if (line.Length > 0 && line.Length + 1 + word.Length > most)
                {
                    yield return line;
                    line = "";
                }
                line = line.Length == 0 ? word : $"{line} {word}";
                for (; line.Length > most; line = line[most..]) // a word longer than a line
                    yield return line[..most];
            }
            yield return line;
        }
    }

    private void Glyph(char c, double x, double y, double unit, uint color)
    {
        foreach (var stroke in Glyphs.GetValueOrDefault(c, Box).Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            var points = stroke.Split(' ').Select(p => (X: x + (p[0] - '0') * unit, Y: y + (p[1] - '0') * unit)).ToList();
            for (var i = 0; i < Math.Max(1, points.Count - 1); i++)
                Segment(points[i], points[Math.Min(i + 1, points.Count - 1)], Math.Max(0.7, unit * 0.32), color);
        }
    }

    // Draws a line with round ends. A pixel's coverage depends on its distance from the line.
    private void Segment((double X, double Y) a, (double X, double Y) b, double radius, uint color)
    {
        var reach = radius + 1;
        var (dx, dy) = (b.X - a.X, b.Y - a.Y);
        var length2 = dx * dx + dy * dy;
        for (var y = Math.Max(0, (int)(Math.Min(a.Y, b.Y) - reach)); y < Math.Min(height, Math.Max(a.Y, b.Y) + reach); y++)
        {
            for (var x = Math.Max(0, (int)(Math.Min(a.X, b.X) - reach)); x < Math.Min(width, Math.Max(a.X, b.X) + reach); x++)
            {
                var t = length2 == 0 ? 0 : Math.Clamp(((x - a.X) * dx + (y - a.Y) * dy) / length2, 0, 1);
                var distance = Math.Sqrt(Math.Pow(x - a.X - t * dx, 2) + Math.Pow(y - a.Y - t * dy, 2));
                Mix(ref pixels[y * width + x], color, Math.Clamp(radius + 0.5 - distance, 0, 1));
            }
        }
    }

    private static void Mix(ref uint pixel, uint color, double part)
    {
        var result = 0xFF000000u;
        for (var shift = 0; shift <= 16; shift += 8)
        {
            var (from, to) = (pixel >> shift & 0xFF, color >> shift & 0xFF);
            result |= (uint)Math.Round(from + ((double)to - from) * part) << shift;
        }
        pixel = result;
    }
}
