namespace GpioButtons;

/// <summary>A button on a GPIO line.</summary>
/// <param name="Chip">N of <c>/dev/gpiochipN</c>, 0 or more.</param>
/// <param name="Line">The line's number on that chip, 0 or more.</param>
/// <param name="ActiveLow">
/// Whether pressing pulls the line low (a button to ground): then the line's pull-up is switched on, else its pull-down.
/// </param>
/// <param name="Event">What the button stands for, such as <c>return</c>; the text means nothing here.</param>
/// <param name="Driver">
/// <see cref="CharDev"/>, or <see cref="Libgpiod"/> for System.Device.Gpio's own driver (polls ten times a second or more, no debounce).
/// </param>
/// <param name="DebounceMs">Pulses shorter than this are ignored by the kernel, milliseconds, 0..1000; 0 is none.</param>
public sealed record ButtonConfig(
    int Chip, int Line, bool ActiveLow, string Event, string Driver = ButtonConfig.CharDev, int DebounceMs = 5)
{
    /// <summary>The driver on the kernel's character device.</summary>
    public const string CharDev = "chardev";

    /// <summary>The driver on the library libgpiod.</summary>
    public const string Libgpiod = "libgpiod";

    /// <summary>Checks what can be checked without the chip.</summary>
    /// <returns>One line for people, or null if all is right.</returns>
    public string? Validate()
    {
        if (Chip < 0)
            return $"button \"{Event}\": chip {Chip}; must be 0 or more, as in /dev/gpiochip0";
        if (Line < 0)
            return $"button \"{Event}\": line {Line}; must be 0 or more";
        if (string.IsNullOrWhiteSpace(Event))
            return $"button on chip {Chip} line {Line}: no event; give it one, such as \"return\"";
        if (Driver is not (CharDev or Libgpiod))
            return $"button \"{Event}\": driver \"{Driver}\"; use \"{CharDev}\" or \"{Libgpiod}\"";
        if (DebounceMs is < 0 or > 1000)
            return $"button \"{Event}\": debounce of {DebounceMs} ms; must be 0 to 1000";
        return null;
    }
}
