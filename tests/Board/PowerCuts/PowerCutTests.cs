namespace Board.Tests.PowerCuts;

/// <summary>
/// Power cuts with a disk that loses what was not flushed. A board's writes are recorded from its first boot on, while apps are pushed to
/// it and its system is updated. Then the power is cut at random places of the recording, and a board boots from what is left. With
/// MMM_POWER_CUTS=1, there are 100 cuts during the first boot, 200 during the pushes and 200 during the update.
/// </summary>
[Collection("system")]
public sealed class PowerCutTests(BoardFixture fixture)
{
    private static readonly bool Many = Environment.GetEnvironmentVariable("MMM_POWER_CUTS") == "1";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);
    private readonly Random _random = new();

    [Fact]
    public void A_device_shows_an_app_after_a_power_cut_at_any_write()
    {
        string disk = Path.Combine(fixture.Folder, "recorded.img"), path = Path.Combine(fixture.Folder, "writes.log");
        fixture.CopyDisk(disk);
        var (booted, pushed, updated) = Record(disk, path);

        fixture.CopyDisk(disk);
        using var log = new WriteLog(path);
        using var lossy = new LossyDisk(disk, log, _random);
        CutAndBoot(lossy, "first boot", 0, booted, Many ? 100 : 2);
        CutAndBoot(lossy, "push", booted, pushed, Many ? 200 : 3);
        CutAndBoot(lossy, "update", pushed, updated, Many ? 200 : 3, "--uboot");
        File.Delete(path);
        File.Delete(disk);
    }

    /// <summary>Records a first boot, some pushes and an update: how many entries the log has after each.</summary>
    private (int Booted, int Pushed, int Updated) Record(string disk, string path)
    {
        var images = new UpdateImages(fixture);
        var update = images.Bundle(images.Disk("99.0"));
        using var board = fixture.BootDisk(disk, "--uboot", "--log-writes", path);
        int booted = 0, pushed = 0, updated = 0;
        BoardFixture.Watch(board, "recorded", () =>
        {
            board.WaitReady();
            board.WaitSsh();
            WaitApp(board);
            booted = Count(board, path);
            Push(board, "Hello", fixture.Programs.Hello);
            Push(board, "ToneApp", fixture.Programs.ToneApp);
            Push(board, "Hello", fixture.Programs.Hello);
            pushed = Count(board, path);
            Command.Require(Path.Combine(fixture.Repo, "deploy/update"), board.Device.UpdateArguments(update), Limit);
            updated = Count(board, path);
        });
        return (booted, pushed, updated);
    }

    private void CutAndBoot(LossyDisk lossy, string phase, int from, int to, int cuts, params string[] boot)
    {
        Assert.True(to > from, $"nothing was written during the {phase}");
        var places = Enumerable.Range(0, cuts).Select(_ => _random.Next(from, to + 1)).Order().ToArray();
        var disk = Path.Combine(fixture.Folder, "after-cut.img");
        for (var i = 0; i < cuts; i++)
        {
            var what = $"{phase}, cut {i + 1} of {cuts}: {lossy.Cut(places[i], disk)}";
            TestContext.Current.TestOutputHelper?.WriteLine(what);
            using var board = fixture.BootDisk(disk, boot);
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
        Command.Require(Path.Combine(fixture.Repo, "deploy/push"), board.Device.PushArguments(app, folder), Limit);

    private static int Count(Board board, string path)
    {
        board.Device.Require("sync");
        using var log = new WriteLog(path);
        return log.Entries.Count;
    }
}
