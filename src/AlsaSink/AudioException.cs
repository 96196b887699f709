namespace AlsaSink;

/// <summary>An output that cannot be opened or cannot go on. The message is one line for people: what, which, remedy.</summary>
public sealed class AudioException(string message) : Exception(message);
