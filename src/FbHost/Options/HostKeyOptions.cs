namespace FbHost.Options;

/// <summary>An action of the host that a key can trigger.</summary>
internal enum HostAction
{
    /// <summary>Ends the host.</summary>
    Quit,

    /// <summary>Turns the screen off, or on if it is off.</summary>
    Blank,

    /// <summary>Raises the lowest client, so that repeated use shows each client in turn.</summary>
    NextClient,

    /// <summary>Ends the app in the foreground and starts it again.</summary>
    RestartApp,

    /// <summary>Raises the master volume by 5 %.</summary>
    VolumeUp,

    /// <summary>Lowers the master volume by 5 %.</summary>
    VolumeDown,

    /// <summary>Mutes or unmutes all sound.</summary>
    Mute,

    /// <summary>Makes the host's window cover the screen, or gives it its former size. Has no effect if the host is no window.</summary>
    FullScreen,

    /// <summary>Rotates the panel by 90 degrees.</summary>
    Rotate,

    /// <summary>Writes the picture to a file in the working directory.</summary>
    Screenshot,

    /// <summary>Shuts the machine down in order.</summary>
    PowerOff,

    /// <summary>Shuts the machine down in order, and starts it again.</summary>
    Reboot,
}

/// <summary>The keys that the host handles itself, and whether the built-in ones are disabled, as for a kiosk.</summary>
internal sealed record HostKeyOptions(IReadOnlyList<(byte[] Word, HostAction Action)> Keys, bool Lock)
{
    public static readonly HostKeyOptions Default = new([], Lock: false);
}
