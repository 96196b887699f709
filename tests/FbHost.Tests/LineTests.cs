using System.Device.Gpio;
using FbHost.Input;
using FbHost.Loop;
using FbHost.Options;
using GpioButtons;
using GpioButtons.Tests;
using InputEvdev;

namespace FbHost.Tests;

/// <summary>Buttons, encoders and keypads on GPIO lines, from the edges of a chip to the events of a client.</summary>
public sealed class LineTests : IDisposable
{
    private readonly Desk _desk = new();
    private readonly TempDirectory _temp = new();
    private readonly FakeGpioDriver _chip = new();
    private readonly FakeKeypadLines _pad = new(2, 2);
    private readonly List<string> _acts = [];
    private readonly HandMade _client;
    private readonly Buttons _buttons;
    private readonly List<string> _events = [];
    private long _ns = 1_000_000_000;
    private bool _isGone; // no line can be opened

    public LineTests()
    {
        _client = _desk.Client("client", 0, 0, "key-release");
        _buttons = _desk.Buttons((lines, keypads) => _isGone ? throw new GpioLineException("gone")
            : ButtonSet.Open(lines, keypads, null, _ => _chip, _ => _pad, () => _ns));
        _buttons.Act = (button, action) => _acts.Add($"{button.Label}: {string.Join(' ', action.Words)}");
    }

    public void Dispose()
    {
        _buttons.Dispose();
        _desk.Dispose();
        _pad.Dispose();
        _temp.Dispose();
    }

    private IReadOnlyList<ButtonEntry> Read(string buttons) =>
        ConfigFile.Load(_temp.Write("a.json", $$"""{ "buttons": [ {{buttons}} ] }""")).Buttons;

    // The fake chip has no descriptor: its edges wake the loop as those of libgpiod do, or the next event does.
    private void Set(int line, bool high)
    {
        _chip.Raise(line, high ? PinEventTypes.Rising : PinEventTypes.Falling);
        _ns += 1_000_000;
    }

    private void Expect(params string[] events)
    {
        _desk.Turn(() =>
        {
            _events.AddRange(_desk.Events(_client));
            return _events.Count >= events.Length;
        });
        Assert.Equal(events, _events);
        _events.Clear();
    }

    [Fact]
    public void A_line_an_encoder_and_a_keypad_each_do_their_own()
    {
        _buttons.Set(Read("""
            { "name": "b", "line": 1, "on": { "press": "mmmctl next", "release": "event message up" } },
            { "name": "turn", "encoder": [2, 3], "on": { "left": "key left", "right": ["key right", "mmmctl volume up"] } },
            { "line": 4, "event": "return" },
            { "rows": [5, 6], "columns": [0, 7], "keys": [["1", "2"], ["", "message x"]], "debounceMs": 0 }
            """));
        Assert.Equal(4, _buttons.Count);
        Assert.Equal(["b", "turn left", "turn right", "return", "1", "2", "message x"], _buttons.Labels);
        Set(1, true);
        Set(1, false);
        Expect("message up", "key-release message up");
        Set(4, true);
        Expect("return");
        Set(4, false);
        Expect("key-release return");
        foreach (var (line, high) in new[] { (2, true), (3, true), (2, false), (3, false) })
            Set(line, high);
        Expect("right", "key-release right");
        foreach (var (line, high) in new[] { (3, true), (2, true), (3, false), (2, false) })
            Set(line, high);
        Expect("left", "key-release left");
        Assert.Equal(["b: next", "turn: volume up"], _acts);
        _pad.Press(0, 1);
        Expect("2");
        _pad.Press(1, 0); // no key
        _pad.Press(0, 1, pressed: false);
        _ns += 100_000_000;
        Expect("key-release 2");
        _pad.Press(1, 0, pressed: false);
        _pad.Press(1, 1);
        _ns += 100_000_000;
        Expect("message x");
    }

    [Fact]
    public void What_cannot_be_opened_is_named_and_the_rest_works()
    {
        List<string> faults = [];
        var buttons = Read("""{ "line": 1, "event": "a" }, { "line": 8, "event": "none" }, { "name": "k", "key": "F5", "event": "b" }""");
        Assert.Equal("fake: no line 8", Assert.Throws<GpioLineException>(() => _buttons.Set(buttons)).Message);
        Assert.Equal(0, _buttons.Count);
        _buttons.SetThoseThatWork(buttons, faults.Add);
        Assert.Equal("fake: no line 8", Assert.Single(faults));
        Assert.Equal(["a", "k"], _buttons.Labels);
        Set(1, true);
        Expect("a");
        Set(1, false);
        Expect("key-release a");
        _buttons.Press(1, true);
        Expect("b");
    }

