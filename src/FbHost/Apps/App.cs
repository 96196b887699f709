using FbHost.Loop;
using FbHost.Options;

namespace FbHost.Apps;

/// <summary>One app that the host runs, whatever process it has at the moment.</summary>
internal sealed class App(AppOptions options, int index)
{
    public AppOptions Options => options;

    /// <summary>Its place in the configuration, from 0.</summary>
    public int Index => index;

    public string Name => options.Name;

    /// <summary>Null: none, and nothing of the last one's group is left.</summary>
    public AppProcess? Process { get; set; }

    /// <summary>Starts it again; while it runs after failures, tells that it has run for long enough.</summary>
    public LoopTimer? Timer { get; set; }

    /// <summary>How many times in a row it ended soon after its start, or could not be started.</summary>
    public int Failures { get; set; }

    /// <summary>When the first of them was.</summary>
    public DateTime FailsSince { get; set; }

    /// <summary>Why it could not be started the last time, as it was logged; null: it was started.</summary>
    public string? LaunchFault { get; set; }

    /// <summary>Start it again as soon as it is gone: it was told to end.</summary>
    public bool RestartNow { get; set; }

    /// <summary>Told when the first frame of the process started next is on the screen, or why there is none.</summary>
    public List<Action<string?>> Waiting { get; } = [];

    /// <summary>Tells all that wait.</summary>
    /// <param name="fault">Null: a frame is on the screen.</param>
    public void Answer(string? fault)
    {
        if (RestartNow)
            return; // a last frame of the process that is being ended
        var waiting = Waiting.ToList();
        Waiting.Clear();
        waiting.ForEach(done => done(fault));
    }
}
