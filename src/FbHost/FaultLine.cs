using AlsaSink;
using GpioButtons;
using Mmm;

namespace FbHost;

/// <summary>What is said of an exception that ends the host.</summary>
internal static class FaultLine
{
    /// <summary>
    /// The message of one that was written for people. Any other is a fault of the host's own: its type, and with MMM_DEBUG set the place
    /// where it was thrown.
    /// </summary>
    public static string Of(Exception e) => e switch
    {
        MmmException or AudioException or GpioLineException => e.Message,
        _ when Environment.GetEnvironmentVariable("MMM_DEBUG") is not null => $"unexpected: {e}",
        TypeInitializationException { InnerException: { } inner } => Of(inner),
        OutOfMemoryException =>
            "there is no memory left, or no thread can be made; allow more (ulimit -v and -u, systemd's MemoryMax= and TasksMax=)",
        _ => $"unexpected: {e.GetType().Name}: {e.Message}; with MMM_DEBUG=1 the place is shown",
    };
}