    [Fact]
    public void A_press_that_turns_the_screen_on_is_part_of_no_gesture_and_none_counts_while_another_terminal_is_shown()
    {
        _buttons.Set(Read("""{ "line": 1, "on": { "press": "key a", "release": "key b" } }, { "line": 2, "event": "x" }"""));
        _desk.Blanker.Blank();
        Set(1, true);
        _desk.Turn(() => !_desk.IsBlank);
        Set(1, false);
        _desk.IsShown = false;
        Set(1, true);
        Set(2, true);
        Set(1, false);
        Set(2, false);
        _desk.Turn(() => true);
        _desk.Turn(() => true);
        _desk.IsShown = true;
        Set(1, true);
        Set(1, false);
        Expect("a", "key-release a", "b", "key-release b");
    }

    [Fact]
    public void A_held_button_is_released_when_the_buttons_are_replaced()
    {
        _buttons.Set(Read("""{ "line": 1, "event": "x" }, { "line": 2, "on": { "press": "key a" } }"""));
        Set(1, true);
        Set(2, true);
        Expect("x", "a");
        _buttons.Set([]);
        Expect("key-release x", "key-release a");
    }

    private void Key(int device, bool down, KeyCode key = KeyCode.KEY_F5, long ns = 0) => _desk.Send(new InputEvent
    {
        Kind = down ? InputKind.KeyPress : InputKind.KeyRelease, Key = key, Meaning = key, Device = device, TimeNs = ns,
    });

    [Fact]
    public void Two_keys_that_are_one_button_press_it_once_and_release_it_with_the_last()
    {
        _buttons.Set(Read("""{ "key": "F5", "on": { "press": "key a", "release": "key b" } }"""));
        _desk.Blanker.Blank();
        Key(1, down: true); // turns the screen on
        Key(2, down: true);
        Key(1, down: false);
        Key(2, down: false);
        Key(1, down: true);
        Expect("a");
        _desk.Blanker.Blank();
        Key(2, down: true);
        Key(2, down: false);
        Key(1, down: false);
        Expect("key-release a", "b", "key-release b");
    }

    [Fact]
    public void A_chord_that_turns_the_screen_on_does_nothing_else_and_neither_do_its_buttons()
    {
        _buttons.Set(Read("""
            { "name": "a", "line": 1, "event": "x" }, { "name": "b", "line": 2, "on": { "press": "key b" } },
            { "name": "c", "line": 3, "event": "y" }, { "line": 4, "event": "z" },
            { "buttons": ["a", "b"], "on": { "press": "key c" } }, { "buttons": ["a", "c"], "on": { "press": "mmmctl next" } }
            """));
        foreach (var other in new[] { 2, 3 })
        {
            _desk.Blanker.Blank();
            Set(1, true);
            Set(other, true);
            _desk.Turn(() => !_desk.IsBlank);
            Set(other, false);
            Set(other, true);
            Set(1, false);
            Set(other, false);
            Set(4, true);
            Set(4, false);
            Expect("z", "key-release z");
        }
        Set(1, true);
        Set(2, true);
        Expect("c");
        Assert.Empty(_acts);
    }

    [Fact]
    public void A_chord_of_buttons_that_act_while_the_screen_is_off_acts_then_too()
    {
        _buttons.Set(Read("""
            { "name": "a", "line": 1, "event": "x", "whenBlank": "act" }, { "name": "b", "line": 2, "event": "y", "whenBlank": "act" },
            { "buttons": ["a", "b"], "on": { "press": "key c" } }
            """));
        _desk.Blanker.Blank();
        Set(1, true);
        Set(2, true);
        Expect("c");
        Assert.True(_desk.IsBlank);
    }

