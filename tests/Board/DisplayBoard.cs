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

    /// <summary>Starts a host while the second one runs.</summary>
    internal void StartBeside(string display) => Host.StartBeside($"--display {display} --audio none");

    /// <summary>Starts a host of a user who is not root, with the first terminal as its controlling one, as a login there has it.</summary>
    internal void StartAsUser(string display)
    {
        const string user = "kiosk", script = "/tmp/as-user";
        Host.End();
        Device.Require($"""
            rm -rf {HostOnBoard.ClientsPath}
            cp /etc/passwd /tmp/passwd
            echo {user}:x:1000:1000::/:/bin/sh >>/tmp/passwd
            mount --bind /tmp/passwd /etc/passwd
            chmod 666 /dev/dri/card0 /dev/fb0 /dev/tty1
            mkdir -p {HostOnBoard.ClientsPath}
            chown {user} {HostOnBoard.ClientsPath}
            cat >{script} <<'END'
            #!/bin/sh
            exec setsid sh -c 'exec 3<>/dev/tty1; exec start-stop-daemon -S -c {user} -x "$(which mmm)" -- "$@"' sh "$@"
            END
            chmod 755 {script}
            """);
        Host.Start($"--display {display} --input none --audio none", program: script);
    }

    /// <summary>Starts a host beside the first, which serves a directory of its own.</summary>
    internal void StartSecond(string display)
    {
        Device.Require($"mkdir -p /tmp/other; MMM_PATH=/tmp/other mmm --display {display} --input none --audio none "
            + ">/dev/null 2>/tmp/second.log </dev/null & echo $! >/tmp/second.pid");
        Wait.Until($"a second host on {display}", TimeSpan.FromSeconds(30),
            () => SecondLog.Contains("mmm: ready:"), () => SecondLog, pause: 100);
    }

    internal string SecondLog => Device.Require("cat /tmp/second.log");

    /// <summary>Ends it; returns when it is gone.</summary>
    internal void EndSecond(string signal)
    {
        Device.Require($"kill -{signal} $(cat /tmp/second.pid)");
        Wait.Until("the second host ends", TimeSpan.FromSeconds(20),
            () => Device.Run("kill -0 $(cat /tmp/second.pid)").ExitCode != 0, pause: 100);
    }

    /// <summary>Makes the second card /dev/dri/card1; the image has no driver for it.</summary>
    internal void LoadCirrus()
    {
        if (Device.Run("test -c /dev/dri/card1").ExitCode == 0)
            return;
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
