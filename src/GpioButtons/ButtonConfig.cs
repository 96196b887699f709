namespace GpioButtons;

/// <summary>The resistor of the chip that holds a button's line at its level while the button is released.</summary>
public enum ButtonPull
{
    /// <summary>A pull-up if the button is active low, otherwise a pull-down.</summary>
    Auto,

    /// <summary>None: the board has a resistor of its own.</summary>
    None,

    /// <summary>To the supply.</summary>
    Up,

    /// <summary>To ground.</summary>
    Down,
}

/// <summary>A button on a GPIO line.</summary>
/// <param name="Chip">The N of <c>/dev/gpiochipN</c>, 0 or more.</param>
/// <param name="Line">The line's number on that chip, 0 or more.</param>
/// <param name="ActiveLow">
/// True if a press pulls the line low (a button to ground). Unless <see cref="Pull"/> is set, the line's pull-up is switched on then,
/// otherwise its pull-down.
/// </param>
/// <param name="Event">The name of the button's event, such as <c>return</c>. This library does not interpret it.</param>
/// <param name="Driver">
/// <see cref="CharDev"/>, or <see cref="Libgpiod"/> for System.Device.Gpio's own driver, which polls at least ten times a second and has no
/// debounce.
/// </param>
/// <param name="DebounceMs">
/// Pulses shorter than this are ignored, in milliseconds, 0..1000; 0 switches debouncing off. The kernel does this, or
/// <see cref="Gestures.Debouncer"/> if the chip or the driver cannot.
/// </param>
public sealed record ButtonConfig(
    int Chip, int Line, bool ActiveLow, string Event, string Driver = ButtonConfig.CharDev, int DebounceMs = 5)
{
    /// <summary>The driver that uses the kernel's character device.</summary>
    public const string CharDev = "chardev";

    /// <summary>The driver that uses the library libgpiod.</summary>
    public const string Libgpiod = "libgpiod";

    /// <summary>The label of the chip, such as <c>pinctrl-rp1</c>, in place of <see cref="Chip"/>; null if that applies.</summary>
    public string? ChipLabel { get; init; }

    /// <summary>The name of the line, such as <c>GPIO17</c>, in place of <see cref="Line"/>; null if that applies.</summary>
    public string? LineName { get; init; }

    /// <summary>The chip's resistor at the line.</summary>
    public ButtonPull Pull { get; init; }

    /// <summary>
    /// True for a line of an encoder: its level is read when it is opened (<see cref="ButtonSet.IsPressed"/>), and its first edge counts
    /// whatever it is.
    /// </summary>
    public bool ReadsLevel { get; init; }

    /// <summary>Checks everything that can be checked without the chip.</summary>
    /// <returns>One line for people, or null if the configuration is valid.</returns>
    public string? Validate()
    {
        if (Chip < 0)
            return $"button \"{Event}\": chip {Chip}; must be 0 or more, as in /dev/gpiochip0";
        if (Line < 0)
            return $"button \"{Event}\": line {Line}; must be 0 or more";
        if (string.IsNullOrWhiteSpace(Event))
            return $"button on chip {Chip} line {Line}: no event; set one, such as \"return\"";
        if (Driver is not (CharDev or Libgpiod))
            return $"button \"{Event}\": driver \"{Driver}\"; use \"{CharDev}\" or \"{Libgpiod}\"";
        if (DebounceMs is < 0 or > 1000)
            return $"button \"{Event}\": debounce of {DebounceMs} ms; must be 0 to 1000";
        return null;
    }
}
