using FbHost.Apps;
using FbHost.Figures;
using FbHost.Loop;

namespace FbHost.Control;

/// <summary>
/// The request <c>health</c> of the control socket; see docs/control.md. /proc and /sys are read on a thread of its own, which the first
/// request starts: a driver or a process may block their files, and that must stop neither the loop nor the host's other slow work.
/// Requests that come meanwhile get the same answer.
/// </summary>
internal sealed class HealthCommands : IDisposable
{
    private const long PatienceMs = 2000; // for the figures; the answer is without them after that
    private readonly EventLoop _loop;
    private readonly AppLauncher _apps;
    private readonly HealthReport _report;
    private readonly string? _stateDirectory;
    private readonly LoopTimer _timer; // runs only while a request waits
    private List<ControlConnection> _asking = [];
    private Worker? _worker;
    private bool _isReading;

    /// <param name="loop">Runs the timer.</param>
    /// <param name="apps">The apps whose processes are looked at.</param>
    /// <param name="report">Writes the answer.</param>
    /// <param name="stateDirectory">Where the host keeps what outlives a restart; null if it keeps nothing.</param>
    public HealthCommands(EventLoop loop, AppLauncher apps, HealthReport report, string? stateDirectory)
    {
        (_loop, _apps, _report, _stateDirectory) = (loop, apps, report, stateDirectory);
        _timer = loop.CreateTimer(() => Answer(null));
    }

    /// <summary>Handles a request. Returns false if it is another one's.</summary>
    public bool Handle(ControlConnection connection, string[] words)
    {
        if (words is not ["health"])
            return false;
        connection.AnswerLater();
        _asking.Add(connection);
        if (_asking.Count == 1)
            Begin();
        return true;
    }

    private void Begin()
    {
        _timer.After(PatienceMs);
        if (_isReading)
            return; // its result is late
        var apps = _apps.All.Select(a => (a.Process, a.Name)).Where(a => a.Process is { HasEnded: false })
            .Select(a => (a.Process!.Pid, a.Name)).ToList();
        var directory = _stateDirectory;
        try
        {
            _worker ??= new Worker(_loop, TimeSpan.Zero, "figures");
        }
        catch (OutOfMemoryException) // no thread can be created
        {
            Answer(null);
            return;
        }
        _isReading = _worker.Run(() => new HealthFigures(ProcessFigures.OfApps(apps), HostFigures.Read(), BoardFigures.Read(directory)),
            figures =>
            {
                _isReading = false;
                Answer(figures);
            });
    }

    private void Answer(HealthFigures? figures)
    {
        _timer.Cancel();
        var asking = _asking;
        _asking = []; // an answered connection may ask again at once
        if (asking.Count == 0)
            return;
        var write = _report.Make(figures);
        foreach (var connection in asking)
            connection.Ok(write);
    }

    public void Dispose()
    {
        _loop.Remove(_timer);
        _worker?.Dispose();
    }
}

/// <summary>What was read of /proc and /sys for one answer.</summary>
/// <param name="Apps">The figures of apps by the process that leads them.</param>
/// <param name="Host">The host's own.</param>
/// <param name="Board">The board's.</param>
internal sealed record HealthFigures(Dictionary<int, ProcessFigures> Apps, HostFigures Host, BoardFigures Board);
