using static Board.Tests.DiskImage;

namespace Board.Tests;

/// <summary>U-Boot and its script: which system is started by the boot state, and what is seen when it cannot start.</summary>
[Collection("system")]
public sealed class BootLoaderTests(BoardFixture fixture)
{
    private const string Damaged = "";

    [Theory]
    [InlineData("zeroed", Damaged, "mmm_gen=7;mmm_order=a b;mmm_a_left=2;mmm_b_left=0", "a 2, b 0",
        "mmm_a_left=1;mmm_b_left=0;mmm_gen=8;mmm_order=a b")]
    [InlineData("random", "mmm_gen=19;mmm_order=a b;mmm_a_left=3;mmm_b_left=0;mmm_trial=b", Damaged, "a 3, b 0",
        "mmm_a_left=2;mmm_b_left=0;mmm_gen=20;mmm_order=a b;mmm_trial=b")]
    [InlineData("newer", "mmm_gen=99;mmm_order=b a;mmm_a_left=3;mmm_b_left=3", "mmm_gen=100;mmm_order=a b;mmm_a_left=1;mmm_b_left=0",
        "a 1, b 0", "mmm_a_left=0;mmm_b_left=0;mmm_gen=101;mmm_order=a b")]
    [InlineData("none", Damaged, Damaged, "both copies are damaged", "mmm_a_left=2;mmm_b_left=3;mmm_gen=1;mmm_order=a b")]
    public void The_newer_valid_copy_of_the_boot_state_holds_and_a_try_is_used_up(
        string name, string first, string second, string said, string after)
    {
        var disk = fixture.NewDisk($"state-{name}");
        Prepare(FirstState, first);
        Prepare(SecondState, second);
        using var board = fixture.BootDisk(disk, "--uboot");
        board.WaitConsole("Starting kernel");
        Assert.Contains($"{said}\r\n", board.Console);
        Assert.Contains("starting system a \r\n", board.Console);
        board.CutPower();
        Assert.Equal(after, ReadState(disk, FirstState));
        Assert.Equal(after, ReadState(disk, SecondState));

        void Prepare(int place, string values)
        {
            var sector = new byte[512];
            if (name == "random")
                Random.Shared.NextBytes(sector);
            Write(disk, place, sector);
            if (values != Damaged)
                WriteState(disk, place, values);
        }
    }

    [Fact]
    public void A_system_whose_root_is_damaged_says_so_and_the_other_one_is_started()
    {
        var disk = fixture.NewDisk("fallback");
        Copy(disk, KernelA, KernelB, KernelSize);
        Copy(disk, RootA, RootB, RootSize);
        Write(disk, RootA, new byte[4096]);
        WriteStates(disk, "mmm_gen=1;mmm_order=a b;mmm_a_left=1;mmm_b_left=3");
        using var board = fixture.BootDisk(disk, "--uboot");
        BoardFixture.Watch(board, "fallback", () =>
        {
            board.WaitConsole("init: The root file system of system a cannot be read.");
            WaitText(board);
            board.WaitConsole("starting system b mmm.fallback=1");
            board.WaitReady();
            board.WaitSsh();
            Assert.Matches("mmm.slot=b mmm.disk=[0-9a-f]{8}-01 mmm.fallback=1", board.Device.Require("cat /proc/cmdline"));
            Assert.Equal("../vda6", board.Device.Require("readlink /dev/mmm/root-b"));
            Assert.StartsWith("/dev/mmm/root-b / ", board.Device.Require("grep ' / ' /proc/mounts"));
            // It has confirmed itself, and is started first from now on.
            const string Confirmed = "mmm_gen=4;mmm_order=b a;mmm_a_left=0;mmm_b_left=3";
            Wait.Until("the state that is confirmed", TimeSpan.FromSeconds(60),
                () => ReadState(disk, SecondState).StartsWith(Confirmed, StringComparison.Ordinal), () => ReadState(disk, SecondState),
                pause: 500);
        });
    }

    [Fact]
    public void Without_tries_the_first_system_is_started_all_the_same_and_the_screen_tells_what_to_do()
    {
        var disk = fixture.NewDisk("both-damaged");
        Write(disk, RootA, new byte[4096]);
        const string State = "mmm_a_left=0;mmm_b_left=0;mmm_gen=5;mmm_order=a b";
        WriteStates(disk, State);
        using var board = fixture.BootDisk(disk, "--uboot");
        BoardFixture.Watch(board, "both-damaged", () =>
        {
            board.WaitConsole("starting system a mmm.fallback=both");
            board.WaitConsole("init: The root file system of system a cannot be read.");
            WaitText(board);
        });
        Assert.Equal(State, ReadState(disk, FirstState));
    }

    private static void WriteStates(string disk, string values)
    {
        WriteState(disk, FirstState, values);
        WriteState(disk, SecondState, values);
    }

    /// <summary>Waits until the screen has some lines of a console's text on black.</summary>
    private static void WaitText(Board board)
    {
        var light = 0;
        Wait.Until("a text on the screen", TimeSpan.FromSeconds(20),
            () => (light = board.Screen().Count(pixel => (pixel & 0xff) > 100)) is > 1500 and < 20_000, () => $"{light} light pixels");
    }
}
