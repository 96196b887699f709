using System.Diagnostics;

namespace Board.Tests;

/// <summary>Gestures on the lines of the board's GPIO chip (a PL061), from QEMU's pins to what the host does.</summary>
[Collection("device")]
[TestMethodOrderer(typeof(TopToBottom))]
public sealed class ButtonTests(BoardFixture fixture, ButtonTests.Its board) : IClassFixture<ButtonTests.Its>
{
    /// <summary>A board of its own, because the last test switches it off.</summary>
    public sealed class Its : IDisposable
    {
        public Its(BoardFixture fixture)
        {
            Board = fixture.BootAnother("buttons");
            Host = new HostOnBoard(Board.Device);
        }

        internal Board Board { get; }

        internal HostOnBoard Host { get; }

        public void Dispose() => Board.Dispose();
    }

    private const string Buttons = """
        { "audio": { "volume": 50, "state": "/tmp/volume.json" }, "buttons": [
          { "name": "a", "line": 0,
            "on": { "click": "mmmctl volume 11", "longPress": "mmmctl volume 12", "doubleClick": "mmmctl volume 13" } },
          { "name": "b", "line": 1, "on": { "press": "mmmctl volume 14" } },
          { "buttons": ["a", "b"], "chordMs": 1000, "on": { "press": "mmmctl volume 15" } },
          { "name": "turn", "encoder": [2, 4], "on": { "left": "mmmctl volume down", "right": "mmmctl volume up" } },
          { "name": "off", "line": 5, "on": { "longPress": "mmmctl power-off" }, "holdMs": 1500 } ] }
        """;

    // Longer than a bounce, shorter than a long press.
    private static void Finger() => Thread.Sleep(100);

    // As slowly as a hand: the chip has no memory of a level that the guest has not seen.
    private void Turn(int line, bool high)
    {
        board.Board.SetLine(line, high);
        Thread.Sleep(50);
    }

    private int Volume => int.Parse(board.Host.Control("volume").Split('\n')[0].Split(' ', '%').First(w => int.TryParse(w, out _)));

    private void WaitVolume(int percent) =>
        Wait.Until($"volume {percent}", TimeSpan.FromSeconds(20), () => Volume == percent, () => board.Host.Log, pause: 100);

    [Fact]
    public void Presses_long_presses_chords_and_an_encoder_do_what_is_configured() => BoardFixture.Watch(board.Board, "buttons", () =>
    {
        board.Host.Start("--display memory:80x60 --audio none", Buttons);
        board.Board.Button(0, Finger);
        WaitVolume(11);
        board.Board.Button(0, () => WaitVolume(12));
        board.Board.Button(1, () => WaitVolume(14));
        board.Board.Button(0, () => board.Board.Button(1, () => WaitVolume(15)));
        foreach (var (line, high) in new[] { (2, true), (4, true), (2, false), (4, false) }) // clockwise: A before B
            Turn(line, high);
        WaitVolume(20);
        for (var turns = 0; turns < 2; turns++)
        {
            foreach (var (line, high) in new[] { (4, true), (2, true), (4, false), (2, false) })
                Turn(line, high);
        }
        WaitVolume(10);
    });

    [Fact]
    public void A_line_that_another_program_uses_is_named_with_that_program() => BoardFixture.Watch(board.Board, "buttons-used", () =>
    {
        board.Host.Start("--display memory:80x60 --audio none", Buttons);
        var second = board.Board.Device.Run("echo '{ \"buttons\": [ { \"line\": 1, \"event\": \"x\" } ] }' >/tmp/used.json; "
            + "MMM_PATH=/tmp/other timeout 5 mmm --config /tmp/used.json --display memory:80x60 --audio none");
        Assert.Contains("line 1: in use by \"mmm\"; end that use, or choose another line", second.Error);
    });

    // Init's host shows on the screen of the board, and so really tells init.
    [Fact]
    public void A_held_button_switches_the_board_off_and_a_short_press_does_not() => BoardFixture.Watch(board.Board, "buttons-off", () =>
    {
        board.Host.End();
        board.Board.Device.Require($"echo '{Buttons}' >/data/appliance.json; kill -CONT 1"); // init starts its host again
        Wait.Until("init's host", TimeSpan.FromSeconds(60),
            () => board.Board.Device.Run("MMM_PATH=/run/mmm mmmctl volume").ExitCode == 0, () => board.Board.Console, pause: 200);
        board.Board.Button(5, Finger);
        board.Board.Device.Require("MMM_PATH=/run/mmm mmmctl volume");
        var watch = Stopwatch.StartNew();
        board.Board.SetLine(5, high: true);
        board.Board.WaitOff();
        fixture.Measured("a button held for 1.5 s to a board that is off", $"{watch.Elapsed.TotalSeconds:0.0} s");
        Assert.Contains("mmm: power-off: apps are told and ended", board.Board.Console);
    });
}
