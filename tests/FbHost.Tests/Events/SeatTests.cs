using FbHost.Input;
using FbHost.Options;
using InputEvdev;

namespace FbHost.Tests.Events;

/// <summary>
/// What is pressed on anything goes by the same rules: the terminal that is shown, the host's keys, a screen that is off, the click.
/// </summary>
public sealed class SeatTests : IDisposable
{
    private const int EV_SYN = 0, EV_KEY = 1, EV_ABS = 3, ABS_X = 0, ABS_Y = 1, BTN_TOUCH = 0x14a;
    private readonly Desk _desk = new();
    private readonly TempDirectory _temp = new();

    public void Dispose()
    {
        _desk.Dispose();
        _temp.Dispose();
    }

    private void Press(string what, bool down)
    {
        switch (what)
        {
            case "key":
                _desk.Key(down ? InputKind.KeyPress : InputKind.KeyRelease, KeyCode.KEY_ENTER);
                break;
            case "button":
                _desk.Button(0, "return", down);
                break;
            case "finger" when down:
                _desk.Down(0, 10, 10);
                break;
            case "finger":
                _desk.Up(0, 10, 10);
                break;
            default:
                _desk.Mouse(down ? InputKind.PointerDown : InputKind.PointerUp);
                break;
        }
    }

    private static string[] EventsOf(string what) => what switch
    {
        "finger" => ["mouse-press 10 10", "mouse-release 10 10"],
        "mouse" => ["mouse-press 100 50", "mouse-release 100 50"],
        _ => ["return", "key-release return"],
    };

    private HandMade WholeScreen() => _desk.Client("all", 0, 0, "key-release", width: Desk.Width, height: Desk.Height);

    [Theory]
    [InlineData("key"), InlineData("button"), InlineData("finger"), InlineData("mouse")]
    public void A_press_clicks_and_goes_to_the_client_and_its_release_after_it(string what)
    {
        var client = WholeScreen();
        Press(what, down: true);
        Assert.Equal(1, _desk.Clicks);
        Press(what, down: false);
        Assert.Equal(1, _desk.Clicks);
        Assert.Equal(EventsOf(what), _desk.Events(client));
    }

    [Theory]
    [InlineData("key"), InlineData("button"), InlineData("finger"), InlineData("mouse")]
    public void What_wakes_the_screen_reaches_no_client_and_does_not_click(string what)
    {
        var client = WholeScreen();
        _desk.Blanker.Blank();
        Press(what, down: true);
        Assert.False(_desk.IsBlank);
        Press(what, down: false);
        Assert.Equal(0, _desk.Clicks);
        Assert.Empty(_desk.Events(client));
        Press(what, down: true);
        Press(what, down: false);
        Assert.Equal(EventsOf(what), _desk.Events(client));
    }

    [Theory]
    [InlineData("key"), InlineData("button"), InlineData("finger"), InlineData("mouse")]
    public void What_is_pressed_while_another_terminal_is_shown_is_meant_for_that_one(string what)
    {
        var client = WholeScreen();
        _desk.Blanker.Blank();
        _desk.IsShown = false;
        Press(what, down: true);
        Assert.True(_desk.IsBlank);
        _desk.IsShown = true;
        Press(what, down: false);
        Assert.True(_desk.IsBlank);
        Assert.Equal(0, _desk.Clicks);
        Assert.Empty(_desk.Events(client));
    }

    [Theory]
    [InlineData("key"), InlineData("button"), InlineData("finger"), InlineData("mouse")]
    public void What_is_lifted_while_another_terminal_is_shown_is_lifted_all_the_same(string what)
    {
        var client = WholeScreen();
        Press(what, down: true);
        _desk.IsShown = false;
        Press(what, down: false);
        Assert.Equal(EventsOf(what), _desk.Events(client));
    }

