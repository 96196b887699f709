using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Board.Tests;

/// <summary>
/// The whole path on an emulated board: an image of this repository, its real display, evdev, ALSA, GPIO and ssh. The
/// tests share one boot and run in the order in which they are written.
/// </summary>
[Collection("device")]
[TestMethodOrderer(typeof(TopToBottom))]
public sealed class BoardTests(BoardFixture fixture)
{
    private const int ButtonLine = 5; // in the image's /etc/mmm/appliance.json, as the key "return"
    private const int Toggled = 200; // pixels that the change between 12 and 24 hours moves at least
    private const int HelloBackground = 0x203040;
    private const int ToneBackground = 0x108070;
    private static readonly TimeSpan PushLimit = TimeSpan.FromMinutes(2);

    [Fact]
    public void The_clock_is_on_the_screen() => Watch(board =>
    {
        board.WaitSsh();

        var client = Assert.Single(board.Device.Clients());
        Assert.Equal((800, 480, true), (client.Width, client.Height, client.Bell));
        var picture = ObserveClock(board).Picture;
        Assert.Equal((800, 480), (picture.Width, picture.Height));
        // 14:07 in light figures, an orange colon between them, on a dark background to all four edges.
        Assert.All([(2, 2), (797, 2), (2, 477), (797, 477), (400, 100), (400, 345)],
            place => Assert.InRange(Brightness(picture.At(place.Item1, place.Item2)), 0, 150));
        Assert.All([(400, 180), (400, 259)], place => Assert.Equal(0xFFB04A, picture.At(place.Item1, place.Item2)));
        Assert.All([(155, 220), (321, 220), (451, 220), (563, 220)],
            place => Assert.InRange(Brightness(picture.At(place.Item1, place.Item2)), 600, 765));
        Assert.InRange(picture.Count(pixel => Brightness(pixel) > 500), 10_000, 100_000);
    });

    [Fact]
    public void A_screenshot_of_the_host_is_what_the_display_shows() => Watch(board =>
    {
        var still = ObserveClock(board);
        Assert.Equal(0, still.Differences(board.Device.Screenshot()));
    });

    [Fact]
    public void A_key_changes_the_picture() => Watch(board =>
    {
        var still = ObserveClock(board);
        board.Key("ret");
        still.WaitChange("the key", board.Screen, Toggled);
        board.Key("ret");
        still.WaitSame("the key pressed again", board.Screen);
    });

    [Fact]
    public void A_touch_changes_the_picture() => Watch(board =>
    {
        var still = ObserveClock(board);
        board.Touch(0.5, 0.5);
        still.WaitChange("the touch", board.Screen, Toggled);
        board.Touch(0.25, 0.75);
        still.WaitSame("another touch", board.Screen);
    });

    [Fact]
    public void A_button_on_a_GPIO_line_changes_the_picture() => Watch(board =>
    {
        var still = ObserveClock(board);
        board.Button(ButtonLine, () => still.WaitChange("the button", board.Screen, Toggled));
        board.Button(ButtonLine, () => still.WaitSame("the button pressed again", board.Screen));
    });

    [Fact]
    public void An_LED_on_a_GPIO_line_is_set_and_has_its_initial_state_after_the_host() => Watch(board =>
    {
        Configure(board, """ "leds": [ { "name": "ok", "chip": "9030000.pl061", "line": 6 } ], "buttons" """);
        board.Device.Require("mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null; grep -q mmm:ok /sys/kernel/debug/gpio");
        Assert.Matches(@"mmm:ok *\) out lo", Lines());
        board.Device.Require("mmmctl led ok on");
        Assert.Matches(@"mmm:ok *\) out hi", Lines());
        Assert.Contains("on     line 6 of 9030000.pl061", board.Device.Require("mmmctl led"));
        var blinking = board.Device.Require(
            "mmmctl led ok blink; for i in 1 2 3 4 5 6 7 8; do sleep 0.3; cat /sys/kernel/debug/gpio; done");
        Assert.Matches(@"mmm:ok *\) out hi", blinking);
        Assert.Matches(@"mmm:ok *\) out lo", blinking);
        board.Device.Require("mmmctl led ok off");
        Assert.Matches(@"mmm:ok *\) out lo", Lines());
        RestartHost(board, "umount /etc/mmm/appliance.json");
        Assert.DoesNotContain("mmm:ok", Lines());

        string Lines() => board.Device.Require("cat /sys/kernel/debug/gpio");
    });

