namespace Mmm.Protocol;

/// <summary>Modifier keys that are held while another key is pressed.</summary>
[Flags]
internal enum KeyModifiers
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

/// <summary>Key names as they appear in event texts. Source: protocol.md section 5.</summary>
internal static class KeyPrefixes
{
    /// <summary>
    /// Returns the name with its prefixes in the protocol's order: control-, alt-, shift-. A key that types text has no prefix for Shift,
    /// since the text already reflects it.
    /// </summary>
    public static string Add(KeyModifiers modifiers, string name, bool isText)
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
