using System.Text;
using InputEvdev;

namespace FbHost.Options;

/// <summary>The objects "keyboard" and "keys" of "input"; see docs/configuration.md and docs/keys.md.</summary>
internal static class KeyboardConfig
{
    /// <exception cref="Mmm.MmmException">The configuration is not valid. The message is one line with the file, the line, the key and what
    /// it must be.</exception>
    public static KeyboardOptions Keyboard(JsonValue v)
    {
        var options = new KeyboardOptions();
        v.Members(
            ("layout", x => options = options with { Layout = Names(x) }),
            ("variant", x => options = options with { Variant = Names(x) }),
            ("options", x => options = options with { Options = Names(x) }),
            ("model", x => options = options with { Model = Names(x) }),
            ("keymap", x => options = options with { Keymap = FilePath(x) }),
            ("compose", x => options = options with { Compose = FilePath(x) }),
            ("repeatDelayMs", x => options = options with { RepeatDelayMs = x.Integer(50, 10_000) }),
            ("repeatRate", x => options = options with { RepeatRate = x.Integer(0, 100) }),
            ("numLock", x => options = options with { NumLock = x.Flag }));
        if (options.Keymap is not null && (options.Layout ?? options.Variant ?? options.Options ?? options.Model) is not null)
            throw v.Fault("\"keymap\" is a whole keymap; leave out layout, variant, options and model, or it");
        return options;
    }

    /// <inheritdoc cref="Keyboard"/>
    public static HostKeyOptions Keys(JsonValue v)
    {
        var keys = new List<(byte[], HostAction)>();
        var locked = false;
        v.Members(
            ("host", x => keys = [.. x.Entries.Select(e => (Word(e.Key, e.Value), Action(e.Value)))]),
            ("lock", x => locked = x.Flag));
        return new HostKeyOptions(keys, locked);
    }

    // Names as xkb accepts them: letters, digits and separators. Anything else is an error that the library would not report clearly.
    private static string Names(JsonValue v) =>
        v.Text.Length is > 0 and < 200 && v.Text.All(c => char.IsAsciiLetterOrDigit(c) || "_-,:()+|".Contains(c))
        ? v.Text
        : throw v.Fault("it must be names as xkb has them, as in \"de\", \"us,ru\" or \"compose:ralt\"");

    private static string FilePath(JsonValue v) => v.Text.StartsWith('/') ? v.Text : throw v.Fault("it must be the full path of a file");

    private static HostAction Action(JsonValue v) => v.Text switch
    {
        "quit" => HostAction.Quit,
        "blank" => HostAction.Blank,
        "next-client" => HostAction.NextClient,
        "restart-app" => HostAction.RestartApp,
        "volume-up" => HostAction.VolumeUp,
        "volume-down" => HostAction.VolumeDown,
        "mute" => HostAction.Mute,
        _ => throw v.Fault("it must be \"quit\", \"blank\", \"next-client\", \"restart-app\", \"volume-up\", \"volume-down\" or \"mute\""),
    };

    private static byte[] Word(string word, JsonValue v)
    {
        var name = word;
        foreach (var prefix in (ReadOnlySpan<string>)["control-", "alt-", "shift-"])
        {
            if (name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal))
                name = name[prefix.Length..];
        }
        var isCharacter = Rune.TryGetRuneAt(name.Length > 0 ? name : "\0", 0, out var rune)
            && rune.Utf16SequenceLength == name.Length && !Rune.IsControl(rune) && rune.Value != ' ';
        return isCharacter || KeyNameTable.Has(name)
            ? Encoding.UTF8.GetBytes(word)
            : throw v.Fault($"\"{word}\" is not a key; it must be a name of docs/keys.md or one character, "
                + "after control-, alt-, shift- in this order");
    }
}
