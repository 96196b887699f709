namespace Board.Tests;

/// <summary>A board of its own for tests of the log, which is powered off and on again.</summary>
public sealed class LogBoard(BoardFixture fixture) : IDisposable
{
    private const string Name = "log";

    internal Board Board { get; private set; } = fixture.BootAnother(Name);

    internal Device Device => Board.Device;

    /// <summary>All lines of the device's log.</summary>
    internal string Log => Device.Require("mmmctl logs --device");

    /// <summary>Waits until the log has a line that matches.</summary>
    internal void WaitLog(string what, string part, TimeSpan? limit = null) => Wait.Until(what, limit ?? TimeSpan.FromSeconds(30),
        () => Device.Run($"grep -q '{part}' /run/log/messages").ExitCode == 0, () => Log, pause: 500);

    /// <summary>Cuts the power, and powers the board on again.</summary>
    internal void CutPowerAndBoot()
    {
        Board.Dispose();
        Board = fixture.BootDisk(Path.Combine(fixture.Folder, $"{Name}.img"));
        Board.WaitReady();
        Board.WaitSsh();
    }

    public void Dispose() => Board.Dispose();
}