    [Fact]
    public void The_screen_is_off_at_night_also_if_the_clock_is_set() => Watch(board =>
    {
        var still = ObserveClock(board);
        Configure(
            board, """ "display": { "schedule": [ { "from": "22:00", "to": "06:30", "screen": "off" } ], """, "\"display\": {");
        board.Device.Require("date -s '2026-03-01 21:59:57'");
        Wait.Until("the night", TimeSpan.FromSeconds(20), () => IsOff(board), pause: 100);
        board.Device.Require("date -s '2026-03-01 14:07:06'");
        still.WaitSame("the clock set to the day", board.Screen);
        board.Device.Require("date -s '2026-03-02 03:00:00'");
        Wait.Until("the next night", TimeSpan.FromSeconds(20), () => IsOff(board), pause: 100);
        RestartHost(board, "umount /etc/mmm/appliance.json && date -s '2026-03-01 14:07:06'");
        ObserveClock(board);
    });

    [Fact]
    public void A_killed_app_disappears_and_is_started_again() => Watch(board =>
    {
        var still = ObserveClock(board);
        var before = Assert.Single(board.Device.Clients()).Pid;
        var kill = Task.Run(() => board.Device.Require($"kill -9 {before}"));
        Wait.Until("the killed app's picture goes", TimeSpan.FromSeconds(20), () => board.Screen().IsPlain, pause: 5);
        kill.Wait();
        still.WaitSame("the restarted app", board.Screen);
        Assert.NotEqual(before, Assert.Single(board.Device.Clients()).Pid);
    });

    [Fact]
    public void The_console_writes_nothing_over_the_picture_and_hears_no_keys() => Watch(board =>
    {
        UseFramebuffer(board);
        var still = ObserveClock(board);
        board.Device.Require("for i in 1 2 3 4 5; do echo TEXT >/dev/tty1; echo text >/dev/kmsg; done; echo text >/dev/console; "
            + "timeout 3 cat /dev/tty1 >/tmp/typed & sleep 1");
        foreach (var key in new[] { "a", "b", "ret", "ret" })
            board.Key(key);
        board.Device.Require("sleep 2.5");
        Assert.Equal(0, still.Differences(board.Screen()));
        Assert.Equal("0", board.Device.Require("wc -c </tmp/typed"));
    });

    [Fact]
    public void A_terminal_switch_hides_the_picture_and_brings_it_back() => Watch(board =>
    {
        UseFramebuffer(board);
        var still = ObserveClock(board);
        board.Device.Require("echo HELLO >/dev/tty2; chvt 2");
        Assert.Equal("tty2", board.Device.Require("cat /sys/class/tty/tty0/active"));
        var away = WaitText(board);
        board.Key("ret"); // is the other terminal's: the clock would show 12 hours
        board.Device.Require("sleep 2"); // its seconds would move
        Assert.InRange(board.Screen().Differences(away), 0, 600); // the key was a line feed there
        Assert.InRange(board.Screen().Count(IsLight), 1, MostText);
        Assert.True(board.Device.Screenshot().IsPlain); // another terminal's text is nobody's business
        board.Device.Require("chvt 1");
        still.WaitSame("the switch back", board.Screen);
        Assert.Equal("tty1", board.Device.Require("cat /sys/class/tty/tty0/active"));
    });

    [Fact]
    public void Control_Alt_and_a_function_key_switch_terminals_and_caps_lock_lights_its_lamp() => Watch(board =>
    {
        UseFramebuffer(board);
        var still = ObserveClock(board);
        const string Lamp = "cat /sys/class/leds/*::capslock/brightness";
        Assert.Equal("0", board.Device.Require(Lamp));
        board.Key("caps_lock");
        Wait.Until("the lamp", TimeSpan.FromSeconds(10), () => board.Device.Require(Lamp) == "1", pause: 100);
        board.Key("caps_lock");
        Wait.Until("no lamp", TimeSpan.FromSeconds(10), () => board.Device.Require(Lamp) == "0", pause: 100);
        board.Keys("ctrl", "alt", "f2");
        Wait.Until("the second terminal", TimeSpan.FromSeconds(10),
            () => board.Device.Require("cat /sys/class/tty/tty0/active") == "tty2", pause: 100);
        board.Keys("ctrl", "alt", "f1"); // by the kernel: that terminal is not the host's
        Wait.Until("the first terminal", TimeSpan.FromSeconds(10),
            () => board.Device.Require("cat /sys/class/tty/tty0/active") == "tty1", pause: 100);
        still.WaitSame("the switch back", board.Screen);
    });

    [Fact]
    public void A_host_that_ends_leaves_the_console_and_the_next_one_takes_it() => Watch(board =>
    {
        UseFramebuffer(board);
        var still = ObserveClock(board);
        board.Device.Require("echo HELLO >/dev/tty1");
        var end = Task.Run(() => board.Device.Require("kill $(pidof mmm)"));
        WaitText(board);
        end.Wait();
        still.WaitSame("the next host", board.Screen);
    });

