using System.Text.Json;
using Mmm.Apps.Calibrate;

namespace FbHost.Tests.Calibration;

/// <summary>The app, the host and a panel whose axes are swapped, scaled and shifted.</summary>
public class CalibrateEndToEndTests
{
    private const int EV_KEY = 1, EV_ABS = 3, ABS_X = 0, ABS_Y = 1, BTN_TOUCH = 0x14a;

    // What the panel says where a finger touches the screen.
    private static (int X, int Y) Panel(Point p) => ((int)Math.Round((0.85 * p.Y + 0.08) * 319), (int)Math.Round((0.9 * p.X + 0.05) * 199));

    private static void Tap(MmmHost host, Point at)
    {
        var (x, y) = Panel(at);
        host.Input((EV_ABS, ABS_X, x), (EV_ABS, ABS_Y, y), (EV_KEY, BTN_TOUCH, 1));
        host.Input((EV_KEY, BTN_TOUCH, 0));
    }

    [Fact]
    public void A_panel_with_swapped_and_shifted_axes_is_calibrated_and_stays_so_after_a_restart()
    {
        using var host = new MmmHost(input: true, config: """
            {
              // what a person wrote
              "messages": [ "calibrate" ] // stays
            }
            """);
        using var watch = new ControlClient(host.Path);
        Assert.True(watch.Ask("watch").GetProperty("ok").GetBoolean());
        string Message() => JsonDocument.Parse(watch.ReadLine()!).RootElement.GetProperty("message").GetString()!;
        using var app = host.Run(Programs.Calibrate);
        host.WaitForClient("Calibrate");
        foreach (var target in CalibrationFlow.Targets)
            Tap(host, target);
        Assert.StartsWith("calibrate ", Message());
        Tap(host, CalibrationFlow.KeepAt); // hits it only if the correction is in force
        Assert.Equal("calibrate keep", Message());
        Assert.Equal(0, app.WaitForEnd());
        Assert.Empty(app.Errors);

        var config = File.ReadAllText(host.Temp["mmm.json"]);
        Assert.Contains("// what a person wrote", config);
        Assert.Contains("// stays", config);
        host.Stop();
        host.Start();
        using var client = host.Raw("--size 320x200 color 00ff00");
        host.WaitForClient("raw");
        Point[] places = [new(0, 0), new(1, 0), new(1, 1), new(0, 1), new(0.3, 0.7)];
        foreach (var place in places)
            Tap(host, place);
        Wait.Until(() => client.Events.Length == 2 * places.Length, "all touches", () => string.Join(" | ", client.Events));
        foreach (var (place, text) in places.Zip(client.Events.Where(e => e.StartsWith("mouse-press", StringComparison.Ordinal))))
        {
            var words = text.Split(' ');
            Assert.InRange(int.Parse(words[1]) - place.X * 319, -2.5, 2.5); // the panel's own steps are wider than a pixel
            Assert.InRange(int.Parse(words[2]) - place.Y * 199, -2.5, 2.5);
        }
    }

    [Fact]
    public void A_host_that_does_not_allow_it_is_named_as_the_reason()
    {
        using var host = new MmmHost(input: true);
        using var app = host.Run(Programs.Calibrate);
        host.WaitForClient("Calibrate");
        foreach (var target in CalibrationFlow.Targets)
            Tap(host, target);
        Assert.Equal(1, app.WaitForEnd());
        Assert.Contains("add \"calibrate\" to \"messages\"", Assert.Single(app.Errors));
    }
}
