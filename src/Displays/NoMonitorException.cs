namespace Displays;

/// <summary>
/// The reason, as an inner exception, that a display cannot be opened yet: the card can be used, and no monitor is connected to it.
/// </summary>
internal sealed class NoMonitorException : Exception;
