using FbHost.Clients;
using InputEvdev;

namespace FbHost.Tests.Events;

/// <summary>Which client gets which event, by the rules of protocol.md section 5.</summary>
public sealed class DeliveryTests : IDisposable
{
    private readonly Desk _desk = new();

    public void Dispose() => _desk.Dispose();

    [Fact]
    public void Only_the_first_finger_is_sent_to_a_client_that_does_not_ask()
    {
        var client = _desk.Client("plain", 10, 10);
        _desk.Down(0, 20, 20);
        _desk.Down(1, 30, 20);
        _desk.Drag(1, 31, 21);
        _desk.Drag(0, 21, 20);
        _desk.Up(0, 21, 20);
        _desk.Drag(1, 33, 21); // is no first finger now: it was not when it went down
        _desk.Up(1, 33, 21);
        _desk.Down(3, 30, 30);
        _desk.Up(3, 30, 30);
        Assert.Equal(["mouse-press 10 10", "mouse-drag 11 10", "mouse-release 11 10", "mouse-press 20 20", "mouse-release 20 20"],
            _desk.Events(client));
    }

    [Fact]
    public void Ten_fingers_of_several_devices_have_ten_numbers_and_the_eleventh_none()
    {
        var client = _desk.Client("multi", 0, 0, "multitouch", width: 200, height: 100);
        for (var i = 0; i < 11; i++)
            _desk.Down(i % 6, 10 * i, 5, device: 1 + i / 6);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"mouse-press {10 * i} 5 {i}"), _desk.Events(client));
        _desk.Drag(4, 111, 7, device: 2); // the eleventh
        _desk.Drag(3, 111, 7, device: 2);
        _desk.Up(2, 20, 5, device: 1);
        _desk.Up(4, 100, 5, device: 2);
        _desk.Down(7, 50, 50, device: 3);
        Assert.Equal(["mouse-drag 111 7 9", "mouse-release 20 5 2", "mouse-press 50 50 2"], _desk.Events(client));
    }

    [Fact]
    public void A_client_that_asks_for_buttons_gets_all_of_them_and_learns_what_points()
    {
        var plain = _desk.Client("plain", 100, 0);
        var client = _desk.Client("buttons", 0, 0, "buttons");
        _desk.Mouse(InputKind.PointerMove, -1000, -1000);
        _desk.Mouse(InputKind.PointerMove, 10, 10);
        _desk.Mouse(InputKind.PointerDown, button: 1);
        _desk.Mouse(InputKind.PointerDown); // while the right button is held
        _desk.Mouse(InputKind.PointerMove, 1);
        _desk.Mouse(InputKind.PointerUp, button: 1);
        _desk.Mouse(InputKind.PointerMove, 1);
        _desk.Mouse(InputKind.PointerUp);
        _desk.Down(3, 20, 20);
        _desk.Up(3, 20, 20);
        _desk.Send(new InputEvent { Kind = InputKind.PointerMove, IsPen = true, Device = 9, X = 0, Y = 0 });
        Assert.Equal([
            "mouse-motion 0 0 0 none mouse", "mouse-motion 10 10 0 none mouse",
            "mouse-press 10 10 0 right mouse", "mouse-press 10 10 0 left mouse", "mouse-drag 11 10 0 right mouse",
            "mouse-release 11 10 0 right mouse", "mouse-drag 12 10 0 left mouse", "mouse-release 12 10 0 left mouse",
            "mouse-press 20 20 0 left finger", "mouse-release 20 20 0 left finger", "mouse-motion 0 0 0 none pen"], _desk.Events(client));
        _desk.Send(new InputEvent { Kind = InputKind.PointerMove, Device = 9, X = 0.75, Y = 0.5 });
        _desk.Mouse(InputKind.PointerDown, button: 1);
        _desk.Mouse(InputKind.PointerMove, 1);
        _desk.Mouse(InputKind.PointerUp, button: 1);
        Assert.All(_desk.Events(plain), e => Assert.StartsWith("mouse-motion ", e)); // the protocol has no word for it
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Keys_go_to_the_client_that_was_pressed_last_unless_it_is_configured_otherwise(bool followsPress)
    {
        _desk.Clients.Stack.FocusFollowsPress = followsPress;
        var first = _desk.Client("first", 0, 0, "focus");
        var second = _desk.Client("second", 100, 0, "focus");
        Assert.Equal(["focus-in", "focus-out"], _desk.Events(first));
        _desk.Down(0, 10, 10);
        _desk.Up(0, 10, 10);
        _desk.Key(InputKind.KeyPress, KeyCode.KEY_UP);
        Assert.Equal(followsPress, _desk.Events(first).Contains("up"));
        Assert.Equal(!followsPress, _desk.Events(second).Contains("up"));
        var third = _desk.Client("third", 50, 50);
        _desk.Key(InputKind.KeyPress, KeyCode.KEY_DOWN);
        Assert.Equal(["down"], _desk.Events(third)); // a new client has the keys
        _desk.Down(0, 10, 10);
        _desk.Up(0, 10, 10);
        _desk.End(first);
        _desk.Key(InputKind.KeyPress, KeyCode.KEY_LEFT);
        Assert.Equal(["left"], _desk.Events(third)); // the client that was pressed is gone
    }

    [Theory]
    [InlineData("sdl", "shift-control-left", "shift-control-n")]
    [InlineData("mmm", "control-shift-left", "control-shift-n")]
    public void A_client_gets_the_names_of_keys_that_it_listens_for(string names, string left, string letter)
    {
        var client = _desk.Client("names", 0, 0);
        client.SetValue("keynames", names);
        _desk.Look(client);
        const Modifiers held = Modifiers.Control | Modifiers.Shift;
        _desk.Key(InputKind.KeyPress, KeyCode.KEY_LEFT, held);
        _desk.Send(new InputEvent
        {
            Kind = InputKind.KeyPress, Key = KeyCode.KEY_N, Meaning = KeyCode.KEY_N, Text = KeyText.Of("N"u8), Modifiers = held, Device = 2,
        });
        _desk.Button(0, "control-shift-left", pressed: true);
        Assert.Equal([left, letter, left], _desk.Events(client));
    }

    [Fact]
    public void Fingers_stay_with_the_clients_they_went_down_on()
    {
        var left = _desk.Client("left", 0, 0, "multitouch");
        var right = _desk.Client("right", 100, 0);
        _desk.Down(0, 10, 10);
        _desk.Down(1, 110, 10);
        _desk.Drag(0, 120, 10);
        _desk.Drag(1, 5, 10);
        _desk.Up(0, 199, 99);
        _desk.Up(1, 0, 0);
        Assert.Equal(["mouse-press 10 10 0", "mouse-drag 120 10 0", "mouse-release 199 99 0"], _desk.Events(left));
        Assert.Equal(["mouse-press 10 10", "mouse-drag -95 10", "mouse-release -100 0"], _desk.Events(right));
    }

    [Fact]
    public void A_finger_whose_client_ends_is_silent_until_it_is_up()
    {
        var below = _desk.Client("below", 0, 0, "multitouch");
        var top = _desk.Client("top", 0, 0, "multitouch");
        _desk.Down(0, 10, 10);
        _desk.End(top);
        _desk.Drag(0, 11, 10);
        _desk.Up(0, 11, 10);
        _desk.Down(0, 12, 10);
        Assert.Equal(["mouse-press 12 10 0"], _desk.Events(below));
    }

    [Fact]
    public void A_mouse_moves_presses_and_drags_and_its_other_buttons_have_no_words()
    {
        var client = _desk.Client("plain", 90, 40);
        _desk.Mouse(InputKind.PointerMove, 1, 1); // from the middle, 100,50
        _desk.Mouse(InputKind.PointerDown);
        _desk.Mouse(InputKind.PointerDown, button: 1);
        _desk.Mouse(InputKind.PointerMove, -50, 0);
        _desk.Mouse(InputKind.PointerUp, button: 1);
        _desk.Mouse(InputKind.PointerUp);
        _desk.Mouse(InputKind.PointerMove, 60, 0);
        Assert.Equal(["mouse-motion 11 11", "mouse-press 11 11", "mouse-drag -39 11", "mouse-release -39 11", "mouse-motion 21 11"],
            _desk.Events(client));
    }

    [Fact]
    public void A_touch_does_not_move_the_pointer()
    {
        var client = _desk.Client("all", 0, 0, width: 200, height: 100);
        _desk.Down(0, 10, 10);
        _desk.Up(0, 10, 10);
        _desk.Mouse(InputKind.PointerMove, 1, 0);
        Assert.Equal(["mouse-press 10 10", "mouse-release 10 10", "mouse-motion 101 50"], _desk.Events(client));
    }

    [Fact]
    public void A_wheel_is_told_to_who_asks_in_whole_clicks()
    {
        var plain = _desk.Client("plain", 0, 0, width: 200, height: 100);
        _desk.Wheel(0, 1);
        Assert.Empty(_desk.Events(plain));
        var asks = _desk.Client("asks", 80, 40, "scroll");
        _desk.Wheel(0, 0.5);
        Assert.Empty(_desk.Events(asks));
        _desk.Wheel(-1, 0.5);
        Assert.Equal(["mouse-scroll 20 10 -1 1"], _desk.Events(asks));
    }

    [Fact]
    public void Pointer_and_fingers_enter_and_leave_who_asks()
    {
        var left = _desk.Client("left", 60, 0, "enter-leave", height: 100); // 60..99
        var right = _desk.Client("right", 100, 0, "enter-leave", height: 100);
        _desk.Mouse(InputKind.PointerMove, 5, 0);
        _desk.Mouse(InputKind.PointerMove, -10, 0);
        _desk.Down(0, 70, 50); // the pointer is there already: a finger enters nothing new
        _desk.Up(0, 70, 50);
        _desk.Down(0, 110, 50);
        _desk.Down(1, 120, 50);
        _desk.Up(0, 110, 50);
        _desk.Up(1, 120, 50);
        Assert.Equal(["mouse-enter 35 50", "mouse-motion 35 50", "mouse-press 10 50", "mouse-release 10 50"], _desk.Events(left));
        Assert.Equal(["mouse-enter 5 50", "mouse-motion 5 50", "mouse-leave -5 50", "mouse-enter 10 50", 
            "mouse-press 10 50", "mouse-release 10 50", "mouse-leave 10 50"], _desk.Events(right));
    }

    [Fact]
    public void A_client_that_is_covered_is_left_and_entered_again_when_the_cover_goes()
    {
        var below = _desk.Client("below", 80, 30, "enter-leave");
        _desk.Mouse(InputKind.PointerMove, 1, 1);
        var cover = _desk.Client("cover", 80, 30, "enter-leave");
        _desk.End(cover);
        Assert.Equal(["mouse-enter 21 21", "mouse-motion 21 21", "mouse-leave 21 21", "mouse-enter 21 21"], _desk.Events(below));
    }

    [Fact]
    public void With_a_button_down_the_pointer_leaves_nobody()
    {
        var left = _desk.Client("left", 60, 0, "enter-leave", height: 100);
        var right = _desk.Client("right", 100, 0, "enter-leave", height: 100);
        _desk.Mouse(InputKind.PointerMove, 5, 0);
        _desk.Mouse(InputKind.PointerDown);
        _desk.Mouse(InputKind.PointerMove, -10, 0);
        Assert.Equal(["mouse-enter 5 50", "mouse-motion 5 50", "mouse-press 5 50", "mouse-drag -5 50"], _desk.Events(right));
        _desk.Mouse(InputKind.PointerUp);
        Assert.Equal(["mouse-release -5 50", "mouse-leave -5 50"], _desk.Events(right));
        Assert.Equal(["mouse-enter 35 50"], _desk.Events(left));
    }

    [Fact]
    public void The_focus_is_told_to_who_asks_when_it_changes_and_when_it_asks()
    {
        var first = _desk.Client("first", 0, 0, "focus");
        Assert.Equal(["focus-in"], _desk.Events(first));
        var second = _desk.Client("second", 50, 0);
        Assert.Equal(["focus-out"], _desk.Events(first));
        second.SetValue("events", "focus");
        Assert.Equal("focus", _desk.Session(second).Values["events"]); // as mmmctl clients reads them
        _desk.Clients.Look(_desk.Session(second));
        Assert.Equal(["focus-in"], _desk.Events(second));
        _desk.Clients.Stack.Restack(_desk.Session(first), toTop: true);
        Assert.Equal(["focus-in"], _desk.Events(first));
        Assert.Equal(["focus-out"], _desk.Events(second));
        _desk.End(first);
        Assert.Equal(["focus-in"], _desk.Events(second));
    }

    [Fact]
    public void A_keys_release_goes_where_its_press_went_by_the_same_word()
    {
        var first = _desk.Client("first", 0, 0, "key-release");
        _desk.Key(InputKind.KeyPress, KeyCode.KEY_A, Modifiers.Shift);
        _desk.Key(InputKind.KeyPress, KeyCode.KEY_UP);
        var second = _desk.Client("second", 50, 0, "key-release");
        _desk.Key(InputKind.KeyRepeat, KeyCode.KEY_UP);
        _desk.Key(InputKind.KeyRelease, KeyCode.KEY_A); // Shift is up already
        _desk.Key(InputKind.KeyRelease, KeyCode.KEY_UP);
        _desk.Key(InputKind.KeyRelease, KeyCode.KEY_B); // went down before the host was there
        Assert.Equal(["A", "up", "key-release A", "key-release up"], _desk.Events(first));
        Assert.Empty(_desk.Events(second));
    }

    [Fact]
    public void Key_releases_are_for_who_asks()
    {
        var client = _desk.Client("plain", 0, 0, "focus");
        _desk.Key(InputKind.KeyPress, KeyCode.KEY_A);
        _desk.Key(InputKind.KeyRepeat, KeyCode.KEY_A);
        _desk.Key(InputKind.KeyRelease, KeyCode.KEY_A);
        Assert.Equal(["focus-in", "a", "a"], _desk.Events(client));
    }

    [Fact]
    public void A_hand_that_wakes_the_screen_is_swallowed_whole_and_the_next_touch_is_not()
    {
        var client = _desk.Client("multi", 0, 0, "multitouch", width: 200, height: 100);
        _desk.Blanker.Blank();
        _desk.Down(0, 10, 10);
        _desk.Down(1, 20, 10);
        _desk.Drag(0, 30, 30);
        _desk.Up(0, 30, 30);
        _desk.Drag(1, 40, 30);
        _desk.Up(1, 40, 30);
        Assert.Empty(_desk.Events(client));
        _desk.Down(0, 10, 10);
        _desk.Up(0, 10, 10);
        Assert.Equal(["mouse-press 10 10 0", "mouse-release 10 10 0"], _desk.Events(client));
    }

    [Fact]
    public void Two_fingers_that_come_down_at_one_time_and_wake_the_screen_are_both_swallowed()
    {
        var client = _desk.Client("multi", 0, 0, "multitouch", width: 200, height: 100);
        _desk.Blanker.Blank();
        foreach (var kind in new[] { InputKind.PointerMove, InputKind.PointerDown, InputKind.PointerUp })
        {
            _desk.Touch(0, kind, 10, 10);
            _desk.Touch(1, kind, 20, 20);
        }
        Assert.Empty(_desk.Events(client));
    }

    [Fact]
    public void A_finger_that_was_down_when_the_screen_went_off_is_released()
    {
        var client = _desk.Client("plain", 0, 0);
        _desk.Down(0, 10, 10);
        _desk.Blanker.Blank();
        _desk.Up(0, 10, 10);
        Assert.Equal(["mouse-press 10 10", "mouse-release 10 10"], _desk.Events(client));
    }

    [Fact]
    public void A_key_that_wakes_the_screen_is_silent_with_its_repeats_and_release()
    {
        var client = _desk.Client("keys", 0, 0, "key-release");
        _desk.Blanker.Blank();
        _desk.Key(InputKind.KeyPress, KeyCode.KEY_A);
        _desk.Key(InputKind.KeyRepeat, KeyCode.KEY_A);
        _desk.Key(InputKind.KeyRelease, KeyCode.KEY_A);
        _desk.Key(InputKind.KeyPress, KeyCode.KEY_B);
        Assert.Equal(["b"], _desk.Events(client));
    }

    [Theory]
    [InlineData("multitouch multitouch nonsense\u0001 \u00ff scroll")]
    [InlineData(" multitouch  scroll ")]
    public void An_odd_list_of_wishes_asks_for_what_is_in_it(string asks)
    {
        var client = _desk.Client("odd", 0, 0, asks);
        Assert.Equal(Mmm.EventKinds.Multitouch | Mmm.EventKinds.Scroll, _desk.Session(client).File!.Kinds);
    }

    [Fact]
    public void Wishes_without_an_end_ask_for_nothing_and_harm_nobody()
    {
        var client = _desk.Client("huge", 0, 0);
        client.Poke(HandMade.ValueCount, 16);
        client.Poke(HandMade.ValueNames, Enumerable.Repeat((byte)'e', 16 * 16).ToArray());
        client.Poke(HandMade.ValueTexts, Enumerable.Repeat((byte)'m', 16 * 64).ToArray());
        _desk.Clients.Look(_desk.Session(client));
        Assert.Equal(Mmm.EventKinds.None, _desk.Session(client).File!.Kinds);
        _desk.Down(0, 10, 10);
        Assert.Equal(["mouse-press 10 10"], _desk.Events(client));
    }

    [Fact]
    public void A_client_that_changes_its_mind_with_a_finger_down_gets_that_one_to_its_end()
    {
        var client = _desk.Client("fickle", 0, 0, "multitouch");
        _desk.Down(0, 10, 10);
        client.Poke(HandMade.ValueTexts, "scroll\0"u8.ToArray());
        _desk.Clients.Look(_desk.Session(client));
        _desk.Down(1, 20, 20);
        _desk.Up(0, 10, 10);
        _desk.Up(1, 20, 20);
        Assert.Equal(["mouse-press 10 10 0", "mouse-release 10 10 0"], _desk.Events(client));
    }

    [Fact]
    public void A_client_that_reads_nothing_is_counted_and_the_others_get_all()
    {
        var deaf = _desk.Client("deaf", 0, 0, "multitouch");
        var good = _desk.Client("good", 100, 0, "multitouch");
        var seen = 0;
        for (var i = 0; i < 3000; i++)
        {
            _desk.Down(0, 10, 10);
            _desk.Down(1, 110, 10);
            _desk.Drag(1, 110 + i % 20, 12);
            _desk.Up(0, 10, 10);
            _desk.Up(1, 110, 10);
            seen += _desk.Events(good).Length;
        }
        Assert.Equal(9000, seen);
        var queue = _desk.Session(deaf).Events!;
        Assert.InRange(queue.Held, 1, EventQueue.Capacity);
        Assert.Equal(6000, queue.Dropped + queue.Held + 1023);
        string[] events = [.. _desk.Events(deaf), .. _desk.Events(deaf)]; // the ring, and what waited beside it
        Assert.Equal(events.Select((_, i) => i % 2 == 0 ? "mouse-press 10 10 0" : "mouse-release 10 10 0"), events);
        Assert.Equal(6000 - queue.Dropped, events.Length + queue.Held);
    }

    [Fact]
    public void An_event_on_its_way_from_device_to_ring_allocates_nothing()
    {
        var client = _desk.Client("all", 0, 0, "multitouch scroll key-release enter-leave", width: 200, height: 100);
        void Round(int i)
        {
            for (var f = 0; f < 10; f++)
                _desk.Down(f, 10 * f, i % 50);
            for (var f = 0; f < 10; f++)
                _desk.Drag(f, 10 * f + 1, i % 50);
            for (var f = 0; f < 10; f++)
                _desk.Up(f, 10 * f + 1, i % 50);
            _desk.Mouse(InputKind.PointerMove, i % 2 == 0 ? 1 : -1);
            _desk.Wheel(0, 1);
            _desk.Key(InputKind.KeyPress, KeyCode.KEY_A);
            _desk.Key(InputKind.KeyRelease, KeyCode.KEY_A);
            _desk.Clients.Events.Deliver();
            client.Poke(HandMade.EventsRead, (short)client.Peek(HandMade.EventsWrite));
        }
        for (var i = 0; i < 20; i++)
            Round(i);
        var own = Allocations.Least(() => client.Poke(HandMade.EventsRead, (short)client.Peek(HandMade.EventsWrite)));
        Assert.Equal(own, Allocations.Least(() => Round(1)));
    }
}
