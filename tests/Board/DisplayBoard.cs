using System.Globalization;

namespace Board.Tests;

/// <summary>A board of its own for tests of displays: nothing shows on it but what a test starts. It has a second card, a Cirrus.</summary>
public sealed class DisplayBoard : IDisposable
{
    /// <summary>QEMU's id of the second card, which shows nothing before <see cref="LoadCirrus"/>.</summary>
    internal const string Cirrus = "cirrus";

    private const string DrawApp = "DrawApp";
    private readonly string _modules;

    public DisplayBoard(BoardFixture fixture)
    {
        Board = fixture.BootAnother("displays", "-device", $"cirrus-vga,id={Cirrus},romfile=");
        _modules = Path.Combine(fixture.Repo, "cache/virt/lib/modules"); // where the image's come from
        Host = new HostOnBoard(Device);
        Host.End();
        Host.Send(fixture.Programs.DrawApp, DrawApp);
    }

    internal Board Board { get; }

    internal Device Device => Board.Device;

    internal HostOnBoard Host { get; }

    /// <summary>Starts a host in place of the last one, and waits until it serves; its process.</summary>
    internal int Start(string display, string environment = "", string arguments = "") =>
        Host.Start($"--display {display} {arguments} --audio none", environment: environment);

    /// <summary>Makes the second card /dev/dri/card1; the image has no driver for it.</summary>
    internal void LoadCirrus()
    {
        Device.Send(Assert.Single(Directory.GetFiles(_modules, "cirrus.ko", SearchOption.AllDirectories)), "/tmp/cirrus.ko");
        Board.SetPort(0x3c2, 1); // VGA's miscellaneous output register: the CRTC's registers are at 0x3d4. No VGA BIOS runs here to do it.
        Device.Require("insmod /tmp/cirrus.ko");
        Wait.Until("the second card", TimeSpan.FromSeconds(20), () => Device.Run("test -c /dev/dri/card1").ExitCode == 0, pause: 100);
    }

    /// <summary>Runs a host that has to end by itself; what it says.</summary>
    internal string Refused(string display, string configuration = "{}")
    {
        var result = Device.Run($"mkdir -p /tmp/other; echo '{configuration}' >/tmp/c.json; "
            + $"MMM_PATH=/tmp/other mmm --config /tmp/c.json {(display.Length > 0 ? "--display " + display : "")}");
        Assert.Equal(1, result.ExitCode);
        return result.Error;
    }

    /// <summary>Draws for some seconds (DrawApp's arguments), and leaves its last frame on the screen.</summary>
    internal void Draw(string arguments)
    {
        Host.EndApps();
        Host.StartApp(DrawApp, arguments);
    }

    /// <summary>Waits until DrawApp has drawn its last frame.</summary>
    internal string WaitDrawn()
    {
        Wait.Until("DrawApp's last frame", TimeSpan.FromSeconds(60), () => Drawn.Length > 0, pause: 100);
        return Drawn;
    }

    /// <summary>The last press of a pointer that DrawApp got: x y, client pixels; "": none.</summary>
    internal string Pressed
    {
        get
        {
            var line = Drawn[(Drawn.LastIndexOf('\n') + 1)..];
            return line.StartsWith("press ", StringComparison.Ordinal) ? line["press ".Length..] : "";
        }
    }

    private string Drawn => Host.LogOf(DrawApp);

    /// <summary>DrawApp's frames so far, and the ms of processor time that a process had.</summary>
    internal (long Frames, double CpuMs, double Seconds) Measure(int pid)
    {
        var said = Device.Require($"MMM_PATH={HostOnBoard.ClientsPath} mmmctl clients --json; echo; "
            + $"awk '{{ s += $1 }} END {{ printf \"%.3f \", s / 1e6 }}' /proc/{pid}/task/*/schedstat; cut -d' ' -f1 /proc/uptime");
        var end = said.TrimEnd().LastIndexOf('\n');
        using var clients = System.Text.Json.JsonDocument.Parse(said[..end]);
        var numbers = said[end..].Split(' ', StringSplitOptions.TrimEntries);
        var client = Assert.Single(clients.RootElement.EnumerateArray());
        return (client.GetProperty("frames").GetInt64(), Number(numbers[0]), Number(numbers[1]));

        static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
    }

    public void Dispose() => Board.Dispose();
}
