using System.Globalization;

namespace Board.Tests;

/// <summary>A board of its own for tests of displays: nothing shows on it but what a test starts. It has a second card, a Cirrus.</summary>
public sealed class DisplayBoard : IDisposable
{
    /// <summary>QEMU's id of the second card, which shows nothing before <see cref="LoadCirrus"/>.</summary>
    internal const string Cirrus = "cirrus";

    private const string ClientsPath = "/tmp/mmm";
    private readonly string _modules;

    public DisplayBoard(BoardFixture fixture)
    {
        Board = fixture.BootAnother("displays", "-device", $"cirrus-vga,id={Cirrus},romfile=");
        _modules = Path.Combine(fixture.Repo, "cache/virt/lib/modules"); // where the image's come from
        Board.WaitReady();
        Board.WaitSsh();
        // init is told to start nothing again; the host it started ends, and with it the app.
        Device.Require("kill -TSTP 1; sleep 0.5; kill $(pidof mmm)");
        WaitGone("mmm");
        Device.Send(Path.Combine(fixture.Programs.DrawApp, "DrawApp"), "/data/DrawApp");
    }

    internal Board Board { get; }

    internal Device Device => Board.Device;

    /// <summary>Starts a host in place of the last one, and waits until it serves; its process.</summary>
    internal int Start(string display, string environment = "", string arguments = "")
    {
        End();
        var pid = int.Parse(Device.Require($"mkdir -p {ClientsPath}; : >/tmp/host.log; MMM_PATH={ClientsPath} {environment} mmm --display {display} {arguments} --audio none >/dev/null 2>/tmp/host.log </dev/null & echo $!"), CultureInfo.InvariantCulture);
        Wait.Until($"a host on {display}", TimeSpan.FromSeconds(30), () => HostLog.Contains("mmm: ready:"), () => HostLog, pause: 100);
        return pid;
    }

    /// <summary>Makes the second card /dev/dri/card1; the image has no driver for it.</summary>
    internal void LoadCirrus()
    {
        Device.Send(Assert.Single(Directory.GetFiles(_modules, "cirrus.ko", SearchOption.AllDirectories)), "/tmp/cirrus.ko");
        Board.SetPort(0x3c2, 1); // VGA's miscellaneous output register: the CRTC's registers are at 0x3d4. No VGA BIOS runs here to do it.
        Device.Require("insmod /tmp/cirrus.ko");
        Wait.Until("the second card", TimeSpan.FromSeconds(20), () => Device.Run("test -c /dev/dri/card1").ExitCode == 0, pause: 100);
    }

    internal string HostLog => Device.Require("cat /tmp/host.log");

    /// <summary>Runs a host that has to end by itself; what it says.</summary>
    internal string Refused(string display, string configuration = "{}")
    {
        var result = Device.Run($"mkdir -p /tmp/other; echo '{configuration}' >/tmp/c.json; MMM_PATH=/tmp/other mmm --config /tmp/c.json {(display.Length > 0 ? "--display " + display : "")}");
        Assert.Equal(1, result.ExitCode);
        return result.Error;
    }

    /// <summary>Draws for some seconds (DrawApp's arguments), and leaves its last frame on the screen.</summary>
    internal void Draw(string arguments)
    {
        Device.Run("kill $(pidof DrawApp)");
        Device.Require($": >/tmp/draw.log; MMM_PATH={ClientsPath} /data/DrawApp {arguments} >/tmp/draw.log 2>&1 </dev/null &");
    }

    /// <summary>Waits until DrawApp has drawn its last frame.</summary>
    internal string WaitDrawn()
    {
        Wait.Until("DrawApp's last frame", TimeSpan.FromSeconds(60), () => Drawn.Length > 0, pause: 100);
        return Drawn;
    }

    /// <summary>The last press of a pointer that DrawApp got: x y, client pixels; "": none.</summary>
    internal string Pressed => Drawn[(Drawn.LastIndexOf('\n') + 1)..] is var line && line.StartsWith("press ", StringComparison.Ordinal) ? line["press ".Length..] : "";

    private string Drawn => Device.Require("cat /tmp/draw.log");

    /// <summary>DrawApp's frames so far, and the ms of processor time that a process had.</summary>
    internal (long Frames, double CpuMs, double Seconds) Measure(int pid)
    {
        var said = Device.Require($"export MMM_PATH={ClientsPath}; mmmctl clients --json; echo; awk '{{ s += $1 }} END {{ printf \"%.3f \", s / 1e6 }}' /proc/{pid}/task/*/schedstat; cut -d' ' -f1 /proc/uptime");
        var end = said.TrimEnd().LastIndexOf('\n');
        using var clients = System.Text.Json.JsonDocument.Parse(said[..end]);
        var numbers = said[end..].Split(' ', StringSplitOptions.TrimEntries);
        var client = Assert.Single(clients.RootElement.EnumerateArray());
        return (client.GetProperty("frames").GetInt64(), double.Parse(numbers[0], CultureInfo.InvariantCulture), double.Parse(numbers[1], CultureInfo.InvariantCulture));
    }

    /// <summary>The host's own picture of the screen.</summary>
    internal Picture Screenshot() => Device.Screenshot(ClientsPath);

    internal void Control(string command) => Device.Require($"MMM_PATH={ClientsPath} mmmctl {command}");

    internal void End(string signal = "TERM")
    {
        Device.Run($"kill $(pidof DrawApp); kill -{signal} {Device.Pid("mmm")}");
        WaitGone("mmm");
    }

    private void WaitGone(string program) => Wait.Until($"{program} ends", TimeSpan.FromSeconds(20), () => Device.Run($"pidof {program}").ExitCode != 0, pause: 100);

    public void Dispose() => Board.Dispose();
}
