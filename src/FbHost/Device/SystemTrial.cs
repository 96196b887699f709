namespace FbHost.Device;

/// <summary>The app in front, as the host tells.</summary>
/// <param name="HostAnswers">Whether the host answers at all.</param>
/// <param name="Fault">Why the app is not well, one line; null if it has shown frames and answers.</param>
/// <param name="Process">The process of the app; 0 if there is none.</param>
internal readonly record struct FrontApp(bool HostAnswers, string? Fault, int Process);

/// <summary>What the rest of the program tells about the machine.</summary>
/// <param name="Front">Asks the host.</param>
/// <param name="HasNetwork">Whether there is a route to other machines.</param>
internal sealed record MachineState(Func<FrontApp> Front, Func<bool> HasNetwork);

/// <summary>How time passes.</summary>
/// <param name="Now">The time since some moment.</param>
/// <param name="Wait">Waits.</param>
internal sealed record Passing(Func<TimeSpan> Now, Action<TimeSpan> Wait);

/// <summary>
/// The trial of an update: the app in front has to show frames and answer for some time without a break, and the network has to be back if
/// it was there at the time of the installation.
/// </summary>
internal static class SystemTrial
{
    /// <summary>How long all has to be well.</summary>
    public static readonly TimeSpan Good = TimeSpan.FromSeconds(30);

    /// <summary>The trial fails if all has not been well by then, or is not well any more.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Waits for the result. Returns null if the system is good, else the reason in one line.</summary>
    public static string? Run(MachineState machine, bool expectsNetwork, Passing time)
    {
        var start = time.Now();
        TimeSpan? goodSince = null;
        var process = 0;
        while (true)
        {
            var front = machine.Front();
            var fault = front.Fault
                ?? (expectsNetwork && !machine.HasNetwork() ? "the network, which was there before the update, is not back" : null);
            var now = time.Now();
            if (fault is null && process != 0 && process != front.Process)
                goodSince = null; // the app has been started again
            process = front.Process;
            goodSince = fault is null ? goodSince ?? now : null;
            if (now - goodSince >= Good)
                return null;
            if (fault is not null && now - start >= Limit)
                return fault;
            if (now - start >= Limit + Good)
                return "the app in front does not keep running";
            time.Wait(Pause);
        }
    }
}
