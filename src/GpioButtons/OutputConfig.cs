namespace GpioButtons;

/// <summary>An output on a GPIO line, such as an LED.</summary>
/// <param name="Name">The name of the output, with which messages begin.</param>
/// <param name="Chip">The N of <c>/dev/gpiochipN</c>, 0 or more.</param>
/// <param name="Line">The line's number on that chip, 0 or more.</param>
/// <param name="ActiveLow">True if the output is on while the line is low.</param>
public sealed record OutputConfig(string Name, int Chip, int Line, bool ActiveLow)
{
    /// <summary>The label of the chip, such as <c>pinctrl-rp1</c>, in place of <see cref="Chip"/>; null if that applies.</summary>
    public string? ChipLabel { get; init; }

    /// <summary>The name of the line, such as <c>GPIO17</c>, in place of <see cref="Line"/>; null if that applies.</summary>
    public string? LineName { get; init; }

    /// <summary>The line for people, such as <c>line 17 of gpiochip0</c> or <c>line GPIO17 of pinctrl-rp1</c>.</summary>
    public string Place => $"line {LineName ?? $"{Line}"} of {ChipLabel ?? $"gpiochip{Chip}"}";
}
