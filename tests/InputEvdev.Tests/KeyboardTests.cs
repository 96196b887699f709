using CsCheck;
using static InputEvdev.KeyCode;

namespace InputEvdev.Tests;

/// <summary>All keyboards of the seat as one, with the built-in map.</summary>
public class KeyboardTests
{
    private const KeyboardLeds NumLock = KeyboardLeds.NumLock;

    [Fact]
    public void Shift_and_caps_lock_change_the_text_and_show_as_modifiers()
    {
        using var typist = new Typist();
        typist.Press(KEY_RIGHTSHIFT, KEY_A, KEY_1).Release(KEY_RIGHTSHIFT).Tap(KEY_CAPSLOCK).Press(KEY_B, KEY_2);
        Assert.Equal("press KEY_RIGHTSHIFT; press KEY_A A; press KEY_1 !; release KEY_RIGHTSHIFT; "
            + "press KEY_CAPSLOCK; release KEY_CAPSLOCK; press KEY_B B; press KEY_2 2", typist.Said);
        Assert.Equal([Modifiers.Shift, Modifiers.Shift, Modifiers.Shift, Modifiers.None,
            Modifiers.CapsLock, Modifiers.CapsLock, Modifiers.CapsLock, Modifiers.CapsLock], typist.Events.Select(e => e.Modifiers));
        Assert.Equal(NumLock | KeyboardLeds.CapsLock, typist.Keyboard.Leds);
        Assert.Equal(NumLock, typist.Tap(KEY_CAPSLOCK).Keyboard.Leds);
        Assert.Equal(Modifiers.None, typist.Events[^1].Modifiers);
    }

    [Fact]
    public void Other_options_change_the_repeat_and_the_modifiers_begin_anew()
    {
        using var typist = new Typist();
        typist.Tap(KEY_CAPSLOCK).Press(KEY_A);
        typist.Keyboard.Change(new KeyboardOptions { RepeatDelayMs = 50, RepeatRate = 100, NumLock = false });
        Assert.Equal("Ab", typist.WaitMs(1000).Release(KEY_A).Tap(KEY_B).WaitMs(1000).Text);
        Assert.Equal("Abc" + new string('c', 3), typist.Press(KEY_C).WaitMs(75).Text);
        Assert.Equal(default, typist.Keyboard.Leds);
    }

    [Fact]
    public void Control_and_alt_of_either_side_are_modifiers_while_one_is_held_and_leave_the_text()
    {
        using var typist = new Typist();
        typist.Press(KEY_LEFTCTRL, KEY_RIGHTCTRL).Release(KEY_LEFTCTRL).Press(KEY_RIGHTALT, KEY_C);
        Assert.Equal((Modifiers.Control | Modifiers.Alt, "c"), (typist.Events[^1].Modifiers, typist.Events[^1].Text.ToString()));
    }

    [Fact]
    public void Shift_on_one_keyboard_shifts_the_keys_of_another_until_no_keyboard_holds_it()
    {
        using var typist = new Typist();
        typist.Take(InputKind.KeyPress, KEY_LEFTSHIFT, device: 1);
        typist.Take(InputKind.KeyPress, KEY_LEFTSHIFT, device: 2);
        typist.Take(InputKind.KeyRelease, KEY_LEFTSHIFT, device: 1);
        typist.Take(InputKind.KeyPress, KEY_A, device: 3);
        typist.Take(InputKind.KeyRelease, KEY_LEFTSHIFT, device: 2);
        typist.Take(InputKind.KeyPress, KEY_B, device: 3);
        Assert.Equal("Ab", typist.Text);
    }

    [Fact]
    public void The_keypad_types_digits_with_NumLock_and_moves_without()
    {
        using var typist = new Typist();
        typist.Tap(KEY_KP7, KEY_NUMLOCK, KEY_KP7, KEY_KP5, KEY_KPDOT, KEY_KPPLUS);
        var presses = typist.Events.Where(e => e.Kind == InputKind.KeyPress).Select(e => $"{e.Text}{(e.Text.IsEmpty ? e.Meaning : "")}");
        Assert.Equal(["7", "KEY_RESERVED", "KEY_HOME", "KEY_RESERVED", "KEY_DELETE", "+"], presses);
        Assert.Equal(KeyboardLeds.None, typist.Keyboard.Leds);
        using var without = new Typist(new KeyboardOptions { NumLock = false });
        Assert.Equal(KEY_UP, without.Tap(KEY_KP8).Events[0].Meaning);
    }

