using System.Text.Json.Nodes;

namespace Board.Tests;

/// <summary>Input devices that the board's kernel has for real: made by uinput from the recordings, or plugged in by QEMU.</summary>
[Collection("device")]
[TestMethodOrderer(typeof(TopToBottom))]
public sealed class InputDeviceTests(BoardFixture fixture, InputBoard board) : IClassFixture<InputBoard>
{
    [Fact]
    public void Recorded_devices_made_by_the_kernel_say_what_their_recordings_say() => Watch("input-recorded", () =>
    {
        var result = board.Device.Run($"{InputBoard.Replay} check {InputBoard.Recordings}/*.txt");
        Assert.True(result.ExitCode == 0, $"{result}");
        var played = result.Output.Split('\n').Count(line => line.EndsWith(": ok", StringComparison.Ordinal));
        fixture.Measured("recorded devices made by uinput", $"{played} say what they must");
        Assert.True(played >= 18, result.Output);
    });

    [Fact]
    public void What_the_kernel_lost_is_asked_for_and_nothing_stays_held() => Watch("input-lost", () =>
    {
        var result = board.Device.Run($"{InputBoard.Replay} lost {InputBoard.Recordings}/touched-at-open.txt");
        Assert.True(result.ExitCode == 0, $"{result}");
    });

    [Fact]
    public void A_keyboard_that_is_plugged_in_while_the_host_runs_joins_and_goes_again() => Watch("input-plugged", () =>
    {
        board.Board.AddDevice(new JsonObject { ["driver"] = "virtio-keyboard-pci", ["id"] = "late", ["bus"] = InputBoard.Port });
        Wait.Until("the keyboard", TimeSpan.FromSeconds(60), () => Said("(QEMU Virtio Keyboard) is here: keys") == 1,
            () => End, pause: 100);
        board.Board.RemoveDevice("late");
        Wait.Until("the keyboard's end", TimeSpan.FromSeconds(60),
            () => Said("(QEMU Virtio Keyboard) is gone") == 1, () => End, pause: 100);
    });

    // What the touch goes through: the kernel, the host, its client's ring and bell, the client, its bell, the host, /dev/fb0.
    [Fact]
    public void A_touch_reaches_the_app_and_the_pixels_follow() => Watch("input-latency", () =>
    {
        board.Host.Start("--display fbdev:/dev/fb0 --audio none");
        foreach (var (app, arguments, what) in new[] { ("DrawApp", "touch", "64x64"), ("Hello", "", "800x480") })
        {
            board.StartApp(app, arguments);
            var result = board.Device.Run($"{InputBoard.Replay} latency 200 {InputBoard.Recordings}/resistive.txt");
            Assert.True(result.ExitCode == 0, $"{result}{board.Host.Log}");
            fixture.Measured($"touch to changed pixel in fb0, an app that draws {what}, 200 touches", $"{result.Output.Trim()}");
        }
    });

    [Fact]
    public void A_grabbed_keyboard_is_one_host_s_alone() => Watch("input-grab", () =>
    {
        const string grab = """{ "input": { "rules": [ { "match": { "name": "QEMU*" }, "grab": true } ] } }""";
        board.Host.Start("--display memory:80x60 --audio none", grab);
        Assert.DoesNotContain("grabbed", board.Host.Log);
        var second = board.Device.Run($"echo '{grab}' >/tmp/g.json; "
            + "MMM_PATH=/tmp/other timeout 5 mmm --config /tmp/g.json --display memory:80x60 --audio none");
        Assert.Contains("QEMU Virtio Keyboard: another program has grabbed the device and receives all of its events; stop that program",
            second.Error);
    });

    [Fact]
    public void A_button_is_found_by_the_label_of_its_chip() => Watch("gpio-label", () =>
    {
        const string rest = """
            "line": 5, "event": "return", "pull": "none" } ], "input": { "keys": { "host": { "return": "mute" } } } }
            """;
        var wrong = board.Device.Run($"echo '{{ \"buttons\": [ {{ \"chip\": \"pinctrl-rp1\", {rest}' >/tmp/wrong.json; "
            + "mmm --check /tmp/wrong.json");
        Assert.Contains("buttons[0].chip is \"pinctrl-rp1\"; no GPIO chip of this machine has this label", $"{wrong}");
        var unnamed = board.Device.Run("echo '{ \"buttons\": [ { \"line\": \"GPIO17\", \"event\": \"a\" } ] }' >/tmp/unnamed.json; "
            + "MMM_PATH=/tmp/other mmm --config /tmp/unnamed.json --display memory:80x60 --audio none");
        Assert.Contains("chip \"9030000.pl061\" has no line with the name \"GPIO17\"; ", $"{unnamed}");

        board.Host.Start("--display memory:80x60 --audio none", $"{{ \"buttons\": [ {{ \"chip\": \"9030000.pl061\",{rest}");
        board.Board.Button(5, () => Wait.Until("the button", TimeSpan.FromSeconds(20), IsMuted, pause: 100));
        board.Board.Button(5, () => Wait.Until("the button again", TimeSpan.FromSeconds(20), () => !IsMuted(), pause: 100));

        bool IsMuted() => board.Host.Control("audio --json").Contains("\"muted\":true", StringComparison.Ordinal);
    });

    private string End => board.Board.Console[^Math.Min(board.Board.Console.Length, 400)..];

    private int Said(string part) => board.Board.Console.Split('\n').Count(line => line.Contains(part, StringComparison.Ordinal));

    private void Watch(string test, Action steps) => BoardFixture.Watch(board.Board, test, steps);
}
