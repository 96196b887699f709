namespace Displays.Pixels;

/// <summary>FB_VISUAL_*, with names and numbers as in linux/fb.h.</summary>
internal enum PixelVisual
{
    Mono01 = 0, // 1 is black
    Mono10 = 1, // 1 is white
    TrueColor = 2,
    PseudoColor = 3,
    DirectColor = 4,
    StaticPseudoColor = 5,
    FourCc = 6,
}
