namespace FbHost.Tests;

/// <summary>Keys and touches through a FIFO of struct input_event; names from linux/input-event-codes.h.</summary>
public class InputTests
{
    private const int EV_KEY = 1, EV_ABS = 3, ABS_X = 0, ABS_Y = 1, BTN_TOUCH = 0x14a;
    private const int KEY_ESC = 1, KEY_1 = 2, KEY_TAB = 15, KEY_Q = 16, KEY_ENTER = 28,
        KEY_LEFTCTRL = 29, KEY_A = 30, KEY_LEFTSHIFT = 42, KEY_LEFTALT = 56,
        KEY_SPACE = 57, KEY_F1 = 59, KEY_F12 = 88, KEY_UP = 103, KEY_PAGEUP = 104, KEY_LEFT = 105;

    // In one write: between several a busy machine could let a key repeat.
    private static void Tap(MmmHost host, params int[] keys) =>
        host.Input([.. keys.Select(key => (EV_KEY, key, 1)), .. keys.Reverse().Select(key => (EV_KEY, key, 0))]);

    private static void Touch(MmmHost host, int x, int y) => host.Input((EV_ABS, ABS_X, x), (EV_ABS, ABS_Y, y), (EV_KEY, BTN_TOUCH, 1));

    private static void Move(MmmHost host, int x, int y) => host.Input((EV_ABS, ABS_X, x), (EV_ABS, ABS_Y, y));

    private static void Lift(MmmHost host) => host.Input((EV_KEY, BTN_TOUCH, 0));

    [Fact]
    public void Keys_reach_the_focused_client_by_the_names_of_the_protocol()
    {
        using var host = new MmmHost(input: true);
        using var below = host.Raw("--title Below color ff0000");
        host.WaitForClient("Below");
        using var client = host.Raw("color 00ff00");
        host.WaitForClient("raw");
        foreach (var key in new[] { KEY_A, KEY_1, KEY_ENTER, KEY_TAB, KEY_SPACE, KEY_ESC, KEY_PAGEUP, KEY_F1, KEY_F12 })
            Tap(host, key);
        Tap(host, KEY_LEFTSHIFT, KEY_A);
        Tap(host, KEY_LEFTSHIFT, KEY_1);
        Tap(host, KEY_LEFTSHIFT, KEY_UP);
        Tap(host, KEY_LEFTCTRL, KEY_Q);
        Tap(host, KEY_LEFTALT, KEY_A);
        Tap(host, KEY_LEFTCTRL, KEY_LEFTSHIFT, KEY_LEFT);
        client.WaitForEvents("a", "1", "return", "tab", "space", "escape", "page-up", "F1", "F12",
            "A", "!", "shift-up", "control-q", "alt-a", "control-shift-left");
        Assert.Empty(below.Events);
    }

    [Fact]
    public void A_touch_goes_to_the_client_under_it_with_that_clients_coordinates_and_stays_with_it()
    {
        using var host = new MmmHost(input: true);
        using var left = host.Raw("--title Left --size 60x60 --at 10,20 color ff0000");
        host.WaitForClient("Left");
        using var right = host.Raw("--title Right --size 60x60 --at 100,20 color 00ff00");
        host.WaitForClient("Right");
        Touch(host, 15, 30);
        Move(host, 120, 40);
        Lift(host);
        Touch(host, 110, 25);
        Lift(host);
        left.WaitForEvents("mouse-press 5 10", "mouse-drag 110 20", "mouse-release 110 20");
        right.WaitForEvents("mouse-press 10 5", "mouse-release 10 5");
    }

    [Fact]
    public void A_touch_where_no_client_is_reaches_nobody()
    {
        using var host = new MmmHost(input: true);
        using var client = host.Raw("--at 100,100 color ff0000");
        host.WaitForClient("raw");
        Touch(host, 10, 10);
        Move(host, 110, 110);
        Lift(host);
        Touch(host, 101, 102);
        Lift(host);
        Wait.Until(() => client.Events.Contains("mouse-release 1 2"), "the second touch", () => string.Join(" | ", client.Events));
        Assert.Equal(1, client.Events.Count(e => e.StartsWith("mouse-press", StringComparison.Ordinal)));
        Assert.Contains("mouse-press 1 2", client.Events);
    }

    [Fact]
    public void A_finger_on_a_client_that_ends_is_forgotten()
    {
        using var host = new MmmHost(input: true);
        using var below = host.Raw("--title Below --size 100x100 color ff0000");
        host.WaitForClient("Below");
        using var top = host.Raw("--title Top --size 100x100 color 00ff00");
        host.WaitForClient("Top");
        Touch(host, 10, 10);
        top.WaitForEvents("mouse-press 10 10");
        top.Signal(Child.SIGKILL);
        host.WaitForNoClient("Top");
        Lift(host);
        Touch(host, 20, 20);
        Lift(host);
        Wait.Until(() => below.Events.Contains("mouse-release 20 20"), "the second touch");
        Assert.Contains("mouse-press 20 20", below.Events);
    }

    [Fact]
    public void Garbage_and_pieces_of_records_in_the_fifo_do_not_end_the_input()
    {
        using var host = new MmmHost(input: true);
        using var client = host.Raw("color 00ff00");
        host.WaitForClient("raw");
        host.Input([.. Enumerable.Range(0, 5000).Select(i => (i * 7 % 40, i * 31 % 70000, i * 1234567 ^ i))]);
        Tap(host, KEY_F12);
        Wait.Until(() => client.Events.Any(e => e.EndsWith("F12", StringComparison.Ordinal)), "the key after the garbage",
            () => string.Join(" | ", client.Events.TakeLast(3)));
    }
}
