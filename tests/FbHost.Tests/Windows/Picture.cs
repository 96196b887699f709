using System.Text;

namespace FbHost.Tests.Windows;

/// <summary>A picture, as 0xRRGGBB.</summary>
internal sealed record Picture(int Width, int Height, int[] Pixels)
{
    public int this[int x, int y] => Pixels[y * Width + x];

    /// <summary>Reads a PPM of the kind P6 with 255 levels, as grim and ImageMagick write it.</summary>
    public static Picture OfPpm(byte[] ppm)
    {
        var at = 0;
        Assert.Equal("P6", Word());
        var (width, height) = (int.Parse(Word()), int.Parse(Word()));
        Assert.Equal("255", Word());
        var pixels = new int[width * height];
        for (var i = 0; i < pixels.Length; i++, at += 3)
            pixels[i] = ppm[at] << 16 | ppm[at + 1] << 8 | ppm[at + 2];
        return new Picture(width, height, pixels);

        string Word()
        {
            var start = at;
            while (!char.IsWhiteSpace((char)ppm[at]))
                at++;
            return Encoding.ASCII.GetString(ppm, start, at++ - start);
        }
    }

    /// <summary>The part with that corner and size.</summary>
    public Picture Part(int x, int y, int width, int height) => new(width, height,
        [.. Enumerable.Range(0, width * height).Select(i => this[x + i % width, y + i / width])]);

    /// <summary>The picture that the host has, by its control socket.</summary>
    public static Picture OfHost(MmmHost host)
    {
        using var control = new ControlClient(host.Path);
        var answer = control.Ask("screenshot");
        var (width, height) = (answer.GetProperty("width").GetInt32(), answer.GetProperty("height").GetInt32());
        var bytes = control.ReadBytes(answer.GetProperty("bytes").GetInt32());
        return OfXrgb(width, height, bytes);
    }

    /// <summary>Of XRGB8888 rows without gaps.</summary>
    public static Picture OfXrgb(int width, int height, byte[] bytes) => new(width, height,
        [.. Enumerable.Range(0, width * height).Select(i => BitConverter.ToInt32(bytes, i * 4) & 0xFFFFFF)]);

    /// <summary>True if both have the same size and pixels.</summary>
    public bool IsSame(Picture other) => (Width, Height) == (other.Width, other.Height) && Pixels.AsSpan().SequenceEqual(other.Pixels);
}
