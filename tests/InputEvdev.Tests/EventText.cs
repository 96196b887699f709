using System.Globalization;

namespace InputEvdev.Tests;

/// <summary>
/// Typed events as short text: "press KEY_A", "down 0 0.5,0.25" (button, position), "move#1 0.5,0.25" (of the second finger),
/// "motion 3,-1", "scroll 0,1"; behind it " p0.5" and " s0.1" where there is a pressure or a size. Four decimals.
/// </summary>
internal static class EventText
{
    public static string Of(in InputEvent e) => e.Kind switch
    {
        InputKind.KeyPress => $"press {e.Key}",
        InputKind.KeyRepeat => $"repeat {e.Key}",
        InputKind.KeyRelease => $"release {e.Key}",
        InputKind.PointerMove => $"{(e.IsRelative ? "motion" : "move" + Finger(e))} {Pair(e.X, e.Y)}{Contact(e)}",
        InputKind.PointerDown => $"down{Finger(e)} {e.Button} {Pair(e.X, e.Y)}{Contact(e)}",
        InputKind.PointerUp => $"up{Finger(e)} {e.Button} {Pair(e.X, e.Y)}{Contact(e)}",
        InputKind.Scroll => $"scroll {Pair(e.ScrollX, e.ScrollY)}",
        _ => "?",
    };

    private static string Finger(in InputEvent e) => e.Finger == 0 ? "" : $"#{e.Finger}";

    private static string Contact(in InputEvent e) =>
        (e.Pressure > 0 ? $" p{Number(e.Pressure)}" : "") + (e.Size > 0 ? $" s{Number(e.Size)}" : "");

    private static string Pair(double x, double y) => $"{Number(x)},{Number(y)}";

    private static string Number(double value) => (Math.Round(value, 4) + 0.0).ToString(CultureInfo.InvariantCulture);
}
