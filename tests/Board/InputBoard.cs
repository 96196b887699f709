using System.Formats.Tar;

namespace Board.Tests;

/// <summary>A board of its own for tests of input devices, with a free PCIe port, the recorded devices and the program that makes them.</summary>
public sealed class InputBoard : IDisposable
{
    /// <summary>QEMU's id of the free port.</summary>
    internal const string Port = "free";

    internal const string Replay = "/data/UinputReplay", Recordings = "/tmp/recordings";

    public InputBoard(BoardFixture fixture)
    {
        Board = fixture.BootAnother("input", "-device", $"pcie-root-port,id={Port},chassis=9");
        Board.WaitReady();
        Board.WaitSsh();
        Board.Device.Send(System.IO.Path.Combine(fixture.Programs.UinputReplay, "UinputReplay"), Replay);
        Board.Device.Send(System.IO.Path.Combine(fixture.Programs.Hello, "Hello"), "/data/Hello");
        Board.Device.Send(System.IO.Path.Combine(fixture.Programs.DrawApp, "DrawApp"), "/data/DrawApp");
        var archive = System.IO.Path.Combine(fixture.Folder, "recordings.tar");
        TarFile.CreateFromDirectory(System.IO.Path.Combine(fixture.Repo, "tests/InputEvdev.Tests/Devices"), archive, includeBaseDirectory: false);
        Board.Device.Send(archive, "/tmp/recordings.tar");
        Board.Device.Require($"mkdir -p {Recordings}; tar -x -f /tmp/recordings.tar -C {Recordings}");
    }

    internal Board Board { get; }

    private const string Path = "/tmp/mmm";

    internal string HostLog => Board.Device.Require("cat /tmp/host.log");

    /// <summary>Starts a host in place of the one that init started, or of the last one, and waits until it serves.</summary>
    internal void StartHost(string arguments, string configuration = "{}")
    {
        // init is told to start nothing again; the host it started ends, and with it the app.
        Board.Device.Run("kill -TSTP 1; sleep 0.5; kill $(pidof Hello) $(pidof DrawApp) $(pidof mmm)");
        Wait.Until("the last host ends", TimeSpan.FromSeconds(20), () => Board.Device.Run("pidof mmm").ExitCode != 0, pause: 100);
        Board.Device.Require($"mkdir -p {Path}; : >/tmp/host.log; echo '{configuration}' >/tmp/c.json; MMM_PATH={Path} mmm --config /tmp/c.json {arguments} --audio none >/dev/null 2>/tmp/host.log </dev/null &");
        Wait.Until("a host", TimeSpan.FromSeconds(30), () => HostLog.Contains("mmm: ready:"), () => HostLog, pause: 100);
    }

    /// <summary>Starts an app in place of the last one.</summary>
    internal void StartApp(string name, string arguments = "")
    {
        Board.Device.Run("kill $(pidof Hello) $(pidof DrawApp)");
        Board.Device.Require($"MMM_PATH={Path} /data/{name} {arguments} >/dev/null 2>&1 </dev/null &");
        Wait.Until("the app", TimeSpan.FromSeconds(20), () => HostLog.Contains($"{name} (pid"), () => HostLog, pause: 100);
    }

    public void Dispose() => Board.Dispose();
}
