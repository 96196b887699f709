namespace Mmm;

/// <summary>
/// The names of keys that type no text, and the prefixes of modified ones. Source: protocol.md section 5. Every other key is the
/// UTF-8 text that it types.
/// </summary>
public static class KeyNames
{
#pragma warning disable CS1591 // each is what it says
    public const string Up = "up", Down = "down", Left = "left", Right = "right", Home = "home", End = "end", PageUp = "page-up",
        PageDown = "page-down", Insert = "insert", Delete = "delete", Backspace = "backspace", Tab = "tab", Return = "return",
        Escape = "escape", Space = "space";
#pragma warning restore CS1591

    /// <summary>F1..F12.</summary>
    public static string Function(int number) => number is >= 1 and <= 12
        ? $"F{number}"
        : throw new ArgumentOutOfRangeException(nameof(number), number, "function keys are 1 to 12");
}
