using Mmm;

namespace FbHost.Screens;

/// <summary>
/// Draws text with a bitmap font, since a system without a desktop has no fonts. A character that the font does not have is drawn as a box.
/// Each pixel of the font becomes a square of one colour, so that nothing is left to dither on a display with few colours.
/// </summary>
internal sealed class BitmapText(uint[] pixels, int width, int height, BitmapFont font)
{
    /// <summary>Draws text, which is wrapped into as many lines as necessary. Returns the y below the last line.</summary>
    /// <param name="text">Line breaks are kept.</param>
    /// <param name="left">Pixels; the right edge keeps the same distance.</param>
    /// <param name="top">The top of the first line, pixels.</param>
    /// <param name="scale">Pixels of the screen for one of the font, from 1.</param>
    /// <param name="color">The colour of the letters.</param>
    public int Write(string text, int left, int top, int scale, PixelColor color)
    {
        var most = Math.Max(1, (width - 2 * left) / (font.Width * scale));
        var y = top;
        foreach (var line in Lines(text, most))
        {
            for (var i = 0; i < line.Length && y < height; i++)
                Glyph(line[i], left + i * font.Width * scale, y, scale, color.Argb);
            y += font.Height * scale;
        }
        return y;
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

    private void Glyph(char c, int x, int y, int scale, uint color)
    {
        var rows = font.Rows(c);
        for (var row = 0; row < font.Height; row++)
        {
            for (var column = 0; column < font.Width; column++)
            {
                if (rows.IsEmpty ? IsBox(column, row) : (rows[row] << column & 0x80) != 0)
                    Square(x + column * scale, y + row * scale, scale, color);
            }
        }
    }

    // The outline of a character cell, with a gap to its neighbours.
    private bool IsBox(int column, int row)
    {
        var (right, bottom) = (font.Width - 2, font.Height - 3);
        return column <= right && row >= 1 && row <= bottom && (column == 0 || column == right || row == 1 || row == bottom);
    }

    private void Square(int x, int y, int size, uint color)
    {
        for (var row = y; row < Math.Min(y + size, height); row++)
        {
            for (var column = x; column < Math.Min(x + size, width); column++)
                pixels[row * width + column] = color;
        }
    }
}
