using System.Formats.Tar;

namespace Board.Tests;

/// <summary>
/// A board of its own for tests of input devices, with a free PCIe port, the recorded devices and the program that makes them.
/// </summary>
public sealed class InputBoard : IDisposable
{
    /// <summary>QEMU's id of the free port.</summary>
    internal const string Port = "free";

    internal const string Replay = "/data/UinputReplay", Recordings = "/tmp/recordings";

    public InputBoard(BoardFixture fixture)
    {
        Board = fixture.BootAnother("input", "-device", $"pcie-root-port,id={Port},chassis=9");
        Device.Send(Path.Combine(fixture.Programs.UinputReplay, "UinputReplay"), Replay);
        // Some recorded devices have a power key, which would switch the board off.
        Device.Require("""sed 's/"devices": \["auto"\]/&, "powerKey": "app"/' /etc/mmm/appliance.json >/data/appliance.json""");
        Device.Require("grep -q powerKey /data/appliance.json && MMM_PATH=/run/mmm mmmctl quit");
        Wait.Until("the host with that", TimeSpan.FromSeconds(60),
            () => Board.Console.Split("mmm: ready:").Length > 2, () => Board.Console);
        Host = new HostOnBoard(Device);
        Host.Send(fixture.Programs.Hello, "Hello");
        Host.Send(fixture.Programs.DrawApp, "DrawApp");
        var archive = Path.Combine(fixture.Folder, "recordings.tar");
        TarFile.CreateFromDirectory(Path.Combine(fixture.Repo, "tests/InputEvdev.Tests/Devices"), archive, includeBaseDirectory: false);
        Device.Send(archive, "/tmp/recordings.tar");
        Device.Require($"mkdir -p {Recordings}; tar -x -f /tmp/recordings.tar -C {Recordings}");
    }

    internal Board Board { get; }

    internal Device Device => Board.Device;

    /// <summary>Init's, until a test starts another.</summary>
    internal HostOnBoard Host { get; }

    /// <summary>Starts an app in place of the last one.</summary>
    internal void StartApp(string name, string arguments)
    {
        Host.EndApps();
        Host.StartApp(name, arguments);
        Host.WaitLog("the app", $"{name} (pid", TimeSpan.FromSeconds(20));
    }

    public void Dispose() => Board.Dispose();
}
