using System.Globalization;
using CsCheck;
using Displays.Pixels;
using FbHost.Input;
using FbHost.Loop;
using InputEvdev;
using Mmm.Apps.Calibrate;

namespace FbHost.Tests.Calibration;

/// <summary>What the app finds on the screen becomes a calibration of the panel, however it hangs.</summary>
public sealed class TouchCalibrationTests : IDisposable
{
    /// <summary>
    /// Of the size of rounding errors, and not a number of decimals: two numbers that differ by nothing to speak of can round apart.
    /// </summary>
    private const double Tolerance = 1e-9;

    private readonly Desk _desk = new();
    private readonly TempDirectory _temp = new();
    private readonly EventLoop _loop = new();
    private readonly Worker _worker;

    public TouchCalibrationTests() => _worker = new Worker(_loop);

    public void Dispose()
    {
        _worker.Dispose();
        _loop.Dispose();
        _desk.Dispose();
        _temp.Dispose();
    }

    private static readonly Gen<CalibrationMatrix> Usable = Gen.Double[-1.5, 1.5].Array[6]
        .Select(n => new CalibrationMatrix(n[0], n[1], n[2], n[3], n[4], n[5])).Where(m => Math.Abs(m.A * m.E - m.B * m.D) > 0.1);

    [Theory]
    [InlineData(0)]
    [InlineData(90)]
    [InlineData(180)]
    [InlineData(270)]
    public void A_correction_seen_on_a_turned_or_mirrored_screen_is_one_of_the_panel(int degrees) =>
        Gen.Select(Usable, Usable, Gen.Bool, Gen.Select(Gen.Double[0, 1], Gen.Double[0, 1])).Sample((before, onScreen, mirror, raw) =>
        {
            var orientation = Orientation.Make(degrees, mirror, false, out _)!.Value;
            var after = TouchCalibration.Corrected(before, onScreen, PanelToScreen.MatrixOf(orientation));
            var (x, y) = before.Apply(raw.Item1, raw.Item2);
            (x, y) = orientation.ToClient(x, y);
            (x, y) = onScreen.Apply(x, y);
            var (x2, y2) = after.Apply(raw.Item1, raw.Item2);
            (x2, y2) = orientation.ToClient(x2, y2);
            Assert.Equal(x, x2, Tolerance);
            Assert.Equal(y, y2, Tolerance);
        });

    [Fact]
    public void The_fit_finds_the_map_behind_five_points() => Usable.Sample(map =>
    {
        var touched = CalibrationFlow.Targets;
        Point[] meant = [.. touched.Select(p => new Affine(map.A, map.B, map.C, map.D, map.E, map.F).Apply(p))];
        var found = AffineFit.Solve(touched, meant)!.Value;
        Assert.Equal(map.A, found.A, Tolerance);
        Assert.Equal(map.B, found.B, Tolerance);
        Assert.Equal(map.C, found.C, Tolerance);
        Assert.Equal(map.D, found.D, Tolerance);
        Assert.Equal(map.E, found.E, Tolerance);
        Assert.Equal(map.F, found.F, Tolerance);
        Assert.Equal(-1, AffineFit.Outlier(touched, meant, 0.001));
    });

    [Fact]
    public void Points_on_a_line_or_in_one_place_have_no_fit()
    {
        Assert.Null(AffineFit.Solve([.. CalibrationFlow.Targets.Select(p => p with { Y = p.X })], CalibrationFlow.Targets));
        Assert.Null(AffineFit.Solve([.. CalibrationFlow.Targets.Select(_ => new Point(0.5, 0.5))], CalibrationFlow.Targets));
    }

    [Fact]
    public void The_point_that_disagrees_is_found() => Gen.Int[0, 4].Sample(wrong =>
    {
        Point[] touched = [.. CalibrationFlow.Targets];
        touched[wrong] = new Point(touched[wrong].X + 0.2, touched[wrong].Y - 0.1);
        Assert.Equal(wrong, AffineFit.Outlier(touched, CalibrationFlow.Targets, 0.02));
    });

    [Fact]
    public void Samples_that_jump_at_the_fingers_up_do_not_count()
    {
        var samples = new TouchSamples();
        for (var i = 0; i < 9; i++)
            samples.Add(new Point(0.5 + i * 0.001, 0.5));
        samples.Add(new Point(0, 1));
        Assert.Equal(0.504, samples.Average()!.Value.X, Tolerance);
        samples.Clear();
        for (var i = 0; i < 10; i++)
            samples.Add(new Point(i / 10.0, 0.5)); // a stroke
        Assert.Null(samples.Average());
    }

