namespace Mmm;

/// <summary>Something that a person can mend: the message is one line that says what failed, with which thing, and the remedy.</summary>
public sealed class MmmException(string message) : Exception(message);
