using GpioButtons;
using GpioButtons.Gestures;

namespace FbHost.Options;

/// <summary>What a button does while the screen is off.</summary>
internal enum WhenBlank
{
    /// <summary>Its press turns the screen on, and does nothing else.</summary>
    Wake,

    /// <summary>It acts, and the screen stays off.</summary>
    Act,

    /// <summary>Its press turns the screen on, and it acts.</summary>
    WakeAndAct,

    /// <summary>Nothing.</summary>
    Ignore,
}

/// <summary>An object of "buttons": one of <see cref="Line"/>, <see cref="Key"/>, <see cref="Members"/>, <see cref="Encoder"/> and
/// <see cref="Keypad"/> is set.</summary>
/// <param name="Label">What people know it by: its name, its event, or where it is.</param>
/// <param name="At">Its place in the configuration.</param>
internal sealed record ButtonEntry(string Label, JsonValue At)
{
    /// <summary>The places of the actions of an encoder in <see cref="On"/>, after those of the gestures.</summary>
    public const int Left = (int)Gesture.Repeat + 1, Right = Left + 1, Gestures = Right + 1;

    /// <summary>The name that chords use; null if it has none.</summary>
    public string? Name { get; init; }

    /// <summary>The event that is sent while it is pressed; null if there is none.</summary>
    public string? Event { get; init; }

    /// <summary>The GPIO line; null if it is something else.</summary>
    public ButtonConfig? Line { get; init; }

    /// <summary>The name of the key of any input device.</summary>
    public string? Key { get; init; }

    /// <summary>The names of the buttons of a chord.</summary>
    public IReadOnlyList<string> Members { get; init; } = [];

    /// <summary>The lines of an encoder, and the steps from one detent to the next.</summary>
    public (ButtonConfig A, ButtonConfig B, int Steps)? Encoder { get; init; }

    /// <summary>The keypad.</summary>
    public KeypadConfig? Keypad { get; init; }

    /// <summary>Its gestures, without the members of a chord.</summary>
    public GestureRules Rules { get; init; } = new();

    /// <summary>The actions by the number of the <see cref="Gesture"/>, then <see cref="Left"/> and <see cref="Right"/>.</summary>
    public IReadOnlyList<IReadOnlyList<ButtonAction>> On { get; init; } = [];

    /// <summary>What it does while the screen is off; null if it is not said.</summary>
    public WhenBlank? WhenBlank { get; init; }
}
