namespace InputEvdev;

/// <summary>What the keys of all keyboards type, and how they repeat. Nothing set: the built-in US map.</summary>
public sealed record KeyboardOptions
{
    /// <summary>XKB layouts, as in "de" or "us,ru"; null: none asked for.</summary>
    public string? Layout { get; init; }

    /// <summary>XKB variants of the layouts, as in "nodeadkeys" or ",phonetic"; null: none.</summary>
    public string? Variant { get; init; }

    /// <summary>XKB options, as in "compose:ralt,grp:alt_shift_toggle"; null: none.</summary>
    public string? Options { get; init; }

    /// <summary>XKB model, as in "pc105"; null: the rules' own choice.</summary>
    public string? Model { get; init; }

    /// <summary>A file with a whole keymap, as xkbcli compile-keymap prints it, instead of layouts; null: none.</summary>
    public string? Keymap { get; init; }

    /// <summary>A file of compose sequences, as ~/.XCompose; null: the locale's.</summary>
    public string? Compose { get; init; }

    /// <summary>Milliseconds that a key is held before it repeats.</summary>
    public int RepeatDelayMs { get; init; } = 500;

    /// <summary>Repeats a second; 0: keys do not repeat.</summary>
    public int RepeatRate { get; init; } = 30;

    /// <summary>Whether NumLock is on at first: the keypad then types digits.</summary>
    public bool NumLock { get; init; } = true;

    /// <summary>True when libxkbcommon is needed.</summary>
    public bool NeedsXkb => (Layout ?? Variant ?? Options ?? Model ?? Keymap ?? Compose) != null;
}
