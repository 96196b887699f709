namespace Board.Tests.PowerCuts;

/// <summary>
/// Power cuts with a disk that loses what was not flushed. A board's writes are recorded from its first boot on, while apps are pushed to
/// it. Then the power is cut at random places of the recording, and a board boots from what is left. With MMM_POWER_CUTS=1, there are 100
/// cuts during the first boot and 200 during the pushes.
/// </summary>
[Collection("board")]
public sealed class PowerCutTests(BoardFixture fixture)
{
    private static readonly bool Many = Environment.GetEnvironmentVariable("MMM_POWER_CUTS") == "1";
    private static readonly TimeSpan PushLimit = TimeSpan.FromMinutes(3);
    private readonly Random _random = new();

    [Fact]
    public void A_device_shows_an_app_after_a_power_cut_at_any_write()
    {
        string disk = Path.Combine(fixture.Folder, "recorded.img"), path = Path.Combine(fixture.Folder, "writes.log");
        fixture.CopyDisk(disk);
        var (booted, pushed) = Record(disk, path);

        fixture.CopyDisk(disk);
        using var log = new WriteLog(path);
        using var lossy = new LossyDisk(disk, log, _random);
        CutAndBoot(lossy, "first boot", 0, booted, Many ? 100 : 3);
        CutAndBoot(lossy, "push", booted, pushed, Many ? 200 : 4);
        File.Delete(path);
        File.Delete(disk);
    }

    /// <summary>Records a first boot and some pushes: how many entries the log has after each.</summary>
    private (int Booted, int Pushed) Record(string disk, string path)
    {
        using var board = fixture.BootDisk(disk, "--log-writes", path);
        int booted = 0, pushed = 0;
        BoardFixture.Watch(board, "recorded", () =>
        {
            board.WaitReady();
            board.WaitSsh();
            WaitApp(board);
            board.Device.Require("sync");
            booted = Count(path);
            Push(board, "Hello", fixture.Programs.Hello);
            Push(board, "ToneApp", fixture.Programs.ToneApp);
            Push(board, "Hello", fixture.Programs.Hello);
            board.Device.Require("sync");
            pushed = Count(path);
        });
        return (booted, pushed);
    }

    private void CutAndBoot(LossyDisk lossy, string phase, int from, int to, int cuts)
    {
        Assert.True(to > from, $"nothing was written during the {phase}");
        var places = Enumerable.Range(0, cuts).Select(_ => _random.Next(from, to + 1)).Order().ToArray();
        var disk = Path.Combine(fixture.Folder, "after-cut.img");
        for (var i = 0; i < cuts; i++)
        {
            var what = $"{phase}, cut {i + 1} of {cuts}: {lossy.Cut(places[i], disk)}";
            TestContext.Current.TestOutputHelper?.WriteLine(what);
            using var board = fixture.BootDisk(disk);
            try
            {
                BoardFixture.Watch(board, "after-cut", () => CheckBoots(board, pushes: i == cuts - 1));
            }
            catch (InvalidOperationException e)
            {
                throw new InvalidOperationException($"{what}: {e.Message}", e); // the disk stays, to be looked at
            }
        }
        File.Delete(disk);
    }

    private void CheckBoots(Board board, bool pushes)
    {
        board.WaitReady();
        board.WaitSsh();
        WaitApp(board);
        Assert.DoesNotContain("panic", board.Console, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("", board.Device.Run("ls -d /data/.made-anew 2>/dev/null").Output);
        if (pushes)
            Push(board, "Hello", fixture.Programs.Hello);
    }

    private static void WaitApp(Board board) =>
        Wait.Until("an app is on the screen", TimeSpan.FromSeconds(60), () => board.Device.Clients().Any(c => c.Frames > 0), pause: 200);

    private void Push(Board board, string app, string folder) =>
        Command.Require(Path.Combine(fixture.Repo, "deploy/push"), board.Device.PushArguments(app, folder), PushLimit);

    private static int Count(string path)
    {
        using var log = new WriteLog(path);
        return log.Entries.Count;
    }
}
