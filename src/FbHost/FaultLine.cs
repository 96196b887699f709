using AlsaSink;
using FbHost.Options;
using GpioButtons;
using Mmm;

namespace FbHost;

/// <summary>The log line for an exception that ends the host.</summary>
internal static class FaultLine
{
    /// <summary>Returns the lines for an exception: one for each fault of a configuration, else the one of <see cref="Of"/>.</summary>
    public static IReadOnlyList<string> AllOf(Exception e) =>
        e is MmmException { InnerException: ConfigException config } ? config.Lines : [Of(e)];

    /// <summary>Does something, and returns null, or the message of an <see cref="MmmException"/> that it throws.</summary>
    public static string? OfAttempt(Action act)
    {
        try
        {
            act();
            return null;
        }
        catch (MmmException e)
        {
            return e.Message;
        }
    }

    /// <summary>
    /// Returns the message of an exception that describes a problem to the user. Any other exception is an error in the host itself: the
    /// line then contains its type and message, and with MMM_DEBUG set also the place where it was thrown.
    /// </summary>
    public static string Of(Exception e) => e switch
    {
        MmmException or AudioException or GpioLineException => e.Message,
        _ when Environment.GetEnvironmentVariable("MMM_DEBUG") is not null => $"unexpected: {e}",
        TypeInitializationException { InnerException: { } inner } => Of(inner),
        OutOfMemoryException =>
            "there is no memory left, or no thread can be created; allow more (ulimit -v and -u, systemd's MemoryMax= and TasksMax=)",
        _ => $"unexpected: {e.GetType().Name}: {e.Message}; set MMM_DEBUG=1 to see where it was thrown",
    };
}