    [Fact]
    public void A_killed_host_is_followed_by_one_with_a_clean_screen() => Watch(board =>
    {
        UseFramebuffer(board);
        var still = ObserveClock(board);
        var before = board.Device.Pid("mmm");
        board.Device.Require("kill -9 $(pidof mmm); echo TEXT >/dev/tty1; dd if=/dev/urandom of=/dev/fb0 bs=4096 count=300 2>/dev/null");
        WaitNextHost(board, before);
        still.WaitSame("the next host", board.Screen);
        board.Device.Require("chvt 2");
        WaitText(board);
        board.Device.Require("chvt 1");
        still.WaitSame("the switch back", board.Screen);
        RestartHost(board, "umount /etc/mmm/appliance.json");
        still.WaitSame("the image's own display", board.Screen);
    });

    [Fact]
    public void A_tone_is_heard() => Watch(board =>
    {
        Push(board, "ToneApp", fixture.Programs.ToneApp);
        WaitBackground(board, ToneBackground);
        var seconds = 0.0;
        Wait.Until("440 Hz from the sound card", TimeSpan.FromSeconds(30),
            () => (seconds = Recording.SecondsOf(440, board.Recording.Frames())) >= 2,
            () => $"{seconds:0.0} s of it were played", pause: 200);
    });

    [Fact]
    public void A_push_replaces_the_app() => Watch(board =>
    {
        var watch = Stopwatch.StartNew();
        Push(board, "Hello", fixture.Programs.Hello);
        fixture.Measured("deploy/push of Hello", $"{watch.Elapsed.TotalSeconds:0.0} s");
        WaitBackground(board, HelloBackground);
        Assert.Equal(0xFFFFFF, board.Screen().At(400, 240));
        Assert.StartsWith("releases/Hello-", board.Device.Require("readlink /data/apps/app/current"));
    });

    [Fact]
    public void A_release_that_does_not_run_is_taken_back() => Watch(board =>
    {
        var folder = Path.Combine(fixture.Folder, "broken");
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "Broken"), File.ReadAllBytes(Path.Combine(fixture.Programs.Hello, "Hello"))[..4096]);
        var running = board.Device.Require("readlink /data/apps/app/current");

        var result = Command.Run(PushPath, board.Device.PushArguments("Broken", folder), PushLimit);

