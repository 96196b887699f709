namespace Mmm;

/// <summary>
/// Names of keys that type no text, as in <see cref="KeyPressed.Name"/>. A key that types text has that text as its name. With a modifier
/// held, the name has the prefixes <c>control-</c>, <c>alt-</c> and <c>shift-</c>, in this order: <c>control-shift-left</c>. Source:
/// protocol.md section 5. A host can send further names: see docs/keys.md.
/// </summary>
public static class KeyNames
{
#pragma warning disable CS1591 // the identifiers describe themselves
    public const string Up = "up", Down = "down", Left = "left", Right = "right", Home = "home", End = "end", PageUp = "page-up",
        PageDown = "page-down", Insert = "insert", Delete = "delete", Backspace = "backspace", Tab = "tab", Return = "return",
        Escape = "escape", Space = "space";
#pragma warning restore CS1591

    /// <summary>Returns the name of a function key: <c>F1</c> to <c>F12</c>.</summary>
    /// <param name="number">1 to 12.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1 or greater than 12.</exception>
    public static string Function(int number) => number is >= 1 and <= 12
        ? $"F{number}"
        : throw new ArgumentOutOfRangeException(nameof(number), number, "the number of a function key must be 1 to 12");
}
