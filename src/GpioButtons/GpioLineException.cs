namespace GpioButtons;

/// <summary>A chip or line that cannot be had or is gone. The message is one line for people: what, which, remedy.</summary>
public sealed class GpioLineException(string message) : Exception(message);