    private static readonly TimeSpan Start = TimeSpan.FromSeconds(100);

    private static void Tap(CalibrationFlow flow, Point at)
    {
        var (x, y) = ((int)Math.Round(at.X * 799), (int)Math.Round(at.Y * 479));
        flow.Press(x, y, Start);
        flow.Release(x, y, Start);
    }

    private static (CalibrationFlow Flow, List<string> Sent) Flow()
    {
        var sent = new List<string>();
        return (new CalibrationFlow(800, 480, sent.Add), sent);
    }

    [Fact]
    public void Five_touches_the_answer_and_keep_are_a_calibration()
    {
        var (flow, sent) = Flow();
        foreach (var target in CalibrationFlow.Targets)
            Tap(flow, new Point(target.X * 0.8 + 0.1, target.Y));
        var numbers = sent.Single().Split(' ')[1..].Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        foreach (var (expected, found) in new[] { 1.25, 0, -0.125, 0, 1, 0 }.Zip(numbers))
            Assert.Equal(expected, found, 0.005);
        Assert.Equal(Page.Waiting, flow.Page);
        flow.Hear("calibrate ok", Start);
        Assert.Equal(Page.Test, flow.Page);
        Tap(flow, new Point(0.1, 0.1));
        Assert.Single(flow.Crosses);
        Tap(flow, CalibrationFlow.KeepAt);
        flow.Hear("calibrate ok", Start);
        Assert.Equal(["calibrate keep"], sent[1..]);
        Assert.Equal(Page.Kept, flow.Page);
        flow.Tick(flow.Deadline);
        Assert.True(flow.IsOver);
        Assert.Null(flow.Failure);
    }

    [Fact]
    public void A_touch_beside_its_target_is_asked_for_again_and_only_that_one()
    {
        var (flow, sent) = Flow();
        for (var i = 0; i < 5; i++)
            Tap(flow, i == 2 ? new Point(0.7, 0.9) : CalibrationFlow.Targets[i]);
        Assert.Empty(sent);
        Assert.True(flow is { Disagrees: true, Target: 2, Page: Page.Target });
        Tap(flow, CalibrationFlow.Targets[2]);
        Assert.StartsWith("calibrate 1", sent.Single());
    }

    [Fact]
    public void One_who_always_touches_the_same_place_begins_anew()
    {
        var (flow, sent) = Flow();
        for (var i = 0; i < 23; i++)
            Tap(flow, new Point(0.5, 0.5));
        Assert.Empty(sent);
        Assert.Equal(Page.Target, flow.Page);
    }

    [Fact]
    public void Again_takes_it_back_and_begins_with_the_first_target()
    {
        var (flow, sent) = Flow();
        foreach (var target in CalibrationFlow.Targets)
            Tap(flow, target);
        flow.Hear("calibrate ok", Start);
        Tap(flow, CalibrationFlow.AgainAt);
        Assert.Equal("calibrate back", sent[^1]);
        flow.Hear("calibrate ok", Start);
        Assert.True(flow is { Page: Page.Target, Target: 0 });
    }

    [Fact]
    public void Twenty_seconds_without_a_touch_take_it_back()
    {
        var (flow, sent) = Flow();
        foreach (var target in CalibrationFlow.Targets)
            Tap(flow, target);
        flow.Hear("calibrate ok", Start);
        flow.Tick(Start + TimeSpan.FromSeconds(19.9));
        Assert.Equal(Page.Test, flow.Page);
        flow.Tick(Start + TimeSpan.FromSeconds(20));
        Assert.Equal("calibrate back", sent[^1]);
        Assert.Contains("nobody touched", flow.Failure);
    }

    [Theory]
    [InlineData("calibrate failed the disk is full", "the disk is full")]
    [InlineData(null, "add \"calibrate\" to \"messages\" in its configuration")]
    public void A_host_that_refuses_or_says_nothing_ends_it_with_the_reason(string? answer, string reason)
    {
        var (flow, _) = Flow();
        foreach (var target in CalibrationFlow.Targets)
            Tap(flow, target);
        if (answer is not null)
            flow.Hear(answer, Start);
        flow.Tick(Start + TimeSpan.FromSeconds(3));
        Assert.Contains(reason, flow.Failure);
        flow.Tick(flow.Deadline);
        Assert.True(flow.IsOver);
    }

