using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Board.Tests;

/// <summary>
/// An emulated Raspberry Pi 3 with the image of the board rpi and a 16 bit framebuffer (see the script raspi3b): a screen, an I2C sensor
/// and a serial console, no network.
/// </summary>
internal sealed class RaspberryPi : IDisposable
{
    private readonly DirectoryInfo _sockets = Directory.CreateTempSubdirectory("board-"); // short: a socket's path has 107 bytes
    private readonly Process _qemu;
    private readonly Qmp _qmp;
    private readonly Socket _keyboard;
    private readonly string _console;

    public RaspberryPi(string repo, string image, string work)
    {
        string qmp = Path.Combine(_sockets.FullName, "qmp"), serial = Path.Combine(_sockets.FullName, "serial");
        _console = $"{work}-console.log";
        File.Delete(_console);
        Uptime = Stopwatch.StartNew();
        _qemu = Command.Start(Path.Combine(repo, "tests/Board/raspi3b"),
        [
            image, work, "-chardev", $"socket,id=serial,path={serial},server=on,wait=off,logfile={_console}",
            "-serial", "null", "-serial", "chardev:serial", "-qmp", $"unix:{qmp},server=on,wait=off",
        ]);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => CutPower();
        try
        {
            Wait.Until("QEMU opens its socket", TimeSpan.FromSeconds(60), () => _qemu.HasExited || File.Exists(qmp));
            if (_qemu.HasExited)
                throw new InvalidOperationException($"QEMU ended: {Command.Finish(_qemu, TimeSpan.FromSeconds(5))}");
            Uptime.Restart();
            _qmp = new Qmp(qmp);
            _keyboard = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            _keyboard.Connect(new UnixDomainSocketEndPoint(serial));
            _ = new NetworkStream(_keyboard).CopyToAsync(Stream.Null); // QEMU stands still while nobody takes what the board says
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

    /// <summary>Runs a line in the shell on the serial console, which the image has with --debug; its output.</summary>
    public string Run(string line)
    {
        var before = Console.Length;
        Type("\n"); // the shell starts at the first key
        Type($"echo 'BEG''IN'; {line}; echo 'EN''D'\n"); // the words are not in the echo of the line itself
        var output = Wait.For($"the output of {line}", TimeSpan.FromSeconds(60), () =>
        {
            var said = Console[before..].Replace("\r", "");
            var start = said.IndexOf("\nBEGIN\n", StringComparison.Ordinal);
            var end = said.IndexOf("\nEND\n", StringComparison.Ordinal);
            return start >= 0 && end >= start ? said[(start + 6)..end] : null;
        }, () => Console[before..], pause: 200);
        return output.Trim();
    }

    /// <summary>Sets the temperature that the sensor measures, in thousandths of a degree.</summary>
    public void SetTemperature(int value) => _qmp.Execute("qom-set",
        new JsonObject { ["path"] = "/machine/peripheral/sensor", ["property"] = "temperature", ["value"] = value });

    // The serial port of QEMU takes 8 bytes at a time, and a busy kernel may lose some.
    private void Type(string text)
    {
        foreach (var each in Encoding.ASCII.GetBytes(text))
        {
            _keyboard.Send([each]);
            Thread.Sleep(20);
        }
    }

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
        _keyboard.Dispose();
        _qmp.Dispose();
        _qemu.Dispose();
        _sockets.Delete(recursive: true);
    }
}
