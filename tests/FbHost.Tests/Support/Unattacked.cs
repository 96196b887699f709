using System.Diagnostics;

namespace FbHost.Tests.Support;

/// <summary>
/// A host with one client that draws all the time and with nobody else. What the machine can do just now is what this one does: a host
/// under attack is measured against it at the same time, so a slow or busy machine slows both.
/// </summary>
internal static class Unattacked
{
    private const int Frames = 20; // of this host's client make a look
    private const double Share = 1.0 / 3;
    private static readonly Lazy<MmmHost> Beside = new(Start);

    private static MmmHost Start()
    {
        var host = new MmmHost(width: 160, height: 120);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => host.Dispose();
        host.Raw("--title Good --size 64x48 --at 90,60 animate");
        host.WaitForClient("Good");
        return host;
    }

    /// <summary>
    /// Returns when, in one look of several, a client of a host has made at least a third of the frames that the client of the host
    /// beside it made in the same time; fails the test with the numbers when it never does.
    /// </summary>
    /// <param name="host">The host under attack.</param>
    /// <param name="client">Its client that draws all the time.</param>
    /// <param name="patience">How long to look.</param>
    public static void AssertKeepsRate(MmmHost host, string client, TimeSpan? patience = null)
    {
        var start = Stopwatch.GetTimestamp();
        var looks = new List<string>();
        while (Stopwatch.GetElapsedTime(start) < (patience ?? Wait.Patience))
        {
            var (attacked, free) = Look(host, client);
            if (attacked >= free * Share)
                return;
            looks.Add($"{attacked} of {free}");
        }
        Assert.Fail($"{client} has made so many frames of those of a client without an attack: {string.Join(", ", looks)}; "
            + $"log {host.AllLog()}");
    }

    private static (long Attacked, long Free) Look(MmmHost host, string client)
    {
        // A connection of its own: tests run at the same time, and a connection's answers come in the order of its requests.
        using var beside = new ControlClient(Beside.Value.Path);
        long Free() => beside.Ask("clients").GetProperty("clients")[0].GetProperty("frames").GetInt64();
        var (attacked, free) = (host.Client(client)!.Frames, Free());
        Wait.Until(() => Free() >= free + Frames, "frames of a client that nobody attacks");
        return (host.Client(client)!.Frames - attacked, Free() - free);
    }
}
