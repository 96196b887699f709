namespace FbHost.Options;

/// <summary>What a key can make the host do.</summary>
internal enum HostAction
{
    /// <summary>Ends the host.</summary>
    Quit,

    /// <summary>Turns the screen off, and on again.</summary>
    Blank,

    /// <summary>Raises the client that is lowest, so that each gets its turn.</summary>
    NextClient,

    /// <summary>Ends the app in the foreground and starts it again.</summary>
    RestartApp,

    /// <summary>Everything is louder by 5 %.</summary>
    VolumeUp,

    /// <summary>Everything is quieter by 5 %.</summary>
    VolumeDown,

    /// <summary>Everything is silent, and heard again.</summary>
    Mute,
}

/// <summary>Keys that the host keeps, and whether the built-in ones are locked: a kiosk's.</summary>
internal sealed record HostKeyOptions(IReadOnlyList<(byte[] Word, HostAction Action)> Keys, bool Lock)
{
    public static readonly HostKeyOptions Default = new([], Lock: false);
}