    [Theory]
    [InlineData("key"), InlineData("button"), InlineData("finger"), InlineData("mouse")]
    public void A_release_does_not_wake_the_screen_that_its_press_turned_off(string what)
    {
        var client = WholeScreen();
        Press(what, down: true);
        _desk.Blanker.Blank(); // as the app asks for, or a key of the host's
        if (what == "finger")
            _desk.Drag(0, 11, 10); // a finger trembles
        Assert.True(_desk.IsBlank);
        Press(what, down: false);
        Assert.True(_desk.IsBlank);
        Assert.EndsWith(EventsOf(what)[1], _desk.Events(client)[^1]);
    }

    [Fact]
    public void A_button_may_be_a_key_of_the_hosts()
    {
        var client = WholeScreen();
        _desk.Button(0, "power", pressed: true);
        _desk.Button(0, "power", pressed: false);
        _desk.Button(1, "control-alt-F3", pressed: true);
        _desk.Button(1, "control-alt-F3", pressed: false);
        Assert.Equal([HostAction.Blank], _desk.HostActions);
        Assert.Equal([3], _desk.HostTerminals);
        Assert.Equal(0, _desk.Clicks);
        Assert.Empty(_desk.Events(client));
    }

    [Fact]
    public void A_buttons_release_goes_where_its_press_went_and_buttons_are_told_apart()
    {
        var first = _desk.Client("first", 0, 0, "key-release");
        _desk.Button(0, "return", pressed: true);
        _desk.Button(1, "message door open", pressed: true);
        var second = _desk.Client("second", 50, 0, "key-release");
        _desk.Button(1, "message door open", pressed: false);
        _desk.Button(0, "return", pressed: false);
        _desk.Button(0, "return", pressed: true);
        Assert.Equal(["return", "message door open", "key-release message door open", "key-release return"], _desk.Events(first));
        Assert.Equal(["return"], _desk.Events(second));
    }

    [Fact]
    public void Who_does_not_ask_for_releases_gets_none_of_a_button()
    {
        var client = _desk.Client("plain", 0, 0);
        _desk.Button(0, "return", pressed: true);
        _desk.Button(0, "return", pressed: false);
        Assert.Equal(["return"], _desk.Events(client));
    }

    [Fact]
    public void The_pointer_stays_on_a_screen_that_becomes_smaller()
    {
        var client = WholeScreen();
        _desk.Mouse(InputKind.PointerMove, 500, 500);
        _desk.Resize(100, 50);
        _desk.Mouse(InputKind.PointerMove, -1, -1);
        _desk.Touch(0, InputKind.PointerDown, Desk.Width - 1, Desk.Height - 1); // the lower right corner of the panel
        Assert.Equal(["mouse-motion 199 99", "mouse-motion 98 48", "mouse-press 99 49"], _desk.Events(client));
    }

    [Fact]
    public void A_fifos_pixels_are_those_of_the_screen_as_large_as_it_is_now()
    {
        var client = WholeScreen();
        new Child("mkfifo", [_temp["fifo"]]).WaitForEnd();
        using var devices = _desk.Devices(DeviceRules.None, _temp["fifo"]);
        using var fifo = new FileStream(_temp["fifo"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        _desk.Resize(100, 50);
        foreach (var (type, code, value) in new[] { (EV_ABS, ABS_X, 60), (EV_ABS, ABS_Y, 40), (EV_KEY, BTN_TOUCH, 1), (EV_SYN, 0, 0) })
            fifo.Write([.. new byte[16], .. BitConverter.GetBytes((ushort)type),
                .. BitConverter.GetBytes((ushort)code), .. BitConverter.GetBytes(value)]);
        string[] events = [];
        _desk.Turn(() => (events = _desk.Events(client)).Length > 0);
        Assert.Equal(["mouse-press 60 40"], events);
    }

    [Fact]
    public void A_touch_screen_that_a_rule_turns_is_calibrated_as_it_hangs()
    {
        new Child("mkfifo", [_temp["fifo"]]).WaitForEnd();
        var rules = new DeviceRules(new DeviceSettings { Rotate = 180 }, new DeviceSettings(),
            [new DeviceRule(null, null, _temp["fifo"], new() { Rotate = 90 })]);
        using var devices = _desk.Devices(rules, _temp["fifo"]);
        Assert.Equal(CalibrationMatrix.Turn(90), devices.ToScreen);
    }
}
