namespace AlsaSink;

/// <summary>
/// Thrown if an output cannot be opened or cannot continue. The message is one line for people: what is wrong, with which
/// device, and what to do.
/// </summary>
public sealed class AudioException(string message) : Exception(message);
