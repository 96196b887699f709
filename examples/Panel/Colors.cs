using SkiaSharp;

namespace PanelExample;

internal static class Colors
{
    public static readonly SKColor Ground = new(0x10, 0x20, 0x2C), Raised = new(0x38, 0x50, 0x5F), Bright = new(0xFF, 0xC0, 0x30),
        Ink = new(0xF0, 0xF4, 0xF8);
}