    [Fact]
    public void A_button_whose_chip_is_gone_is_released()
    {
        _buttons.Set(Read("""
            { "line": 1, "event": "x" }, { "line": 2, "event": "y" }, { "line": 3, "event": "z" },
            { "rows": [5, 6], "columns": [0, 7], "keys": [["1", "2"], ["3", "4"]], "debounceMs": 0 }
            """));
        Set(1, true);
        _pad.Press(0, 1);
        Expect("x", "2");
        _chip.Lost!(1, "line 1: the chip is gone");
        _chip.Lost!(3, "line 3: the chip is gone");
        _pad.IsGone = true;
        _pad.Press(0, 0);
        Set(2, true);
        Expect("y", "key-release 2", "key-release x");
    }

    [Fact]
    public void An_encoder_does_not_turn_when_the_buttons_are_replaced()
    {
        _chip.High.UnionWith([2, 3]);
        _buttons.Set(Read("""{ "encoder": [2, 3], "steps": 1, "on": { "left": "key left", "right": "key right" } }"""));
        _buttons.Set(Read("""{ "line": 1, "event": "x" }"""));
        Set(1, true);
        Expect("x");
    }

    [Fact]
    public void A_key_of_a_keypad_that_is_held_at_the_start_counts_as_released()
    {
        var pad = Read("""{ "rows": [5, 6], "columns": [0, 7], "keys": [["1", "2"], ["3", "4"]], "debounceMs": 0 }""");
        _pad.Press(0, 0);
        _buttons.Set(pad);
        _pad.Press(1, 1);
        Expect("4");
        _pad.Press(0, 0, pressed: false);
        _ns += 100_000_000;
        _desk.Turn(() => true);
        _pad.Press(0, 0);
        _ns += 100_000_000;
        Expect("1");
    }

    [Fact]
    public void If_neither_new_nor_former_buttons_can_be_opened_those_of_the_former_work_that_can_be()
    {
        _buttons.Set(Read("""{ "line": 1, "event": "x" }, { "key": "F5", "event": "y" }"""));
        _isGone = true;
        Assert.Throws<GpioLineException>(() => _buttons.Set(Read("""{ "line": 2, "event": "z" }""")));
        Key(1, down: true);
        Expect("y");
    }

    [Fact]
    public void A_time_stamp_that_is_early_or_to_come_makes_no_hold_longer_or_shorter()
    {
        _buttons.Set(Read("""
            { "key": "F5", "on": { "press": "key a", "longPress": "key b" }, "holdMs": 60000 },
            { "key": "F6", "on": { "longPress": "key c" }, "holdMs": 100 }
            """));
        Key(1, down: true);
        var early = EventLoop.Now - 120_000_000_000;
        Key(1, down: true, KeyCode.KEY_F6, early); // as those of a second device that waited to be read
        Key(1, down: false, KeyCode.KEY_F6, early);
        Key(1, down: true, KeyCode.KEY_F6, DateTime.UnixEpoch.AddYears(50).Ticks * 100); // as those of a recording
        Expect("a", "c");
    }

    [Fact]
    public void A_release_that_waits_to_be_read_while_the_loop_is_busy_makes_no_long_press()
    {
        const int keyF5 = 63;
        new Child("mkfifo", [_temp["keys"]]).WaitForEnd();
        using var devices = _desk.Devices(DeviceRules.None, _temp["keys"]);
        _buttons.ReadInput = devices.ReadAll;
        _buttons.Set(Read("""
            { "key": "F5", "on": { "press": "event x", "click": "key a", "longPress": "key b" }, "holdMs": 100 },
            { "line": 1, "on": { "press": "mmmctl next" } }
            """));
        using var writer = File.OpenWrite(_temp["keys"]);
        writer.Write(Stamped(MmmHost.Records((1, keyF5, 1)), EventLoop.Now));
        writer.Flush();
        var until = EventLoop.Now + 200_000_000;
        _buttons.Act = (_, _) =>
        {
            writer.Write(Stamped(MmmHost.Records((1, keyF5, 0)), EventLoop.Now));
            writer.Flush();
            Wait.Until(() => EventLoop.Now > until, "the hold time");
        };
        Set(1, true);
        Expect("x", "key-release x", "a", "key-release a");
    }

    private static byte[] Stamped(byte[] records, long ns)
    {
        for (var at = 0; at < records.Length; at += 24)
        {
            BitConverter.TryWriteBytes(records.AsSpan(at), ns / 1_000_000_000);
            BitConverter.TryWriteBytes(records.AsSpan(at + 8), ns / 1000 % 1_000_000);
        }
        return records;
    }
}
