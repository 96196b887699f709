using System.Diagnostics;
using Mmm;
using Mmm.Apps.Calibrate;

if (args.Length > 0)
{
    Console.Error.WriteLine("Calibrate: calibrates the touch screen. "
        + "It takes no arguments. The host's configuration must allow the message \"calibrate\"");
    return args is ["--help"] ? 0 : 2;
}
try
{
    using var client = MmmClient.Open("Calibrate");
    return Run(client);
}
catch (MmmException e)
{
    Console.Error.WriteLine($"Calibrate: {e.Message}");
    return 1;
}

static int Run(MmmClient client)
{
    var clock = Stopwatch.StartNew();
    var flow = Begin(client);
    while (!flow.IsOver)
    {
        using (var frame = client.BeginFrame())
        {
            View.Draw(frame, flow);
            frame.Present();
        }
        var e = client.WaitEvent(flow.Deadline == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : Later(flow.Deadline - clock.Elapsed));
        switch (e)
        {
            case PointerPressed p:
                flow.Press(p.X, p.Y, clock.Elapsed);
                break;
            case PointerDragged p:
                flow.Drag(p.X, p.Y, clock.Elapsed);
                break;
            case PointerReleased p:
                flow.Release(p.X, p.Y, clock.Elapsed);
                break;
            case MessageReceived m:
                flow.Hear(m.Text, clock.Elapsed);
                break;
            case ClientResized:
                flow = Begin(client); // begin again: the touched points belong to the old size
                break;
            case KeyPressed { Name: KeyNames.Escape } or QuitRequested:
                return 1; // the host reverts a calibration that was not kept
        }
        flow.Tick(clock.Elapsed);
    }
    if (flow.Failure is { } why)
        Console.Error.WriteLine($"Calibrate: {why}");
    return flow.Failure is null ? 0 : 1;
}

static CalibrationFlow Begin(MmmClient client) => new(client.Width, client.Height, message => client.SendMessage(message));

static TimeSpan Later(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;
