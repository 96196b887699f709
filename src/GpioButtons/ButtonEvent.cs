namespace GpioButtons;

/// <summary>A press or release of a button.</summary>
/// <param name="Index">The index of the button's <see cref="ButtonConfig"/> in the list that was opened.</param>
/// <param name="Event">The button's event text.</param>
/// <param name="Pressed">True for a press, false for a release.</param>
/// <param name="TimestampNs">
/// CLOCK_MONOTONIC in nanoseconds: the time of the interrupt; with libgpiod the time at which its thread detected the edge.
/// </param>
public readonly record struct ButtonEvent(int Index, string Event, bool Pressed, long TimestampNs);
