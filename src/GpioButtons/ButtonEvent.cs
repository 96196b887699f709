namespace GpioButtons;

/// <summary>A button went down or up.</summary>
/// <param name="Index">Which: the place of its <see cref="ButtonConfig"/> in the list that was opened.</param>
/// <param name="Event">Its event text.</param>
/// <param name="Pressed">Down, or else up.</param>
/// <param name="TimestampNs">CLOCK_MONOTONIC, nanoseconds: at the interrupt, or with libgpiod when its thread saw it.</param>
public readonly record struct ButtonEvent(int Index, string Event, bool Pressed, long TimestampNs);
