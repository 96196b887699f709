using System.Text;

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
    private static readonly (string Prefix, KeyModifiers Modifier)[] Ordered =
        [("control-", KeyModifiers.Control), ("alt-", KeyModifiers.Alt), ("shift-", KeyModifiers.Shift)];

    /// <summary>
    /// Returns the name with its prefixes in the protocol's order: control-, alt-, shift-. A key that types text has no prefix for Shift,
    /// since the text already reflects it; but a letter with Control is a small letter with a prefix for Shift.
    /// </summary>
    public static string Add(KeyModifiers modifiers, string name, bool isText)
    {
        if (isText && modifiers.HasFlag(KeyModifiers.Control) && IsLetter(name))
            name = name.ToLowerInvariant();
        else if (isText)
            modifiers &= ~KeyModifiers.Shift;
        return string.Concat(Ordered.Where(o => modifiers.HasFlag(o.Modifier)).Select(o => o.Prefix)) + name;
    }

    /// <summary>
    /// Returns the name with its prefixes in the order of the original's SDL hosts: shift-, alt-, control-. With Control or Alt, a key that
    /// types text has its text without Shift.
    /// </summary>
    /// <param name="modifiers">The modifiers that are held.</param>
    /// <param name="name">The name, or the text that the key types.</param>
    /// <param name="isText">True for a text.</param>
    /// <param name="baseText">The text that the key types without Shift; empty if it is not known.</param>
    public static string AddSdl(KeyModifiers modifiers, string name, bool isText, string baseText)
    {
        if (isText && (modifiers & (KeyModifiers.Control | KeyModifiers.Alt)) == 0)
            return name;
        if (isText)
            name = baseText.Length > 0 ? baseText : name.ToLowerInvariant();
        return string.Concat(Ordered.Reverse().Where(o => modifiers.HasFlag(o.Modifier)).Select(o => o.Prefix)) + name;
    }

    /// <summary>Returns the name of a key without its prefixes, and the prefixes.</summary>
    public static (KeyModifiers Modifiers, string Name) Split(string word)
    {
        var modifiers = KeyModifiers.None;
        foreach (var (prefix, modifier) in Ordered)
        {
            if (word.Length > prefix.Length && word.StartsWith(prefix, StringComparison.Ordinal))
                (modifiers, word) = (modifiers | modifier, word[prefix.Length..]);
        }
        return (modifiers, word);
    }

    /// <summary>True for a text that is one letter.</summary>
    public static bool IsLetter(string text) =>
        Rune.TryGetRuneAt(text.Length > 0 ? text : "\0", 0, out var rune) && rune.Utf16SequenceLength == text.Length && Rune.IsLetter(rune);
}
