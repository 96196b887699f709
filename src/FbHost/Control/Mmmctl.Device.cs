using FbHost.Device;
using Mmm;

namespace FbHost.Control;

internal static partial class Mmmctl
{
    private const int HostAnswersMs = 10_000;

    // The app in front has to have shown a frame by its process of now, and to be one that the host has no complaint about.
    private static FrontApp Front()
    {
        try
        {
            using var host = new ControlClient(HostDirectory(null), HostAnswersMs);
            var (clients, health) = (host.Ask("clients").List("clients"), host.Ask("health"));
            var apps = health.List("apps");
            var sick = apps.Where(a => !a.Flag("healthy")).Select(a => a.Text("app")).ToHashSet();
            var front = clients.Where(c => c.Flag("focus")).Select(c => (FrontApp?)new FrontApp(true,
                c.Number("frames") == 0 ? $"{c.Text("name")} has shown no frame"
                : sick.Contains(c.Text("app")) ? Complaint(health, c.Text("app"))
                : null, (int)c.Number("pid"))).FirstOrDefault();
            return front ?? new(true, apps.Count > 0 ? Complaint(health, apps[0].Text("app")) : "no app is in front", 0);
        }
        catch (MmmException e)
        {
            return new(false, e.Message, 0);
        }
    }

    private static string Complaint(Answer health, string app) =>
        health.Texts("problems").FirstOrDefault(p => p.Contains(app, StringComparison.Ordinal)) ?? $"app {app} has shown no frame";
}
