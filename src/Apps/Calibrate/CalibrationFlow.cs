using System.Globalization;

namespace Mmm.Apps.Calibrate;

/// <summary>The page that the screen shows.</summary>
internal enum Page
{
    /// <summary>A target that the user must touch.</summary>
    Target,
    /// <summary>The calibration was sent to the host, and the program waits for the answer.</summary>
    Waiting,
    /// <summary>The calibration is active. The page shows crosses where the screen is touched, and the choice to keep it.</summary>
    Test,
    /// <summary>The calibration is stored.</summary>
    Kept,
    /// <summary>The program ends without a calibration; see <see cref="CalibrationFlow.Failure"/>.</summary>
    Failed,
}

/// <summary>
/// The steps from the first target to the stored calibration, without screen or clock. Inputs are touches, the host's answers and the time;
/// outputs are messages to the host.
/// </summary>
/// <param name="width">The width of the screen in pixels.</param>
/// <param name="height">The height of the screen in pixels.</param>
/// <param name="send">Sends a message to the host.</param>
internal sealed class CalibrationFlow(int width, int height, Action<string> send)
{
    private const double Tolerance = 0.02; // as a fraction of the screen: fingers are less exact than pens
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(3),
        Touch = TimeSpan.FromSeconds(20), Farewell = TimeSpan.FromSeconds(1.5);

    /// <summary>
    /// The targets: near the four corners, because errors are largest there, but not so near that a wrong calibration cuts
    /// them off; and the middle.
    /// </summary>
    public static readonly Point[] Targets = [new(0.15, 0.15), new(0.85, 0.15), new(0.85, 0.85), new(0.15, 0.85), new(0.5, 0.5)];

    /// <summary>The centres of the two places to touch: to keep the calibration, and to begin again.</summary>
    public static readonly Point KeepAt = new(0.65, 0.8), AgainAt = new(0.35, 0.8);

    /// <summary>The radius of these two places, as a fraction of the screen's sides.</summary>
    public const double ChoiceRadius = 0.1;

    private readonly Point?[] _touched = new Point?[Targets.Length];
    private readonly TouchSamples _samples = new();
    private readonly List<Point> _crosses = [];
    private TimeSpan _deadline = TimeSpan.MaxValue;
    private bool _keeping;
    private bool _asked; // true if one point has been asked for again

    public Page Page { get; private set; }

    /// <summary>The index of the target to touch.</summary>
    public int Target { get; private set; }

    /// <summary>The points where the test page was touched, the newest one last.</summary>
    public IReadOnlyList<Point> Crosses => _crosses;

    /// <summary>True if the touched points did not fit each other, so that a point must be touched again.</summary>
    public bool Disagrees { get; private set; }

    /// <summary>The reason if there will be no calibration; null while a calibration is still possible.</summary>
    public string? Failure { get; private set; }

    /// <summary>True if the program must end.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The time at which <see cref="Tick"/> has something to do.</summary>
    public TimeSpan Deadline => _deadline;

    private Point At(int x, int y) => new((double)x / Math.Max(1, width - 1), (double)y / Math.Max(1, height - 1));

    public void Press(int x, int y, TimeSpan now)
    {
        _samples.Clear();
        Drag(x, y, now);
    }

    public void Drag(int x, int y, TimeSpan now)
    {
        _samples.Add(At(x, y));
        if (Page != Page.Test)
            return;
        _deadline = now + Touch;
        _crosses.Add(At(x, y));
        if (_crosses.Count > 200)
            _crosses.RemoveAt(0);
    }

    public void Release(int x, int y, TimeSpan now)
    {
        if (Page == Page.Target && _samples.Average() is { } point)
            Take(point, now);
        else if (Page == Page.Test)
            Choose(At(x, y), now);
        _samples.Clear();
    }

    private void Take(Point point, TimeSpan now)
    {
        _touched[Target] = point;
        Disagrees = false;
        Target = Array.FindIndex(_touched, p => p is null);
        if (Target >= 0)
            return;
        var touched = _touched.Select(p => p!.Value).ToArray();
        var outlier = AffineFit.Outlier(touched, Targets, Tolerance);
        if (outlier < 0 && AffineFit.Solve(touched, Targets) is { } map)
        {
            Wait(now, keep: false, string.Create(CultureInfo.InvariantCulture,
                $"calibrate {map.A:0.######} {map.B:0.######} {map.C:0.######} {map.D:0.######} {map.E:0.######} {map.F:0.######}"));
            return;
        }
        Disagrees = true;
        if (_asked || outlier < 0)
            Array.Clear(_touched);
        else
            _touched[outlier] = null;
        _asked = !_asked && outlier >= 0;
        Target = Array.FindIndex(_touched, p => p is null);
    }

    private void Choose(Point point, TimeSpan now)
    {
        if (Inside(point, KeepAt))
        {
            Wait(now, keep: true, "calibrate keep");
        }
        else if (Inside(point, AgainAt))
        {
            send("calibrate back");
            Array.Clear(_touched);
            _crosses.Clear();
            (Page, Target, _asked, _deadline) = (Page.Target, 0, false, TimeSpan.MaxValue);
        }
    }

    private static bool Inside(Point point, Point middle) =>
        Math.Max(Math.Abs(point.X - middle.X), Math.Abs(point.Y - middle.Y)) <= ChoiceRadius;

    private void Wait(TimeSpan now, bool keep, string message)
    {
        (Page, _keeping, _deadline) = (Page.Waiting, keep, now + Answer);
        send(message);
    }

    /// <summary>Processes a message from the host.</summary>
    public void Hear(string message, TimeSpan now)
    {
        if (Page != Page.Waiting)
            return;
        const string failed = "calibrate failed ";
        if (message.StartsWith(failed, StringComparison.Ordinal))
            Fail(message[failed.Length..], now);
        else if (message == "calibrate ok")
            (Page, _deadline) = _keeping ? (Page.Kept, now + Farewell) : (Page.Test, now + Touch);
    }

    /// <summary>Ends the current wait if its deadline has passed.</summary>
    public void Tick(TimeSpan now)
    {
        if (now < _deadline)
            return;
        switch (Page)
        {
            case Page.Waiting:
                Fail("the host does not answer; add \"calibrate\" to \"messages\" in its configuration", now);
                break;
            case Page.Test:
                send("calibrate back");
                Fail("nobody touched the screen to keep the calibration; the previous one is active again", now);
                break;
            default:
                IsOver = true;
                break;
        }
    }

    private void Fail(string why, TimeSpan now) => (Page, Failure, _deadline) = (Page.Failed, why, now + Farewell);
}
