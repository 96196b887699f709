namespace GpioButtons;

/// <summary>
/// Thrown if a chip or line cannot be opened or is gone. The message is one line for people: what is wrong, with which
/// line, and what to do.
/// </summary>
public sealed class GpioLineException(string message) : Exception(message);
