namespace FbHost.Options;

/// <summary>What an action of a button does.</summary>
internal enum ActionKind
{
    /// <summary>Presses a key, as a keyboard does: its name.</summary>
    Key,

    /// <summary>Sends the app in front an event: its text.</summary>
    Event,

    /// <summary>Sends an app a message: the app's name, and the text.</summary>
    Send,

    /// <summary>Does what a command of mmmctl does: its words.</summary>
    Control,

    /// <summary>Starts a program: it and its arguments.</summary>
    Run,
}

/// <summary>An action of a button.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Words">With what.</param>
/// <param name="At">Its place in the configuration.</param>
internal sealed record ButtonAction(ActionKind Kind, string[] Words, JsonValue At)
{
    /// <summary>The bytes of the longest event, and of the longest message: an event ring's slot, with room for <c>message</c>.</summary>
    public const int LongestEvent = 119;

    /// <summary>The app that must be in front; null if any may be.</summary>
    public string? OnlyApp { get; init; }

    /// <summary>The place of <see cref="OnlyApp"/> in the configuration.</summary>
    public JsonValue? OnlyAppAt { get; init; }

    /// <summary>The LED that it sets; null if it sets none.</summary>
    public string? Led => this is { Kind: ActionKind.Control, Words: ["led", var name, _] } ? name : null;

    /// <summary>The apps that it names, and where.</summary>
    public IEnumerable<(string Name, JsonValue At)> Apps
    {
        get
        {
            if (OnlyApp is not null)
                yield return (OnlyApp, OnlyAppAt!);
            if (this is { Kind: ActionKind.Send } or { Kind: ActionKind.Control, Words: ["restart" or "front", _] })
                yield return (Words[Kind == ActionKind.Send ? 0 : 1], At);
        }
    }
}
