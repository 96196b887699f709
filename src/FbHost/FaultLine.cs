using AlsaSink;
using GpioButtons;
using Mmm;

namespace FbHost;

/// <summary>What is said of an exception that ends the host.</summary>
internal static class FaultLine
{
    /// <summary>
    /// The message of one that was written for people. Any other is a fault of the host's own: its type, and with MMM_DEBUG set the place where
    /// it was thrown.
    /// </summary>
    public static string Of(Exception e) => e is MmmException or AudioException or GpioLineException
        ? e.Message
        : Environment.GetEnvironmentVariable("MMM_DEBUG") is null
            ? $"unexpected: {e.GetType().Name}: {e.Message}; with MMM_DEBUG=1 the place is shown"
            : $"unexpected: {e}";
}