        Assert.Equal(1, result.ExitCode);
        Assert.Matches(@"(?m)^deploy/push: Broken-\S+ does not run on 127\.0\.0\.1: .*switched back to Hello-\S+$", result.Error);
        Assert.Equal(running, board.Device.Require("readlink /data/apps/app/current"));
        Assert.Matches(@"(?m)^Broken-\S+\.failed$", board.Device.Require("ls /data/apps/app/releases"));
        WaitBackground(board, HelloBackground);
    });

    [Fact]
    public void The_console_log_is_clean_and_the_host_sleeps() => Watch(board =>
    {
        var console = board.Console;
        Assert.Contains("mmm: ready:", console);
        foreach (var trouble in new[] { "panic", "Unhandled exception", "Oops", "Call trace", "EXT4-fs error" })
            Assert.DoesNotContain(trouble, console, StringComparison.OrdinalIgnoreCase);

        var host = int.Parse(board.Device.Pid("mmm"));
        var (rss, before) = board.Device.Usage(host);
        var watch = Stopwatch.StartNew();
        board.Device.Require("sleep 10");
        var (_, after) = board.Device.Usage(host);
        fixture.Measured("host, one idle client: memory", $"{rss / 1000.0:0.0} MB resident");
        fixture.Measured("host, one idle client: context switches", $"{after - before} in {watch.Elapsed.TotalSeconds:0.0} s");
        var guard = int.Parse(board.Device.Pid("mmm-guard"));
        fixture.Measured("guard of the terminal: memory",
            $"{board.Device.Usage(guard).Rss / 1000.0:0.0} MB resident, most of it the host's own program");
        fixture.Measured("root file system", $"{board.Device.Require("df -k / | awk 'END { print $2 }'")} KB");
    });

    [Fact]
    public void A_power_cut_during_a_push_leaves_a_device_that_boots() => Watch(board =>
    {
        var running = board.Device.Require("readlink /data/apps/app/current");
        var folder = Path.Combine(fixture.Folder, "large");
        Directory.CreateDirectory(folder);
        File.Copy(Path.Combine(fixture.Programs.Hello, "Hello"), Path.Combine(folder, "Hello"), overwrite: true);
        using (var ballast = File.Create(Path.Combine(folder, "ballast")))
            ballast.SetLength(150_000_000);

        var push = Command.Start(PushPath, board.Device.PushArguments("Hello", folder));
        Wait.Until("a part of the release is on the board", TimeSpan.FromSeconds(60),
            () => board.Device.Run("ls /data/apps/app/releases/*.partial/ballast").ExitCode == 0);
        board.CutPower();
        var result = Command.Finish(push, PushLimit);
        Directory.Delete(folder, recursive: true);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Matches(@"^deploy/push: [^\n]+\n$", result.Error);

        using var again = fixture.Boot("after-power-cut");
        BoardFixture.Watch(again, "after-power-cut", () =>
        {
            again.WaitReady();
            WaitBackground(again, HelloBackground);
            again.WaitSsh();
            Assert.Equal(running, again.Device.Require("readlink /data/apps/app/current"));
            Assert.DoesNotContain("panic", again.Console, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("cannot be mounted", again.Console);
        });
    });

    private const int MostText = 5000; // light pixels of a few words

    private static bool IsLight(int pixel) => Brightness(pixel) > 300;

    /// <summary>Waits until there is only a console's text on the screen: some light pixels on black.</summary>
    private static Picture WaitText(Board board)
    {
        Picture? last = null;
        return Wait.For("a console's text on the screen", TimeSpan.FromSeconds(20), () =>
        {
            last = board.Screen();
            return last.Count(IsLight) is > 0 and < MostText && last.Count(pixel => pixel == 0) > 800 * 480 - 2 * MostText ? last : null;
        }, () => $"{last?.Count(IsLight)} light pixels, {last?.Count(pixel => pixel == 0)} black ones", pause: 5);
    }

    /// <summary>The host on the framebuffer device, whatever display the image's configuration prefers, from now on.</summary>
    private static void UseFramebuffer(Board board)
    {
        if (board.Device.Run("grep -q fbdev: /etc/mmm/appliance.json").ExitCode == 0)
            return;
        RestartHost(board,
            "sed 's,\"display\".*,\"display\": { \"device\": \"fbdev:/dev/fb0\" }\\,,' /etc/mmm/appliance.json >/tmp/fbdev.json "
            + "&& mount -o bind /tmp/fbdev.json /etc/mmm/appliance.json");
    }

    /// <summary>Puts a text in place of another one of the image's configuration, and starts the host anew.</summary>
    private static void Configure(Board board, string text, string place = "\"buttons\"") => RestartHost(board,
        $"sed 's|{place}|{text.Trim()}|' /etc/mmm/appliance.json >/tmp/changed.json "
        + "&& mmm --check /tmp/changed.json --for-board >/dev/null && mount -o bind /tmp/changed.json /etc/mmm/appliance.json");

    /// <summary>Runs a shell line, and has init start the host anew; returns when that serves the clock.</summary>
    private static void RestartHost(Board board, string line)
    {
        var before = board.Device.Pid("mmm");
        board.Device.Require($"{line} && kill {before}");
        WaitNextHost(board, before);
    }

    private static void WaitNextHost(Board board, string before) =>
        Wait.Until("the next host", TimeSpan.FromSeconds(30), () => board.Device.Pid("mmm") is { Length: > 0 } pid && pid != before
            && board.Device.Run("mmmctl clients").Output.Contains("Clock"), pause: 100);

    private string PushPath => Path.Combine(fixture.Repo, "deploy/push");

    // QEMU writes one line of text in place of a screen that is off.
    private static bool IsOff(Board board) => board.Screen().Count(pixel => Brightness(pixel) > 200) < 3_000;

    private static int Brightness(int pixel) => (pixel >> 16 & 255) + (pixel >> 8 & 255) + (pixel & 255);

    /// <summary>The clock's face at a time at which only its seconds move for the next minute, over a change of their tens.</summary>
    private static StillPicture ObserveClock(Board board)
    {
        board.Device.Require("date -s '2026-03-01 14:07:06'");
        return StillPicture.Observe(board.Screen, movements: 6);
    }

    private static void WaitBackground(Board board, int colour)
    {
        var seen = 0;
        Wait.Until($"the background {colour:x6}", TimeSpan.FromSeconds(60),
            () => (seen = board.Screen().At(10, 10)) == colour, () => $"it is {seen:x6}");
    }

    private void Push(Board board, string app, string published)
    {
        var result = Command.Run(PushPath, board.Device.PushArguments(app, published), PushLimit);
        Assert.True(result.ExitCode == 0, $"deploy/push: {result}");
        Assert.Contains("shows its first frame", result.Output);
    }

    private void Watch(Action<Board> steps, [CallerMemberName] string test = "") =>
        BoardFixture.Watch(fixture.Board, test, () => steps(fixture.Board));
}
