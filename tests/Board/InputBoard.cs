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
        Board.Device.Send(Path.Combine(fixture.Programs.UinputReplay, "UinputReplay"), Replay);
        var archive = Path.Combine(fixture.Folder, "recordings.tar");
        TarFile.CreateFromDirectory(Path.Combine(fixture.Repo, "tests/InputEvdev.Tests/Devices"), archive, includeBaseDirectory: false);
        Board.Device.Send(archive, "/tmp/recordings.tar");
        Board.Device.Require($"mkdir -p {Recordings}; tar -x -f /tmp/recordings.tar -C {Recordings}");
    }

    internal Board Board { get; }

    public void Dispose() => Board.Dispose();
}
