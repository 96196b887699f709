using System.Globalization;

namespace Mmm.Apps.Calibrate;

/// <summary>What the screen shows.</summary>
internal enum Page
{
    /// <summary>A target to touch.</summary>
    Target,
    /// <summary>The correction is on its way to the host.</summary>
    Waiting,
    /// <summary>The correction is in force: crosses where the screen is touched, and the choice to keep it.</summary>
    Test,
    /// <summary>It is written.</summary>
    Kept,
    /// <summary>It is over without that; see <see cref="CalibrationFlow.Failure"/>.</summary>
    Failed,
}

/// <summary>
/// The steps from the first target to the kept calibration, without screen or clock: touches, answers and the time go in, messages to the
/// host come out.
/// </summary>
/// <param name="width">Of the screen, pixels.</param>
/// <param name="height">Of the screen, pixels.</param>
/// <param name="send">Sends the host a message.</param>
internal sealed class CalibrationFlow(int width, int height, Action<string> send)
{
    private const double Tolerance = 0.02; // of the screen: fingers are no pens
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(3),
        Touch = TimeSpan.FromSeconds(20), Farewell = TimeSpan.FromSeconds(1.5);

    /// <summary>
    /// Four corners, since errors are largest there, but not so far out that a wrong calibration cuts them off; and the middle.
    /// </summary>
    public static readonly Point[] Targets = [new(0.15, 0.15), new(0.85, 0.15), new(0.85, 0.85), new(0.15, 0.85), new(0.5, 0.5)];

    /// <summary>Middle of the place to touch to keep the calibration, and to begin again.</summary>
    public static readonly Point KeepAt = new(0.65, 0.8), AgainAt = new(0.35, 0.8);

    /// <summary>Radius of those places, of the screen's sides.</summary>
    public const double ChoiceRadius = 0.1;

    private readonly Point?[] _touched = new Point?[Targets.Length];
    private readonly TouchSamples _samples = new();
    private readonly List<Point> _crosses = [];
    private TimeSpan _deadline = TimeSpan.MaxValue;
    private bool _keeping;
    private bool _asked; // for one point once more

    public Page Page { get; private set; }

    /// <summary>Index of the target to touch.</summary>
    public int Target { get; private set; }

    /// <summary>Where the test page was touched, newest last.</summary>
    public IReadOnlyList<Point> Crosses => _crosses;

    /// <summary>The points touched did not fit each other: one is asked for again.</summary>
    public bool Disagrees { get; private set; }

    /// <summary>Why it ended without a calibration; null while it may still come to one.</summary>
    public string? Failure { get; private set; }

    /// <summary>The program is to end.</summary>
    public bool IsOver { get; private set; }

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
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

    /// <summary>A message of the host.</summary>
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

    /// <summary>The time is over for whatever is waited for.</summary>
    public void Tick(TimeSpan now)
    {
        if (now < _deadline)
            return;
        switch (Page)
        {
            case Page.Waiting:
                Fail("the host does not answer; its configuration must have \"calibrate\" among its \"messages\"", now);
                break;
            case Page.Test:
                send("calibrate back");
                Fail("nobody touched the screen to keep it; it is as it was before", now);
                break;
            default:
                IsOver = true;
                break;
        }
    }

    private void Fail(string why, TimeSpan now) => (Page, Failure, _deadline) = (Page.Failed, why, now + Farewell);
}