    [Fact]
    public void Digits_and_signs_of_remotes_type_on_every_layout()
    {
        using var typist = new Typist();
        Assert.Equal("0123456789*#AD?€", typist.Tap([.. Enumerable.Range((int)KEY_NUMERIC_0, 10).Select(k => (KeyCode)k)])
            .Tap(KEY_NUMERIC_STAR, KEY_NUMERIC_POUND, KEY_NUMERIC_A, KEY_NUMERIC_D, KEY_QUESTION, KEY_EURO).Text);
    }

    [Fact]
    public void A_held_key_repeats_after_the_delay_at_the_rate_until_it_is_released()
    {
        using var typist = new Typist(new KeyboardOptions { RepeatDelayMs = 400, RepeatRate = 10 });
        typist.Press(KEY_A).WaitMs(399);
        Assert.Equal("press KEY_A a", typist.Said);
        typist.WaitMs(301);
        Assert.Equal("press KEY_A a; repeat KEY_A a; repeat KEY_A a; repeat KEY_A a; repeat KEY_A a", typist.Said);
        Assert.Equal([400_000_000, 500_000_000, 600_000_000, 700_000_000], typist.Events.Skip(1).Select(e => e.TimeNs));
        typist.Release(KEY_A).WaitMs(5000);
        Assert.Equal("release KEY_A", Recorder.Line(typist.Events[^1]));
        Assert.Equal(long.MaxValue, typist.Keyboard.NextRepeatNs);
    }

    [Fact]
    public void Only_the_last_key_pressed_repeats_and_only_its_release_ends_that()
    {
        using var typist = new Typist();
        typist.Press(KEY_A).WaitMs(600).Press(KEY_B);
        typist.Events.Clear();
        Assert.DoesNotContain("KEY_A", typist.Release(KEY_A).WaitMs(1000).Said.Replace("release KEY_A", ""));
        Assert.Contains("repeat KEY_B b", typist.Said);
    }

    [Fact]
    public void A_modifier_or_a_key_that_does_not_repeat_leaves_the_repeat_of_another_and_a_modifier_changes_its_text()
    {
        using var typist = new Typist();
        typist.Press(KEY_A).WaitMs(300).Press(KEY_LEFTSHIFT, KEY_MUTE).WaitMs(200);
        Assert.Equal("repeat KEY_A A", Recorder.Line(typist.Events[^1]));
        Assert.Equal(Modifiers.Shift, typist.Events[^1].Modifiers);
    }

    [Theory]
    [InlineData(KEY_LEFTSHIFT), InlineData(KEY_CAPSLOCK), InlineData(KEY_POWER), InlineData(KEY_MUTE), InlineData(KEY_PLAYPAUSE)]
    [InlineData(KEY_SYSRQ), InlineData(KEY_OK), InlineData(KEY_SLEEP), InlineData(KEY_NEXTSONG), InlineData(KEY_NUMERIC_1)]
    public void Some_keys_do_not_repeat(KeyCode key)
    {
        using var typist = new Typist();
        Assert.Single(typist.Press(key).WaitMs(2000).Events);
    }

    [Theory]
    [InlineData(KEY_SPACE), InlineData(KEY_LEFT), InlineData(KEY_BACKSPACE),
        InlineData(KEY_VOLUMEUP), InlineData(KEY_KP1), InlineData(KEY_F5)]
    public void Others_do(KeyCode key)
    {
        using var typist = new Typist();
        Assert.InRange(typist.Press(key).WaitMs(1000).Events.Count, 10, 20);
    }

    [Fact]
    public void A_rate_of_0_repeats_nothing()
    {
        using var typist = new Typist(new KeyboardOptions { RepeatRate = 0 });
        Assert.Equal("press KEY_A a", typist.Press(KEY_A).WaitMs(5000).Said);
    }

    [Fact]
    public void A_late_call_repeats_once_and_not_for_all_that_was_missed()
    {
        using var typist = new Typist();
        typist.Press(KEY_A);
        typist.Keyboard.Repeat(30_000_000_000, typist.Keep);
        Assert.Equal("press KEY_A a; repeat KEY_A a", typist.Said);
        Assert.True(typist.Keyboard.NextRepeatNs > 30_000_000_000);
    }

    private static readonly KeyCode[] Keys = [KEY_A, KEY_B, KEY_LEFTSHIFT,
        KEY_RIGHTALT, KEY_CAPSLOCK, KEY_KP7, KEY_NUMLOCK, KEY_POWER, KEY_EQUAL];
    private static readonly KeyboardOptions[] Maps = [new() { DuplicateMs = 0 }, new() { Layout = "de", DuplicateMs = 0 },
        new() { Layout = "us,ru", Options = "grp:caps_toggle", DuplicateMs = 0 }];

