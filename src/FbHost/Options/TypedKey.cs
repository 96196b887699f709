using System.Text;
using InputEvdev;

namespace FbHost.Options;

/// <summary>Names of keys as people write them: a name of docs/keys.md or one character, with or without prefixes.</summary>
internal static class TypedKey
{
    private static readonly string[] Prefixes = ["control-", "alt-", "shift-"];

    /// <summary>Returns true for the name of a key or one character, with or without prefixes in any order.</summary>
    public static bool IsKey(string name)
    {
        name = Bare(name);
        return KeyNameTable.Has(name)
            || (name.EnumerateRunes().Take(2).Count() == 1 && !Rune.IsControl(name.EnumerateRunes().First()));
    }

    /// <summary>Returns the name with the capitals of docs/keys.md: F5 for f5. Any other text is returned as it is.</summary>
    public static string Canonical(string name)
    {
        var bare = Bare(name);
        return KeyNameTable.Has(bare) || KeyNameTable.All.FirstOrDefault(k => k.Equals(bare, StringComparison.OrdinalIgnoreCase))
            is not { } known ? name : name[..^bare.Length] + known;
    }

    /// <summary>Whether the key repeats while it is held.</summary>
    public static bool MayRepeat(string name)
    {
        var bare = Bare(name);
        return KeyNameTable.MayRepeat(bare) ?? bare.EnumerateRunes().Count() == 1;
    }

    /// <summary>Returns what is wrong with the name of a key; null if nothing is.</summary>
    public static string? Fault(string name) => IsKey(name) ? null
        : (Suggestion.For(Bare(name), KeyNameTable.All) is { } meant ? $"did you mean \"{meant}\"? " : "")
            + "it must be a key: a name of docs/keys.md, such as \"volume-up\" or \"control-left\", or the character that it types";

    private static string Bare(string name)
    {
        while (Array.Find(Prefixes, p => name.Length > p.Length && name.StartsWith(p, StringComparison.Ordinal)) is { } prefix)
            name = name[prefix.Length..];
        return name;
    }
}
