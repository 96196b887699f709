using System.Device.Gpio;
using FbHost.Input;
using FbHost.Options;
using GpioButtons;
using GpioButtons.Tests;

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

    public LineTests()
    {
        _client = _desk.Client("client", 0, 0, "key-release");
        _buttons = _desk.Buttons((lines, keypads) => ButtonSet.Open(lines, keypads, null, _ => _chip, _ => _pad, () => _ns));
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
}
