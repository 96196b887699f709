using FbHost.Loop;
using FbHost.Options;

namespace FbHost.Apps;

/// <summary>One app that the host runs, independent of its current process.</summary>
internal sealed class App(AppOptions options, int index)
{
    /// <summary>How many failures in a row are told to the user.</summary>
    public const int FailuresToTell = 3;

    /// <summary>An app that has run for this time, in ns, no longer counts as failing.</summary>
    public const long SoonNs = 10_000_000_000;

    /// <summary>An app that ends within this time after its start, in ns, has failed.</summary>
    public const long GoodNs = 300_000_000_000;

    private const int FirstDelayMs = 200, LongestDelayMs = 60_000;
    private const long HourNs = 3_600_000_000_000;
    private int _delayMs = FirstDelayMs;
    private readonly Queue<long> _ends = new(); // of the last hour; delays bound their number

    public AppOptions Options { get; set; } = options;

    /// <summary>The app's place in the configuration, from 0.</summary>
    public int Index { get; set; } = index;

    public string Name => Options.Name;

    /// <summary>True if the app is no longer in the configuration; its process is being ended.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>
    /// One word: <c>waiting</c> before what <see cref="AppOptions.StartWhen"/> names; <c>running</c>; <c>frozen</c> while it is being ended
    /// for that; <c>restarting</c>; <c>failing</c> if it keeps ending; <c>unstable</c> if it kept ending and has not run for five minutes
    /// since; <c>ended</c> if it is not started again.
    /// </summary>
    public string State
    {
        get
        {
            if (IsWaiting || HasStopped)
                return IsWaiting ? "waiting" : "ended";
            if (Frozen is not null)
                return "frozen";
            var ranNs = Process is { HasEnded: false } process && !RestartNow ? EventLoop.Now - process.StartedNs : -1;
            return Failures < FailuresToTell || ranNs >= GoodNs ? ranNs < 0 ? "restarting" : "running"
                : ranNs >= SoonNs ? "unstable"
                : "failing";
        }
    }

    /// <summary>True if the app has not been started yet, because what it waits for is not there.</summary>
    public bool IsWaiting { get; set; }

    /// <summary>True if the app has ended and its restart policy does not start it again.</summary>
    public bool HasStopped { get; set; }

    /// <summary>Why its process was found frozen; null if it was not.</summary>
    public string? Frozen { get; set; }

    /// <summary>True if a client of the current process has shown a frame.</summary>
    public bool HasShown { get; set; }

    /// <summary>True if a client of any of its processes has shown a frame.</summary>
    public bool HasEverShown { get; set; }

    /// <summary>The app's current process; null if there is none and nothing is left of the last one's process group.</summary>
    public AppProcess? Process { get; set; }

    /// <summary>Elapses when the current process should have shown its first frame, or its next one.</summary>
    public LoopTimer? FrameTimer { get; set; }

    /// <summary>Restarts the app. While the app runs after failures, the timer elapses when it has run for long enough.</summary>
    public LoopTimer? Timer { get; set; }

    /// <summary>What the app writes; null if it writes to the host's own output.</summary>
    public AppOutput? Output { get; set; }

    /// <summary>How many times the app was started again since the host started.</summary>
    public int Restarts { get; set; }

    /// <summary>How the app ended the last time, as in <c>code 3</c> or <c>signal SEGV</c>; null if it has not ended yet.</summary>
    public string? LastExit { get; set; }

    /// <summary>How many times in a row the app ended within five minutes after its start, or could not be started.</summary>
    public int Failures { get; set; }

    /// <summary>The time of the first of these failures.</summary>
    public DateTime FailsSince { get; set; }

    /// <summary>Why the app could not be started the last time, as it was logged; null if it was started.</summary>
    public string? LaunchFault { get; set; }

    /// <summary>True if the app is to be restarted as soon as its process is gone, because a restart was requested.</summary>
    public bool RestartNow { get; set; }

    /// <summary>Called when the first frame of the next process has been shown, or with the reason why there is none.</summary>
    public List<Action<string?>> Waiting { get; } = [];

    /// <summary>How many times the app ended or froze within the last hour, without having been requested to end.</summary>
    public int EndsLastHour
    {
        get
        {
            while (_ends.TryPeek(out var first) && EventLoop.Now - first > HourNs)
                _ends.Dequeue();
            return _ends.Count;
        }
    }

    /// <summary>Counts an end that was not requested.</summary>
    public void CountEnd() => _ends.Enqueue(EventLoop.Now);

    /// <summary>True if it was logged that the app's program leaves others in the background.</summary>
    public bool SaidBackground { get; set; }

    /// <summary>
    /// Returns how many ms after its end the app is started again: 200 the first time, twice as many each time, 60,000 at most. It begins
    /// anew after the app has run for five minutes.
    /// </summary>
    /// <param name="ranNs">How long it ran, in ns; 0 if it could not be started.</param>
    public int NextDelay(long ranNs)
    {
        var delay = ranNs >= GoodNs ? FirstDelayMs : _delayMs;
        _delayMs = Math.Min(2 * delay, LongestDelayMs);
        return delay;
    }

    /// <summary>Begins the delays anew, because a restart was requested.</summary>
    public void ForgetDelays() => _delayMs = FirstDelayMs;

    /// <summary>Calls all waiting callbacks.</summary>
    /// <param name="fault">The reason why there is no frame; null if one has been shown.</param>
    public void Answer(string? fault)
    {
        if (RestartNow)
            return; // this may be a last frame of the process that is being ended
        var waiting = Waiting.ToList();
        Waiting.Clear();
        waiting.ForEach(done => done(fault));
    }
}
