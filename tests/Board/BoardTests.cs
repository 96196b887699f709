using System.Diagnostics;

namespace Board.Tests;

/// <summary>
/// The whole path on an emulated board: an image of this repository, its real display, evdev, ALSA, GPIO and ssh. The
/// tests share one boot and run in the order in which they are written.
/// </summary>
[Collection("board")]
[TestMethodOrderer(typeof(TopToBottom))]
public sealed class BoardTests(BoardFixture fixture)
{
    private const int ButtonLine = 5; // in the image's /etc/mmm/appliance.json, as the key "return"
    private const int Toggled = 200; // pixels that the change between 12 and 24 hours moves at least
    private const int HelloBackground = 0x203040;
    private const int ToneBackground = 0x108070;
    private static readonly TimeSpan PushLimit = TimeSpan.FromMinutes(2);

    [Fact]
    public void The_clock_is_on_the_screen() => Watch(nameof(The_clock_is_on_the_screen), board =>
    {
        fixture.Measured("power-on to the host's ready line", $"{board.WaitReady().TotalSeconds:0.00} s");
        Wait.Until("a picture on the screen", TimeSpan.FromSeconds(30), () => !board.Screen().IsPlain);
        fixture.Measured("power-on to the first picture", $"{board.Uptime.Elapsed.TotalSeconds:0.00} s (or less: seen by screendump)");
        fixture.Measured("power-on to ssh", $"{board.WaitSsh().TotalSeconds:0.00} s");

        var client = Assert.Single(board.Device.Clients());
        Assert.Equal((800, 480, true), (client.Width, client.Height, client.Bell));
        var picture = ObserveClock(board).Picture;
        Assert.Equal((800, 480), (picture.Width, picture.Height));
        // 14:07 in light figures, an orange colon between them, on a dark background to all four edges.
        Assert.All([(2, 2), (797, 2), (2, 477), (797, 477), (400, 100), (400, 345)], place => Assert.InRange(Brightness(picture.At(place.Item1, place.Item2)), 0, 150));
        Assert.All([(400, 180), (400, 259)], place => Assert.Equal(0xFFB04A, picture.At(place.Item1, place.Item2)));
        Assert.All([(155, 220), (321, 220), (451, 220), (563, 220)], place => Assert.InRange(Brightness(picture.At(place.Item1, place.Item2)), 600, 765));
        Assert.InRange(picture.Count(pixel => Brightness(pixel) > 500), 10_000, 100_000);
    });

    [Fact]
    public void A_screenshot_of_the_host_is_what_the_display_shows() => Watch(nameof(A_screenshot_of_the_host_is_what_the_display_shows), board =>
    {
        var still = ObserveClock(board);
        Assert.Equal(0, still.Differences(board.Device.Screenshot()));
    });

    [Fact]
    public void A_key_changes_the_picture() => Watch(nameof(A_key_changes_the_picture), board =>
    {
        var still = ObserveClock(board);
        board.Key("ret");
        still.WaitChange("the key", board.Screen, Toggled);
        board.Key("ret");
        still.WaitSame("the key pressed again", board.Screen);
    });

    [Fact]
    public void A_touch_changes_the_picture() => Watch(nameof(A_touch_changes_the_picture), board =>
    {
        var still = ObserveClock(board);
        board.Touch(0.5, 0.5);
        still.WaitChange("the touch", board.Screen, Toggled);
        board.Touch(0.25, 0.75);
        still.WaitSame("another touch", board.Screen);
    });

    [Fact]
    public void A_button_on_a_GPIO_line_changes_the_picture() => Watch(nameof(A_button_on_a_GPIO_line_changes_the_picture), board =>
    {
        var still = ObserveClock(board);
        board.Button(ButtonLine, () => still.WaitChange("the button", board.Screen, Toggled));
        board.Button(ButtonLine, () => still.WaitSame("the button pressed again", board.Screen));
    });

