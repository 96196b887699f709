using System.Globalization;
using Displays;
using FbHost.Clients;
using FbHost.Images;
using FbHost.Input;
using FbHost.Loop;
using FbHost.Options;
using GpioButtons;
using Mmm.Protocol;

namespace FbHost;

internal sealed partial class Appliance
{
    private void SetButtons(Buttons buttons)
    {
        try
        {
            buttons.Set(options.Buttons);
        }
        catch (GpioLineException) when (options.RunsWithFaults)
        {
            buttons.SetThoseThatWork(options.Buttons, NoteFault);
        }
    }

    // The power key of a host that has the screen of the machine; mmm COMMAND leaves it to the command.
    private static IReadOnlyList<(byte[] Word, HostAction Action)> PowerKey(ServeOptions of) =>
        of.PowerKeyIsHosts ?? (of.Display.TakesScreen && of.Command.Count == 0)
            ? [(HostKeys.PowerWord.ToArray(), HostAction.PowerOff)] : [];

    private static void TellAll(ClientTable clients, string message)
    {
        foreach (var client in clients.Serving.ToList())
            clients.Events.Push(client, EventText.Message(message));
    }

    // Writes the picture to a file, or into the working directory, in the background.
    private void SaveScreenshot(IDisplay display, Worker worker, string? to = null)
    {
        var (width, height) = (display.Width, display.Height);
        var pixels = new uint[width * height];
        display.Read(pixels);
        if (to is not null)
        {
            worker.Run(() => ScreenshotFile.Replace(to, width, height, pixels), fault => _log.Info(fault ?? $"screenshot: {to}"));
            return;
        }
        var file = Path.GetFullPath($"mmm-{DateTime.Now.ToString("yyyyMMdd-HHmmss-ff", CultureInfo.InvariantCulture)}.png");
        worker.Run(() => ScreenshotFile.Write(file, width, height, pixels), fault => _log.Info(fault ?? $"screenshot: {file}"));
    }
}
