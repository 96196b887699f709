namespace GpioButtons.Gestures;

/// <summary>What a person did with a button.</summary>
public enum Gesture
{
    /// <summary>The button went down.</summary>
    Press,

    /// <summary>The button went up. Every press is followed by exactly one release.</summary>
    Release,

    /// <summary>The button went down and up before a long press or a repeat, and no second press followed in time.</summary>
    Click,

    /// <summary>The button went down for the second time. No click, long press or repeat follows from this press.</summary>
    DoubleClick,

    /// <summary>The button has been down for the hold time. No click follows.</summary>
    LongPress,

    /// <summary>The button is still down, again and again. No click follows.</summary>
    Repeat,
}

/// <summary>A gesture of a button or chord.</summary>
/// <param name="Index">The index of its <see cref="GestureRules"/>.</param>
/// <param name="Gesture">What was done.</param>
/// <param name="TimestampNs">When it was done: the time of the edge, or the time at which the gesture was complete.</param>
public readonly record struct GestureEvent(int Index, Gesture Gesture, long TimestampNs);

/// <summary>Which gestures a button or chord has. A time of 0 means that it does not have the gesture. All times in nanoseconds.</summary>
public sealed record GestureRules
{
    /// <summary>How long a long press is.</summary>
    public long HoldNs { get; init; }

    /// <summary>How soon after a click the second press of a double click must come. A click is reported that much later.</summary>
    public long DoubleClickNs { get; init; }

    /// <summary>The time from the press to the first repeat.</summary>
    public long RepeatDelayNs { get; init; }

    /// <summary>The time from one repeat to the next; 0 for no repeats.</summary>
    public long RepeatNs { get; init; }

    /// <summary>The indices of the buttons that make up this chord; empty for a button. A chord must not contain a chord.</summary>
    public IReadOnlyList<int> Members { get; init; } = [];

    /// <summary>For a chord: within which time its members must be pressed.</summary>
    public long WindowNs { get; init; }
}
