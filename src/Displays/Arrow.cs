namespace Displays;

/// <summary>The picture of a pointer: an arrow with its tip at the top left, black with a white inside.</summary>
internal static class Arrow
{
    /// <summary>The width in pixels.</summary>
    public const int Width = 11;

    // # is black, o white, blank is transparent.
    private static readonly string[] Rows =
    [
        "#", "##", "#o#", "#oo#", "#ooo#", "#oooo#", "#ooooo#", "#oooooo#", "#ooooooo#", "#oooooooo#", "#ooooooooo#", "#oooooo####",
        "#ooo#oo#", "#oo# #oo#", "#o#  #oo#", "##    #oo#", "#     #oo#", "       ##",
    ];

    /// <summary>The height in pixels.</summary>
    public static int Height => Rows.Length;

    /// <summary>Returns a pixel as ARGB; 0 where the picture is transparent.</summary>
    /// <param name="x">From the left, 0 or more.</param>
    /// <param name="y">From the top, 0 to <see cref="Height"/> - 1.</param>
    public static uint At(int x, int y) => x >= Rows[y].Length ? 0 : Rows[y][x] switch { '#' => 0xFF000000, 'o' => 0xFFFFFFFF, _ => 0 };
}
