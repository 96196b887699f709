using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Board.Tests;

/// <summary>One emulated board: QEMU as <c>firmware-image/boot</c> starts it, from power-on to power cut.</summary>
internal sealed class Board : IDisposable
{
    /// <summary>The time of day at power-on: far from where the hour, or morning and afternoon, change.</summary>
    private const string PowerOnTime = "2026-03-01T14:07:05";

    private const long PortsAddress = 0x3eff0000; // QEMU's virt: where PCI's I/O ports lie in memory
    private const int FingerUpMilliseconds = 250;
    private readonly DirectoryInfo _sockets = Directory.CreateTempSubdirectory("board-"); // short: a socket's path has 107 bytes
    private readonly Process _qemu;
    private readonly string _folder;
    private readonly string _name;
    private readonly Qmp _qmp;
    private readonly Qtest _qtest;
    private string? _gpio;

    /// <summary>
    /// Powers a board on; <paramref name="name"/> begins the names of the files it leaves in <paramref name="folder"/>, and it has
    /// <paramref name="devices"/> (QEMU's arguments) besides its own. <paramref name="boot"/> are further options of boot.
    /// </summary>
    public Board(string repo, string image, string folder, string name, string key, string[] boot, params string[] devices)
    {
        (_folder, _name) = (folder, name);
        var knownHosts = Path.Combine(folder, "known_hosts");
        Device = new Device(FreePort(), key, knownHosts);
        ConsolePath = Path.Combine(folder, $"{name}-console.log");
        var wav = Path.Combine(folder, $"{name}.wav");
        foreach (var old in new[] { ConsolePath, wav, knownHosts })
            File.Delete(old);
        Recording = new Recording(wav);

        string qmp = Path.Combine(_sockets.FullName, "qmp"), qtest = Path.Combine(_sockets.FullName, "qtest");
        Uptime = Stopwatch.StartNew();
        _qemu = Command.Start(Path.Combine(repo, "firmware-image/boot"),
        [
            "--image", image, "--ssh-port", $"{Device.Port}", "--wav", wav, "--console", ConsolePath, .. boot, "--",
            "-qmp", $"unix:{qmp},server=on,wait=off", "-qtest", $"unix:{qtest},server=on,wait=off", "-qtest-log", "/dev/null",
            "-rtc", $"base={PowerOnTime}", .. devices,
        ]);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => CutPower();
        try
        {
            Wait.Until("QEMU opens its sockets", TimeSpan.FromSeconds(60),
                () => _qemu.HasExited || (File.Exists(qmp) && File.Exists(qtest)));
            if (_qemu.HasExited)
                throw new InvalidOperationException($"QEMU ended: {Command.Finish(_qemu, TimeSpan.FromSeconds(5))}");
            _qmp = Wait.For("QEMU answers", TimeSpan.FromSeconds(30), () => TryConnect(() => new Qmp(qmp)));
            _qtest = new Qtest(qtest);
        }
        catch
        {
            CutPower();
            throw;
        }
    }

    public Device Device { get; }

    public Recording Recording { get; }

    public Stopwatch Uptime { get; }

    public string ConsolePath { get; }

    /// <summary>The kernel's and the host's lines so far.</summary>
    public string Console
    {
        get
        {
            if (!File.Exists(ConsolePath))
                return "";
            using var file = new StreamReader(new FileStream(ConsolePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            return file.ReadToEnd();
        }
    }

    public Picture Screen() => _qmp.Screen(Path.Combine(_sockets.FullName, "screen.ppm"));

    /// <summary>What a further display shows, by its device's id.</summary>
    public Picture Screen(string device, int output = 0) =>
        _qmp.Screen(Path.Combine(_sockets.FullName, "screen.ppm"), device, output);

    public void Key(string name) => _qmp.Key(name);

    /// <summary>Presses keys together.</summary>
    public void Keys(params ReadOnlySpan<string> names) => _qmp.Key(names);

    public void Touch(double x, double y) => _qmp.Touch(x, y);

    /// <summary>Plugs a device in while the board runs.</summary>
    public void AddDevice(JsonObject device) => _qmp.Execute("device_add", device);

    /// <summary>Pulls a device out while the board runs.</summary>
    public void RemoveDevice(string id) => _qmp.Execute("device_del", new JsonObject { ["id"] = id });

    /// <summary>Writes a PCI I/O port, as a PC's firmware does before the kernel runs.</summary>
    public void SetPort(int port, byte value) => _qtest.WriteByte(PortsAddress + port, value);

    /// <summary>Waits until the board has switched itself off, with which QEMU ends.</summary>
    public void WaitOff() => Wait.Until("the board is off", TimeSpan.FromSeconds(60), () => _qemu.HasExited,
        () => $"the console ends with: {Console[^Math.Min(Console.Length, 400)..]}", pause: 100);

    /// <summary>Sets a line of the board's GPIO chip.</summary>
    public void SetLine(int line, bool high) => _qtest.SetLine(_gpio ??= _qmp.FindObject("/machine/unattached", "pl061"), line, high);

    /// <summary>
    /// Presses and releases a button on a line of the board's GPIO chip. As a finger does it: it stays down until it was
    /// seen, and is up for longer than a button is debounced before it can be pressed again.
    /// </summary>
    public void Button(int line, Action whileDown)
    {
        _gpio ??= _qmp.FindObject("/machine/unattached", "pl061");
        _qtest.SetLine(_gpio, line, high: true);
        try
        {
            whileDown();
        }
        finally
        {
            _qtest.SetLine(_gpio, line, high: false);
            Thread.Sleep(FingerUpMilliseconds);
        }
    }

    /// <summary>Waits until the host says that it serves; the time since power-on.</summary>
    public TimeSpan WaitReady()
    {
        Wait.Until("the host's ready line on the console", TimeSpan.FromSeconds(120),
            () => Console.Contains("mmm: ready:") || _qemu.HasExited,
            () => $"the console ends with: {Console[^Math.Min(Console.Length, 400)..]}");
        return Uptime.Elapsed;
    }

    public void WaitConsole(string text) => Wait.Until($"\"{text}\" on the console", TimeSpan.FromSeconds(60), () => Console.Contains(text),
        () => $"the console ends with: {Console[^Math.Min(Console.Length, 600)..]}");

    public TimeSpan WaitSsh()
    {
        Wait.Until("the ssh server answers", TimeSpan.FromSeconds(120), Device.Answers, pause: 100);
        return Uptime.Elapsed;
    }

    /// <summary>The power goes at once: nothing in the guest gets to know.</summary>
    public void CutPower()
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

    /// <summary>Keeps what there is to see for whoever looks into a failure; says where.</summary>
    public string KeepEvidence(string test)
    {
        var png = Path.Combine(_folder, $"{test}.png");
        try
        {
            Png.Write(png, Screen());
            return $"screen: {png}, console: {ConsolePath}";
        }
        catch (Exception e)
        {
            return $"no screen ({e.Message}), console: {ConsolePath}";
        }
    }

    public override string ToString() => _name;

    public void Dispose()
    {
        CutPower();
        _qmp.Dispose();
        _qtest.Dispose();
        _qemu.Dispose();
        _sockets.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static T? TryConnect<T>(Func<T> connect) where T : class
    {
        try
        {
            return connect();
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
