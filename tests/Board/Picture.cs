using System.Text;

namespace Board.Tests;

/// <summary>A picture of 0xRRGGBB pixels, top left first.</summary>
internal sealed class Picture(int width, int height, int[] pixels)
{
    public int Width => width;

    public int Height => height;

    public int[] Pixels => pixels;

    public int At(int x, int y) => pixels[y * width + x];

    /// <summary>The same colour everywhere.</summary>
    public bool IsPlain => !pixels.AsSpan().ContainsAnyExcept(pixels[0]);

    public int Count(Func<int, bool> match) => pixels.Count(match);

    /// <summary>How many pixels differ, of those that <paramref name="where"/> names (all without it).</summary>
    public int Differences(Picture other, bool[]? where = null)
    {
        if (other.Width != width || other.Height != height)
            return width * height;
        var count = 0;
        for (var i = 0; i < pixels.Length; i++)
        {
            if (pixels[i] != other.Pixels[i] && (where is null || where[i]))
                count++;
        }
        return count;
    }

    /// <summary>Turned clockwise, by 0, 90, 180 or 270 degrees: at 90, pixel x,y becomes Height-1-y,x.</summary>
    public Picture Turned(int degrees)
    {
        if (degrees == 0)
            return this;
        var turned = new int[pixels.Length];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                turned[x * height + height - 1 - y] = At(x, y);
        }
        return new Picture(height, width, turned).Turned(degrees - 90);
    }

    /// <summary>A binary PPM (P6, 255), as QEMU's screendump writes it.</summary>
    public static Picture FromPpm(ReadOnlySpan<byte> data)
    {
        Span<int> header = stackalloc int[3];
        var at = 2;
        for (var field = 0; field < 3; field++)
        {
            while (char.IsWhiteSpace((char)data[at]))
                at++;
            for (; char.IsAsciiDigit((char)data[at]); at++)
                header[field] = header[field] * 10 + (data[at] - '0');
        }
        if (Encoding.ASCII.GetString(data[..2]) != "P6" || header[2] != 255)
            throw new InvalidDataException("not a P6 PPM of 8 bits");
        var rgb = data[(at + 1)..];
        var pixels = new int[header[0] * header[1]];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = rgb[i * 3] << 16 | rgb[i * 3 + 1] << 8 | rgb[i * 3 + 2];
        return new Picture(header[0], header[1], pixels);
    }
}
