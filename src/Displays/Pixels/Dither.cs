namespace Displays.Pixels;

/// <summary>
/// Ordered dithering by Bayer's 8x8 matrix. The threshold that is added before a colour is rounded down depends only on the pixel's place
/// on the screen, so that a part that is painted later fits its surroundings. Thresholds are 1 to 253 of 255, so that black
/// and white are not changed.
/// </summary>
internal static class Dither
{
    public const int Period = 8;

    /// <summary>The threshold that rounds to nearest.</summary>
    public const uint Nearest = 127;

    private const int RowLength = 3 * Period; // a vector of up to 16 thresholds can be loaded from each of the first eight
    private const int Off = Period; // the row behind the matrix, which rounds to nearest everywhere
    private static readonly uint[] Thresholds = Make();

    /// <summary>
    /// Returns the thresholds of a screen row: column x has index x % 8. More thresholds follow, so that vectors can be loaded.
    /// </summary>
    public static ReadOnlySpan<uint> Row(int y, bool on) => Thresholds.AsSpan((on ? y & (Period - 1) : Off) * RowLength, RowLength);

    private static uint[] Make()
    {
        var thresholds = new uint[(Period + 1) * RowLength];
        for (var y = 0; y <= Period; y++)
            for (var x = 0; x < RowLength; x++)
                thresholds[y * RowLength + x] = y == Off ? Nearest : (2 * Bayer(x & (Period - 1), y) + 1) * 255 / 128;
        return thresholds;
    }

    // Returns 0 to 63: the bits of x ^ y and of y alternately, in reversed order.
    private static uint Bayer(int x, int y)
    {
        var value = 0;
        for (var bit = 0; bit < 3; bit++)
            value = value << 2 | (((x ^ y) >> bit) & 1) << 1 | ((y >> bit) & 1);
        return (uint)value;
    }
}
