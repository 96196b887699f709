using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using InputEvdev;
using Mmm.Protocol;

namespace FbHost.Options;

/// <summary>The objects "keyboard" and "keys" of "input"; see docs/configuration.md and docs/keys.md.</summary>
internal static class KeyboardConfig
{
    private const int LongestNames = 199;

    private sealed class Draft
    {
        public KeyboardOptions Keyboard { get; set; } = new();

        public IReadOnlyList<(byte[], HostAction)> Keys { get; set; } = [];

        public bool IsLocked { get; set; }
    }

    public static ConfigKey<ServeOptions> Keyboard() =>
        new ConfigKey<ServeOptions, Draft>("keyboard", new ObjectType<Draft>(() => new Draft(),
    [
        new ConfigKey<Draft, string>("layout", Names, (d, v) => d.Keyboard = d.Keyboard with { Layout = v }, "XKB layouts, as in us,de."),
        new ConfigKey<Draft, string>("variant", Names, (d, v) => d.Keyboard = d.Keyboard with { Variant = v }, "XKB variants."),
        new ConfigKey<Draft, string>("options", Names, (d, v) => d.Keyboard = d.Keyboard with { Options = v }, "XKB options."),
        new ConfigKey<Draft, string>("model", Names, (d, v) => d.Keyboard = d.Keyboard with { Model = v }, "The XKB model."),
        new ConfigKey<Draft, string>("keymap", ConfigTypes.FullPath, (d, v) => d.Keyboard = d.Keyboard with { Keymap = v },
            "A file with a complete keymap, instead of these names."),
        new ConfigKey<Draft, string>("compose", ConfigTypes.FullPath, (d, v) => d.Keyboard = d.Keyboard with { Compose = v },
            "A file of compose sequences."),
        new ConfigKey<Draft, int>("repeatDelayMs", new IntegerType(50, 10_000),
            (d, v) => d.Keyboard = d.Keyboard with { RepeatDelayMs = v }, "The time until a held key repeats, in milliseconds.", "500"),
        new ConfigKey<Draft, int>("repeatRate", new IntegerType(0, 100), (d, v) => d.Keyboard = d.Keyboard with { RepeatRate = v },
            "Repeats per second; 0 for none.", "30"),
        new ConfigKey<Draft, int>("duplicateMs", new IntegerType(0, 1000), (d, v) => d.Keyboard = d.Keyboard with { DuplicateMs = v },
            "How long after a press the same key of another device is the same press, in milliseconds; 0 for never.", "100"),
        new ConfigKey<Draft, bool>("numLock", ConfigTypes.Flag, (d, v) => d.Keyboard = d.Keyboard with { NumLock = v },
            "Whether NumLock is on at the start.", "true"),
    ], d => d.Keyboard is { Keymap: not null } k && (k.Layout ?? k.Variant ?? k.Options ?? k.Model) is not null
        ? "\"keymap\" is a whole keymap; leave out layout, variant, options and model, or it"
        : null), (o, v) => o.Keyboard = v.Keyboard, "What keys type and how they repeat.");

    public static ConfigKey<ServeOptions> Keys() => new ConfigKey<ServeOptions, Draft>("keys", new ObjectType<Draft>(() => new Draft(),
    [
        new ConfigKey<Draft, IReadOnlyList<KeyValuePair<string, int>>>("host", HostKeyMap,
            (d, v) => d.Keys = [.. v.Select(k => (Encoding.UTF8.GetBytes(k.Key), (HostAction)k.Value))],
            "Keys and what the host does when they are pressed."),
        new ConfigKey<Draft, bool>("lock", ConfigTypes.Flag, (d, v) => d.IsLocked = v,
            "Whether the host's own keys, such as Ctrl+Alt+Backspace, have no effect.", "false"),
    ]), (o, v) => o.HostKeys = new HostKeyOptions(v.Keys, v.IsLocked), "The keys that the host handles itself.");

    // Names as xkb accepts them: letters, digits and separators. Anything else is an error that the library would not report clearly.
    public static TextType Names { get; } = new(
        t => t.Length is > 0 and <= LongestNames && t.All(c => char.IsAsciiLetterOrDigit(c) || "_-,:()+|".Contains(c))
            ? null
            : "it must be names as xkb has them, as in \"de\", \"us,ru\" or \"compose:ralt\"");

    // In the order of the enumeration.
    private static readonly MapType<int> HostKeyMap = new(KeyFault,
        new WordType("quit", "blank", "next-client", "restart-app", "volume-up", "volume-down", "mute", "full-screen", "rotate",
            "screenshot", "power-off", "reboot"));

    private static string? KeyFault(string key) =>
        InsteadOf(key) is { } meant ? $"no key is \"{key}\": a letter with Control is a small letter; use \"{meant}\""
        : IsKey(key) ? null
        : $"\"{key}\" is not a key; it must be a name of docs/keys.md or one character, after control-, alt-, shift- in this order";

    // What a capital letter with Control is called.
    private static string? InsteadOf(string word)
    {
        var (modifiers, name) = KeyPrefixes.Split(word);
        return modifiers.HasFlag(KeyModifiers.Control) && KeyPrefixes.IsLetter(name) && name != name.ToLowerInvariant()
            ? KeyPrefixes.Add(modifiers | KeyModifiers.Shift, name, isText: true)
            : null;
    }

    private static bool IsKey(string word)
    {
        var (_, name) = KeyPrefixes.Split(word);
        var isCharacter = Rune.TryGetRuneAt(name.Length > 0 ? name : "\0", 0, out var rune)
            && rune.Utf16SequenceLength == name.Length && !Rune.IsControl(rune) && rune.Value != ' ';
        return isCharacter || KeyNameTable.Has(name);
    }
}
