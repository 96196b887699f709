using System.Globalization;
using static Board.Tests.DiskImage;

namespace Board.Tests;

/// <summary>The data partition at boot: enlarged on a larger card, repaired, made anew.</summary>
[Collection("system")]
public sealed class DataPartitionTests(BoardFixture fixture)
{
    private const long Large = 2048 * Mib;

    [Fact]
    public void The_data_partition_grows_to_the_end_of_the_card_and_is_made_anew_when_it_is_beyond_repair()
    {
        var disk = fixture.NewDisk("card");
        Resize(disk, Large);
        using (var board = fixture.BootDisk(disk))
        {
            BoardFixture.Watch(board, "card", () =>
            {
                board.WaitReady();
                board.WaitSsh();
                Wait.Until("a larger file system", TimeSpan.FromSeconds(30), () => DataKilobytes(board) > 1_500_000,
                    () => $"{DataKilobytes(board)} KB", pause: 200);
                board.Device.Require("echo kept >/data/kept; sync");
            });
        }
        using (var board = fixture.BootDisk(disk))
        {
            BoardFixture.Watch(board, "card-again", () =>
            {
                board.WaitReady();
                board.WaitSsh();
                Assert.InRange(DataKilobytes(board), 1_500_000, Large / 1024);
                Assert.Equal("kept", board.Device.Require("cat /data/kept"));
                Assert.Equal(0, board.Device.Run("grep -q 'recovering journal' /run/e2fsck").ExitCode);
                Assert.NotEqual(0, board.Device.Run("test -e /data/.made-anew").ExitCode);
            });
        }
        Resize(disk, Data);
        Resize(disk, Large);
        using (var board = fixture.BootDisk(disk))
        {
            BoardFixture.Watch(board, "card-empty", () =>
            {
                board.WaitReady();
                board.WaitSsh();
                Assert.Contains("boot: the data partition is beyond repair; making it anew", board.Console);
                Assert.NotEmpty(board.Device.Require("cat /data/.made-anew"));
                Assert.InRange(DataKilobytes(board), 1_500_000, Large / 1024);
                Assert.Equal("Clock", Assert.Single(board.Device.Clients()).Name);
            });
        }
    }

    [Fact]
    public void Errors_of_the_data_partition_are_repaired()
    {
        var disk = fixture.NewDisk("errors");
        foreach (var request in new[] { "write /etc/hostname kept", "clri <2>", "ssv state 2" })
            Command.Require("debugfs", ["-w", "-R", request, $"{disk}?offset={Data}"], TimeSpan.FromSeconds(30));
        using var board = fixture.BootDisk(disk);
        BoardFixture.Watch(board, "errors", () =>
        {
            board.WaitReady();
            board.WaitSsh();
            Assert.Contains("boot: the data partition is damaged; repairing it", board.Console);
            Assert.DoesNotContain("beyond repair", board.Console);
            // The folder that it was in was lost.
            Assert.Equal(File.ReadAllText("/etc/hostname").TrimEnd('\n'), board.Device.Require("cat /data/lost+found/#12"));
        });
    }

    private static long DataKilobytes(Board board) =>
        long.Parse(board.Device.Require("df -k /data | awk 'END { print $2 }'"), CultureInfo.InvariantCulture);
}
