namespace Mmm;

/// <summary>Keys held while another is pressed.</summary>
[Flags]
public enum KeyModifiers
{
    /// <summary>None.</summary>
    None = 0,
    /// <summary>Either Shift key.</summary>
    Shift = 1,
    /// <summary>Either Control key.</summary>
    Control = 2,
    /// <summary>Either Alt key.</summary>
    Alt = 4,
}

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

    /// <summary>
    /// The name with its prefixes in the protocol's order: control-, alt-, shift-. Shift is no prefix of a key that types text, since
    /// the text already shows it.
    /// </summary>
    public static string WithModifiers(KeyModifiers modifiers, string name, bool isText)
    {
        if (isText)
            modifiers &= ~KeyModifiers.Shift;
        return modifiers == KeyModifiers.None ? name : string.Concat(
            modifiers.HasFlag(KeyModifiers.Control) ? "control-" : "",
            modifiers.HasFlag(KeyModifiers.Alt) ? "alt-" : "",
            modifiers.HasFlag(KeyModifiers.Shift) ? "shift-" : "",
            name);
    }
}
