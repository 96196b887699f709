namespace GpioButtons;

/// <summary>A driver that can ignore short pulses, and reports lines that it has lost.</summary>
internal interface ILineDriver
{
    /// <summary>Receives the number of a line that has failed, for example because its chip was unplugged, and one line for people.
    /// </summary>
    Action<int, string>? Lost { get; set; }

    /// <summary>Makes the driver ignore pulses that are shorter than a period.</summary>
    /// <param name="line">An open line.</param>
    /// <param name="microseconds">The period; 0 switches debouncing off.</param>
    /// <exception cref="GpioLineException">
    /// The driver cannot. It may also be thrown when the line's mode or edges are set.
    /// </exception>
    void SetDebounce(int line, uint microseconds);
}
