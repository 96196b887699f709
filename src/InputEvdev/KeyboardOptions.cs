namespace InputEvdev;

/// <summary>What the keys of all keyboards type, and how they repeat. If no keymap option is set, the built-in US map is used.</summary>
public sealed record KeyboardOptions
{
    /// <summary>XKB layouts, as in "de" or "us,ru"; null if none are configured.</summary>
    public string? Layout { get; init; }

    /// <summary>XKB variants of the layouts, as in "nodeadkeys" or ",phonetic"; null if none are configured.</summary>
    public string? Variant { get; init; }

    /// <summary>XKB options, as in "compose:ralt,grp:alt_shift_toggle"; null if none are configured.</summary>
    public string? Options { get; init; }

    /// <summary>XKB model, as in "pc105"; null for the default of the XKB rules.</summary>
    public string? Model { get; init; }

    /// <summary>A file with a whole keymap, as xkbcli compile-keymap prints it, used in place of layouts; null if not configured.</summary>
    public string? Keymap { get; init; }

    /// <summary>A file of compose sequences in the format of ~/.XCompose; null for the sequences of the locale.</summary>
    public string? Compose { get; init; }

    /// <summary>The time in milliseconds that a key is held before it repeats.</summary>
    public int RepeatDelayMs { get; init; } = 500;

    /// <summary>The number of repeats in a second; 0 if keys do not repeat.</summary>
    public int RepeatRate { get; init; } = 30;

    /// <summary>
    /// How long after a press, in milliseconds, the same key of another device is the same press; also while it is held. 0 if never.
    /// </summary>
    public int DuplicateMs { get; init; } = 100;

    /// <summary>Whether NumLock is on at the start, so that the keypad types digits.</summary>
    public bool NumLock { get; init; } = true;

    /// <summary>True if libxkbcommon is needed for these options.</summary>
    public bool NeedsXkb => (Layout ?? Variant ?? Options ?? Model ?? Keymap ?? Compose) != null;
}