    private string[] Say(HandMade client, string text)
    {
        client.Say(text);
        _desk.Clients.Look(_desk.Session(client));
        return _desk.Events(client);
    }

    [Fact]
    public void The_host_puts_in_force_keeps_and_takes_back()
    {
        var config = _temp.Write("mmm.json", "{ \"input\": { \"touch\": { \"calibration\": [0.5, 0, 0, 0, 1, 0] } } /* mine */ }");
        CalibrationMatrix before = new(0.5, 0, 0, 0, 1, 0), inForce = before;
        _ = new TouchCalibration(_desk.Clients, _worker, () => CalibrationMatrix.Identity, () => inForce, config, m => inForce = m);
        var app = _desk.Client("app", 0, 0);
        Assert.Equal(["message calibrate ok"], Say(app, "calibrate 2 0 0.1 0 1 0"));
        Assert.Equal(new CalibrationMatrix(1, 0, 0.1, 0, 1, 0), inForce);
        Assert.Equal(["message calibrate ok"], Say(app, "calibrate back"));
        Assert.Equal(before, inForce);
        Say(app, "calibrate 2 0 0.1 0 1 0");
        Assert.Empty(Say(app, "calibrate keep"));
        Assert.StartsWith("message calibrate failed the last calibration is still being", Assert.Single(Say(app, "calibrate back")));
        FinishWork();
        Assert.Equal(["message calibrate ok"], _desk.Events(app));
        Assert.Equal("{ \"input\": { \"touch\": { \"calibration\": [1, 0, 0.1, 0, 1, 0] } } /* mine */ }", File.ReadAllText(config));
        Say(app, "calibrate 0 1 0 1 0 0");
        Assert.NotEqual(new CalibrationMatrix(1, 0, 0.1, 0, 1, 0), inForce);
        _desk.End(app);
        Assert.Equal(new CalibrationMatrix(1, 0, 0.1, 0, 1, 0), inForce);
    }

    // The configuration is written, and what follows is done as by the loop.
    private void FinishWork()
    {
        _worker.Dispose();
        _loop.Post(_loop.Stop);
        _loop.Run();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_app_that_ends_while_its_calibration_is_written_takes_it_back_only_when_that_fails(bool fails)
    {
        var config = _temp.Write("mmm.json", fails ? "[]" : "{}");
        CalibrationMatrix before = new(0.5, 0, 0, 0, 1, 0), after = new(1, 0, 0.1, 0, 1, 0), inForce = before;
        _ = new TouchCalibration(_desk.Clients, _worker, () => CalibrationMatrix.Identity, () => inForce, config, m => inForce = m);
        var app = _desk.Client("app", 0, 0);
        Say(app, "calibrate 2 0 0.1 0 1 0");
        Say(app, "calibrate keep");
        _desk.End(app);
        Assert.Equal(after, inForce);
        FinishWork();
        Assert.Equal(fails ? before : after, inForce);
    }

    [Theory]
    [InlineData("calibrate", "six numbers")]
    [InlineData("calibrate 1 0 0 0 1", "six numbers")]
    [InlineData("calibrate 1 0 0 0 1 x", "six numbers")]
    [InlineData("calibrate 1 1 0 1 1 0", "six numbers that form an invertible matrix")]
    [InlineData("calibrate NaN 1 0 1 1 0", "six numbers")]
    [InlineData("calibrate 1e308 0 0 0 1e308 0", "invertible")]
    [InlineData("calibrate keep", "no configuration file; start it with --config FILE")]
    public void What_the_host_cannot_do_it_says(string message, string reason)
    {
        var inForce = CalibrationMatrix.Identity;
        _ = new TouchCalibration(_desk.Clients, _worker, () => CalibrationMatrix.Identity, () => inForce, null, m => inForce = m);
        var answer = Assert.Single(Say(_desk.Client("app", 0, 0), message));
        Assert.StartsWith("message calibrate failed ", answer);
        Assert.Contains(reason, answer);
        Assert.Equal(CalibrationMatrix.Identity, inForce);
    }
}