    // Of each step: a device, a key, down or up (also such as no decoder sends), or some time.
    private static readonly Gen<(int Device, int Key, int Kind)[]> Steps =
        Gen.Select(Gen.Int[1, 3], Gen.Int[0, Keys.Length - 1], Gen.Int[0, 3]).Array[0, 60];

    // As laptops report the power and mute buttons: by ACPI and by the keyboard.
    [Theory]
    [InlineData(100, "press KEY_MUTE; release KEY_MUTE; press KEY_MUTE; release KEY_MUTE; press KEY_MUTE; release KEY_MUTE")]
    [InlineData(0, "press KEY_MUTE; press KEY_MUTE; release KEY_MUTE; release KEY_MUTE; press KEY_MUTE; release KEY_MUTE; press KEY_MUTE; "
        + "release KEY_MUTE; press KEY_MUTE; release KEY_MUTE")]
    public void One_press_by_two_devices_is_one_press(int duplicateMs, string said)
    {
        using var typist = new Typist(new KeyboardOptions { DuplicateMs = duplicateMs });
        typist.Take(InputKind.KeyPress, KEY_MUTE, 1);
        typist.WaitMs(300);
        typist.Take(InputKind.KeyPress, KEY_MUTE, 2); // while it is held
        typist.Take(InputKind.KeyRelease, KEY_MUTE, 2);
        typist.Take(InputKind.KeyRelease, KEY_MUTE, 1);
        typist.WaitMs(200);
        typist.Take(InputKind.KeyPress, KEY_MUTE, 2);
        typist.Take(InputKind.KeyRelease, KEY_MUTE, 2);
        typist.WaitMs(20);
        typist.Take(InputKind.KeyPress, KEY_MUTE, 1); // soon after it
        typist.WaitMs(200);
        typist.Take(InputKind.KeyRelease, KEY_MUTE, 1);
        typist.Take(InputKind.KeyPress, KEY_MUTE, 1); // by the same device
        typist.Take(InputKind.KeyRelease, KEY_MUTE, 1);
        Assert.Equal(said.Split("; "), typist.Said.Split("; ").Select(e => e.Trim()));
    }

    [Fact]
    public void Every_press_has_one_release_and_repeats_come_only_between_them() =>
        Gen.Select(Gen.Int[0, Maps.Length - 1], Steps).Sample((map, steps) => CheckPairs(Maps[map], steps), iter: 100);

    private static void CheckPairs(KeyboardOptions options, (int Device, int Key, int Kind)[] steps)
    {
        using var typist = new Typist(options);
        var held = new HashSet<(int, KeyCode)>();
        foreach (var (device, index, step) in steps)
        {
            var key = Keys[index];
            var before = typist.Events.Count;
            (InputKind Kind, bool Passes)? taken = step switch
            {
                0 => (InputKind.KeyPress, held.Add((device, key))),
                1 => (InputKind.KeyRelease, held.Remove((device, key))),
                2 => (InputKind.KeyRepeat, false),
                _ => null,
            };
            if (taken is { } t) typist.Take(t.Kind, key, device);
            else typist.WaitMs(index * 100);

            var fresh = typist.Events.Skip(before).Select(e => (e.Device, e.Key, e.Kind)).ToList();
            if (taken is null) Assert.All(fresh, e => Assert.True(held.Contains((e.Device, e.Key)) && e.Kind == InputKind.KeyRepeat));
            else Assert.Equal(taken.Value.Passes ? [(device, key, taken.Value.Kind)] : [], fresh);
        }
        foreach (var (device, key) in held) typist.Take(InputKind.KeyRelease, key, device); // As a device does that is gone.
        Assert.Equal(long.MaxValue, typist.Keyboard.NextRepeatNs);
        Assert.Equal(Modifiers.None, typist.Tap(KEY_HELP).Events[^1].Modifiers & ~Modifiers.CapsLock);
    }

    [Fact]
    public void Typing_does_not_allocate_with_either_map()
    {
        foreach (var options in Maps)
        {
            using var typist = new Typist(options);
            var count = 0;
            InputHandler handler = (in InputEvent _) => count++;
            void Round()
            {
                foreach (var key in Keys)
                {
                    typist.Keyboard.Take(new InputEvent { Kind = InputKind.KeyPress, Key = key }, 0, handler);
                    typist.Keyboard.Repeat(1_000_000_000, handler);
                    typist.Keyboard.Take(new InputEvent { Kind = InputKind.KeyRelease, Key = key }, 0, handler);
                }
            }
            Allocations.AssertNone(() =>
            {
                for (var i = 0; i < 10; i++) Round();
            });
        }
    }
}
