using System.Text.Json;

namespace Board.Tests;

/// <summary>The log of a device, what the screen shows when the host does not start, writes to the flash, and mmm-doctor.</summary>
[Collection("device")]
[TestMethodOrderer(typeof(TopToBottom))]
public sealed class LogTests(BoardFixture fixture, LogBoard board) : IClassFixture<LogBoard>
{
    private const int ConsoleInk = 0xAAAAAA;

    [Fact]
    public void The_kernel_the_host_and_programs_are_in_one_log() => Watch("log-sources", () =>
    {
        board.WaitLog("the ssh server's line", " dropbear: ");
        var log = board.Log;
        Assert.Matches(@"(?m)^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z info log: the device was started, version \d", log);
        Assert.Matches(@"(?m)Z warning kernel: ", log);
        Assert.Matches(@"(?m)Z info mmm: ready: 800x480", log);
        Assert.Matches(@"(?m)Z info udhcpc: ", log);
        Assert.All(board.Device.Require("mmmctl logs --device mmm -n 1").Split('\n'), l => Assert.Contains("Z info mmm: ", l));
        Assert.Equal(log.Split('\n')[0], board.Device.Require("sh -l -c logread").Split('\n')[0]);
        board.Device.Require("dmesg -n 8; echo '<3>probe: from a script' >/dev/kmsg");
        board.WaitLog("a script's line", " error probe: from a script");
    });

    [Fact]
    public void Mmm_doctor_shows_what_the_board_has() => Watch("log-doctor", () =>
    {
        var page = board.Device.Require("mmm-doctor");
        foreach (var part in new[]
        {
            "Virtual-1: connected, enabled", "QEMU Virtio Keyboard: keys", "QEMU Virtio Tablet: tablet", "card 0, device 0: HDA Intel",
            "line 5: in use by \"mmm\"", "eth0: up, 10.0.2.15", "image: VERSION=", "slot a", "/data: /dev/mmm/data, ext4, ",
        })
            Assert.Contains(part, page);
        using var json = JsonDocument.Parse(board.Device.Require("mmm-doctor --json"));
        Assert.Equal("system", json.RootElement[0].GetProperty("name").GetString());

        var clock = board.Board.Screen();
        var shown = Task.Run(() => board.Device.Run("mmm-doctor --screen"));
        Wait.Until("the page", TimeSpan.FromSeconds(30), () => board.Board.Screen().Count(p => p == 0xFFFFFF) is > 5000 and < 60_000
            && board.Board.Screen().Count(p => p == 0) > 200_000, pause: 200);
        board.Board.Touch(0.5, 0.5);
        Wait.Until("a mark at the touch", TimeSpan.FromSeconds(30), () => board.Board.Screen().At(400, 240) == 0xFFB04A, pause: 200);
        board.Board.Key("esc");
        Wait.Until("the clock again", TimeSpan.FromSeconds(30), () => board.Board.Screen().Differences(clock) < 50_000, pause: 200);
        var result = shown.Result;
        Assert.True(result.ExitCode == 0, $"{result}");
    });

    [Fact]
    public void A_host_that_does_not_start_says_why_on_the_screen_and_in_the_log() => Watch("log-screen", () =>
    {
        board.Device.Require("""
            printf '#!/bin/sh\necho "<4>mmm: /dev/dri/card0: there is no display" >&2\nexit 1\n' >/tmp/mmm; chmod +x /tmp/mmm
            """);
        var host = board.Device.Pid("mmm");
        board.Device.Require($"mount -o bind /tmp/mmm /usr/lib/mmm/mmm; kill -9 {host}");
        Wait.Until("text on the screen", TimeSpan.FromSeconds(30), () =>
        {
            var screen = board.Board.Screen();
            var ink = screen.Count(p => p == ConsoleInk);
            return ink is > 1000 and < 50_000 && ink + screen.Count(p => p == 0) == 800 * 480;
        }, pause: 100);
        // The page is written anew every few seconds.
        Wait.Until("the reason", TimeSpan.FromSeconds(30), () => board.Device.Require("cat /dev/vcs1") is var text
            && text.Contains("The app cannot be shown: the program mmm ended with code 1.", StringComparison.Ordinal)
            && text.Contains("/dev/dri/card0: there is no display", StringComparison.Ordinal), pause: 500);
        Assert.Contains("warning mmm: /dev/dri/card0: there is no display", board.Device.Require("cat /run/log/messages"));
        board.Device.Require("umount /usr/lib/mmm/mmm");
        Wait.Until("the clock again", TimeSpan.FromSeconds(60), () => board.Board.Screen().Count(p => p == 0xFFB04A) > 100, pause: 200);
    });

    [Fact]
    public void Nothing_is_written_while_nothing_is_said() => Watch("log-idle", () =>
    {
        // The login is in the log, which is kept after a minute.
        const string sectors = "awk '{ print $7 }' /sys/block/vda/stat";
        var written = board.Device.Require($"sleep 75; {sectors}; sleep 60; {sectors}",
            TimeSpan.FromMinutes(10)).Split('\n');
        fixture.Measured("sectors written in a minute in which nothing happens", $"{long.Parse(written[1]) - long.Parse(written[0])}");
        Assert.Equal(written[0], written[1]);
    });

    [Fact]
    public void An_endless_writer_has_a_small_part_and_the_log_is_there_after_a_power_cut() => Watch("log-power", () =>
    {
        board.Device.Require("yes 'loud: a line that is written again and again' | head -n 20000 >/run/log/output");
        board.Device.Require("echo '<4>mmm: a fault after that' >/run/log/output");
        board.WaitLog("the other source", "warning mmm: a fault after that");
        Assert.InRange(long.Parse(board.Device.Require("cat /run/log/messages* | wc -c")), 60_000, 128 * 1024);
        Wait.Until("the number of lines left out, on the disk", TimeSpan.FromSeconds(150),
            () => board.Device.Run("grep -q 'warning log: .* lines of loud were left out' /data/log/messages").ExitCode == 0, pause: 1000);

        board.CutPowerAndBoot();

        board.WaitLog("the start", "; before, it ended without being shut down, as by a power cut");
        Assert.Contains("warning mmm: a fault after that", board.Log);
        Assert.DoesNotContain("a fault after that", board.Device.Require("cat /run/log/messages"));
    });

    [Fact]
    public void A_reboot_keeps_the_last_lines() => Watch("log-reboot", () =>
    {
        board.Device.Require("echo 'mmm: just before' >/run/log/output; reboot");
        Wait.Until("the host after the reboot", TimeSpan.FromSeconds(120), () => board.Board.Console.Split("mmm: ready:").Length > 2,
            () => board.Board.Console, pause: 100);
        board.Board.WaitSsh();
        board.WaitLog("the start", "log: the device was started");
        Assert.DoesNotContain("power cut", board.Device.Require("cat /run/log/messages"));
        Assert.Matches("info mmm: just before\n(.*\n)*.* info log: the log ends in order\n", board.Log);
    });

    private void Watch(string test, Action steps) => BoardFixture.Watch(board.Board, test, steps);
}
