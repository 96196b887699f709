using FbHost.Apps;
using FbHost.Figures;

namespace FbHost.Control;

/// <summary>The request <c>health</c> of the control socket; see docs/control.md.</summary>
/// <param name="figures">Reads /proc and /sys.</param>
/// <param name="apps">The apps whose processes are looked at.</param>
/// <param name="report">Writes the answer.</param>
/// <param name="stateDirectory">Where the host keeps what outlives a restart; null if it keeps nothing.</param>
internal sealed class HealthCommands(FiguresReader figures, AppLauncher apps, HealthReport report, string? stateDirectory)
{
    /// <summary>Handles a request. Returns false if it is another one's.</summary>
    public bool Handle(IRequester connection, string[] words)
    {
        if (words is not ["health"])
            return false;
        connection.AnswerLater();
        List<(int Leader, string App)> running = [];
        foreach (var app in apps.All)
        {
            if (app.Process is { HasEnded: false } process)
                running.Add((process.Pid, app.Name));
        }
        figures.Ask(() => new AllFigures(ProcessFigures.OfApps(running), HostFigures.Read(), BoardFigures.Read(stateDirectory)),
            found => connection.Ok(report.Make(found)));
        return true;
    }
}