    [Fact]
    public void A_killed_app_disappears_and_is_started_again() => Watch(nameof(A_killed_app_disappears_and_is_started_again), board =>
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
    public void A_tone_is_heard() => Watch(nameof(A_tone_is_heard), board =>
    {
        Push(board, "ToneApp", fixture.Programs.ToneApp);
        WaitBackground(board, ToneBackground);
        var seconds = 0.0;
        Wait.Until("440 Hz from the sound card", TimeSpan.FromSeconds(30),
            () => (seconds = Recording.SecondsOf(440, board.Recording.Frames())) >= 2, () => $"{seconds:0.0} s of it were played", pause: 200);
    });

    [Fact]
    public void A_push_replaces_the_app() => Watch(nameof(A_push_replaces_the_app), board =>
    {
        var watch = Stopwatch.StartNew();
        Push(board, "Hello", fixture.Programs.Hello);
        fixture.Measured("deploy/push of Hello", $"{watch.Elapsed.TotalSeconds:0.0} s");
        WaitBackground(board, HelloBackground);
        Assert.Equal(0xFFFFFF, board.Screen().At(400, 240));
        Assert.StartsWith("releases/Hello-", board.Device.Require("readlink /data/app/current"));
    });

    [Fact]
    public void A_release_that_does_not_run_is_taken_back() => Watch(nameof(A_release_that_does_not_run_is_taken_back), board =>
    {
        var folder = Path.Combine(fixture.Folder, "broken");
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "Broken"), File.ReadAllBytes(Path.Combine(fixture.Programs.Hello, "Hello"))[..4096]);
        var running = board.Device.Require("readlink /data/app/current");

        var result = Command.Run(PushPath, board.Device.PushArguments("Broken", folder), PushLimit);

        Assert.Equal(1, result.ExitCode);
        Assert.Matches(@"^deploy/push: Broken-\S+ does not run on 127\.0\.0\.1: .*back on Hello-\S+\n$", result.Error);
        Assert.Equal(running, board.Device.Require("readlink /data/app/current"));
        Assert.DoesNotContain("Broken", board.Device.Require("ls /data/app/releases"));
        WaitBackground(board, HelloBackground);
    });

    [Fact]
    public void The_console_log_is_clean_and_the_host_sleeps() => Watch(nameof(The_console_log_is_clean_and_the_host_sleeps), board =>
    {
        var console = board.Console;
        Assert.Contains("mmm: ready:", console);
        foreach (var trouble in new[] { "panic", "Unhandled exception", "Oops", "Call trace", "EXT4-fs error" })
            Assert.DoesNotContain(trouble, console, StringComparison.OrdinalIgnoreCase);

        var host = int.Parse(board.Device.Require("pidof mmm"));
        var (rss, before) = board.Device.Usage(host);
        var watch = Stopwatch.StartNew();
        board.Device.Require("sleep 10");
        var (_, after) = board.Device.Usage(host);
        fixture.Measured("host, one idle client: memory", $"{rss / 1000.0:0.0} MB resident");
        fixture.Measured("host, one idle client: context switches", $"{after - before} in {watch.Elapsed.TotalSeconds:0.0} s");
        fixture.Measured("image", $"root.squashfs {new FileInfo(Path.Combine(fixture.Image, "root.squashfs")).Length / 1e6:0.0} MB");
    });

    [Fact]
    public void A_power_cut_during_a_push_leaves_a_device_that_boots() => Watch(nameof(A_power_cut_during_a_push_leaves_a_device_that_boots), board =>
    {
        var running = board.Device.Require("readlink /data/app/current");
        var folder = Path.Combine(fixture.Folder, "large");
        Directory.CreateDirectory(folder);
        File.Copy(Path.Combine(fixture.Programs.Hello, "Hello"), Path.Combine(folder, "Hello"), overwrite: true);
        using (var ballast = File.Create(Path.Combine(folder, "ballast")))
            ballast.SetLength(150_000_000);

        var push = Command.Start(PushPath, board.Device.PushArguments("Hello", folder));
        Wait.Until("a part of the release is on the board", TimeSpan.FromSeconds(60),
            () => board.Device.Run("ls /data/app/releases/*.partial/ballast").ExitCode == 0);
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
            Assert.Equal(running, again.Device.Require("readlink /data/app/current"));
            Assert.DoesNotContain("panic", again.Console, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("cannot be mounted", again.Console);
        });
    });

    private string PushPath => Path.Combine(fixture.Repo, "deploy/push");

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
        Wait.Until($"the background {colour:x6}", TimeSpan.FromSeconds(60), () => (seen = board.Screen().At(10, 10)) == colour, () => $"it is {seen:x6}");
    }

    private void Push(Board board, string app, string published)
    {
        var result = Command.Run(PushPath, board.Device.PushArguments(app, published), PushLimit);
        Assert.True(result.ExitCode == 0, $"deploy/push: {result}");
        Assert.Contains("shows its first frame", result.Output);
    }

    private void Watch(string test, Action<Board> steps) => BoardFixture.Watch(fixture.Board, test, () => steps(fixture.Board));
}
