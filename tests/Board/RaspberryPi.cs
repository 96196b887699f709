using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Board.Tests;

/// <summary>
/// An emulated Raspberry Pi 3 with the image of the board rpi, a 16 bit framebuffer and an I2C sensor (see the script raspi3b): a screen
/// and a console, no network.
/// </summary>
internal sealed class RaspberryPi : IDisposable
{
    private readonly DirectoryInfo _sockets = Directory.CreateTempSubdirectory("board-"); // short: a socket's path has 107 bytes
    private readonly Process _qemu;
    private readonly Qmp _qmp;
    private readonly string _console;

    public RaspberryPi(string repo, string image, string work)
    {
        var qmp = Path.Combine(_sockets.FullName, "qmp");
        _console = $"{work}-console.log";
        Uptime = Stopwatch.StartNew();
        _qemu = Command.Start(Path.Combine(repo, "tests/Board/raspi3b"),
            [image, work, "-serial", "null", "-serial", $"file:{_console}", "-qmp", $"unix:{qmp},server=on,wait=off"]);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => CutPower();
        try
        {
            Wait.Until("QEMU opens its socket", TimeSpan.FromSeconds(60), () => _qemu.HasExited || File.Exists(qmp));
            if (_qemu.HasExited)
                throw new InvalidOperationException($"QEMU ended: {Command.Finish(_qemu, TimeSpan.FromSeconds(5))}");
            Uptime.Restart();
            _qmp = new Qmp(qmp);
        }
        catch
        {
            CutPower();
            throw;
        }
    }

    /// <summary>Since QEMU ran.</summary>
    public Stopwatch Uptime { get; }

    /// <summary>The kernel's and the host's lines so far.</summary>
    public string Console
    {
        get
        {
            using var file = new StreamReader(new FileStream(_console, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            return file.ReadToEnd();
        }
    }

    public Picture Screen() => _qmp.Screen(Path.Combine(_sockets.FullName, "screen.ppm"));

    /// <summary>Sets the temperature that the sensor measures, in thousandths of a degree.</summary>
    public void SetTemperature(int value) => _qmp.Execute("qom-set",
        new JsonObject { ["path"] = "/machine/peripheral/sensor", ["property"] = "temperature", ["value"] = value });

    private void CutPower()
    {
        try
        {
            if (!_qemu.HasExited)
                _qemu.Kill();
            _qemu.WaitForExit();
        }
        catch (InvalidOperationException)
        {
            // Disposed of before.
        }
    }

    public void Dispose()
    {
        CutPower();
        _qmp.Dispose();
        _qemu.Dispose();
        _sockets.Delete(recursive: true);
    }
}
