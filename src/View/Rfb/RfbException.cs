namespace View.Rfb;

/// <summary>A viewer breaks the protocol, or is refused. The message is for the log.</summary>
internal sealed class RfbException(string message) : Exception(message);
