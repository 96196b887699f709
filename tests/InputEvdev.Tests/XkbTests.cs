using static InputEvdev.KeyCode;

namespace InputEvdev.Tests;

/// <summary>Keymaps of the installed libxkbcommon and xkb-data.</summary>
public sealed class XkbTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mmm-keymap-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static Typist De => new(new KeyboardOptions { Layout = "de" });

    [Theory]
    [InlineData("us", "yz;-"), InlineData("de", "zyöß"), InlineData("fr", "ywm)"), InlineData("ru", "няж-")]
    public void A_layout_types_its_own_letters(string layout, string text)
    {
        using var typist = new Typist(new KeyboardOptions { Layout = layout });
        typist.Tap(KEY_Y, KEY_Z, KEY_SEMICOLON, KEY_MINUS);
        Assert.Equal(text, typist.Text);
        Assert.Empty(typist.Log);
    }

    [Fact]
    public void A_variant_and_two_layouts_with_a_key_between_them_are_taken()
    {
        using var dvorak = new Typist(new KeyboardOptions { Layout = "us", Variant = "dvorak" });
        Assert.Equal("aoeu", dvorak.Tap(KEY_A, KEY_S, KEY_D, KEY_F).Text);
        using var both = new Typist(new KeyboardOptions { Layout = "us,ru", Options = "grp:caps_toggle" });
        Assert.Equal("zя", both.Tap(KEY_Z, KEY_CAPSLOCK, KEY_Z).Text);
        Assert.Equal((Modifiers.Control, "z"), (both.Press(KEY_LEFTCTRL, KEY_Z).Events[^1].Modifiers, both.Events[^1].Text.ToString()));
    }

    [Theory]
    [InlineData("ru", KEY_C, "c"), InlineData("gr", KEY_A, "a"), InlineData("il", KEY_V, "v"), InlineData("de", KEY_SEMICOLON, "ö")]
    public void Control_with_a_letter_of_another_script_is_the_Latin_letter_of_that_key(string layout, KeyCode key, string text)
    {
        using var typist = new Typist(new KeyboardOptions { Layout = layout });
        var pressed = typist.Press(KEY_LEFTCTRL, key).Events[^1];
        Assert.Equal((Modifiers.Control, text), (pressed.Modifiers, pressed.Text.ToString()));
    }

    [Fact]
    public void Shift_caps_lock_and_AltGr_choose_the_level_and_AltGr_is_not_Alt()
    {
        using var typist = De;
        typist.With(KEY_LEFTSHIFT, KEY_SEMICOLON, KEY_7).Tap(KEY_CAPSLOCK, KEY_SEMICOLON, KEY_CAPSLOCK).With(KEY_RIGHTALT, KEY_Q, KEY_E);
        Assert.Equal("Ö/Ö@€", typist.Text);
        var at = typist.Events.Single(e => e.Text.ToString() == "@");
        Assert.Equal(Modifiers.None, at.Modifiers);
        Assert.Equal(Modifiers.Alt, typist.Press(KEY_LEFTALT, KEY_X).Events[^1].Modifiers);
    }

    [Fact]
    public void A_dead_key_waits_for_the_letter_and_nothing_is_typed_meanwhile()
    {
        using var typist = De;
        typist.Tap(KEY_EQUAL);
        Assert.Equal((true, KEY_RESERVED), (typist.Events[0].Text.IsEmpty, typist.Events[0].Meaning));
        Assert.Equal("é", typist.Tap(KEY_E).Text);
        Assert.Equal("éÉ", typist.Tap(KEY_EQUAL).With(KEY_LEFTSHIFT, KEY_E).Text);
        Assert.Equal("éÉ´", typist.Tap(KEY_EQUAL, KEY_EQUAL).Text); // twice: the accent itself
    }

    [Fact]
    public void A_sequence_that_does_not_exist_types_nothing_and_the_next_key_types_again()
    {
        using var typist = De;
        Assert.Equal("q", typist.Tap(KEY_EQUAL, KEY_Q, KEY_Q).Text);
        Assert.All(typist.Events.Take(4), e => Assert.Equal(KEY_RESERVED, e.Meaning));
        Assert.Equal("qe", typist.Tap(KEY_EQUAL, KEY_ESC, KEY_E).Text);
        Assert.DoesNotContain(typist.Events, e => e.Meaning == KEY_ESC);
    }

    [Fact]
    public void A_command_in_the_middle_of_a_sequence_is_a_command()
    {
        using var typist = De;
        typist.Tap(KEY_EQUAL).Press(KEY_LEFTCTRL, KEY_C).Release(KEY_C, KEY_LEFTCTRL).Tap(KEY_E);
        Assert.Equal("ce", typist.Text);
    }

    [Fact]
    public void The_compose_key_makes_characters_of_several_keys()
    {
        using var typist = new Typist(new KeyboardOptions { Layout = "us", Options = "compose:ralt" });
        Assert.Equal("é€œ",
            typist.Tap(KEY_RIGHTALT, KEY_APOSTROPHE, KEY_E, KEY_RIGHTALT, KEY_EQUAL, KEY_E, KEY_RIGHTALT, KEY_O, KEY_E).Text);
        Assert.Empty(typist.Log);
    }

    [Fact]
    public void A_composed_character_repeats_and_a_dead_key_does_not()
    {
        using var typist = De;
        typist.Press(KEY_EQUAL).WaitMs(1000);
        Assert.Single(typist.Events);
        typist.Release(KEY_EQUAL).Press(KEY_E).WaitMs(600);
        Assert.StartsWith("ééé", typist.Text);
    }

    [Fact]
    public void A_compose_file_of_the_users_own_is_taken_and_one_that_is_none_is_said()
    {
        var file = Path.Combine(_directory, "compose");
        File.WriteAllText(file, "<a> <b> : \"æ\"\n<c> <c> : \"Grüße aus Köln\"\n");
        using var typist = new Typist(new KeyboardOptions { Layout = "us", Compose = file });
        Assert.Equal("æGrüße ", typist.Tap(KEY_A, KEY_B, KEY_C, KEY_C).Text); // 8 bytes, and no half a character
        File.Delete(file);
        using var without = new Typist(new KeyboardOptions { Layout = "us", Compose = file });
        Assert.Equal("ab", without.Tap(KEY_A, KEY_B).Text);
        Assert.Equal($"{file}: cannot be read, or has no compose sequences; dead keys type nothing", Assert.Single(without.Log));
    }

    [Fact]
    public void Keys_that_a_layout_moves_mean_what_they_do_there()
    {
        using var typist = new Typist(new KeyboardOptions { Layout = "us", Options = "caps:escape" });
        Assert.Equal(KEY_ESC, typist.Tap(KEY_CAPSLOCK).Events[0].Meaning);
        Assert.Equal([KEY_ENTER, KEY_TAB, KEY_F1, KEY_F12, KEY_VOLUMEUP, KEY_LEFT, KEY_OK, KEY_COMPOSE],
            typist.Tap(KEY_ENTER, KEY_TAB, KEY_F1, KEY_F12, KEY_VOLUMEUP, KEY_LEFT, KEY_OK, KEY_COMPOSE).Events
                .Skip(2).Where(e => e.Kind == InputKind.KeyPress).Select(e => e.Meaning));
        Assert.Equal(KEY_TAB, typist.Press(KEY_LEFTSHIFT, KEY_TAB).Events[^1].Meaning);
        typist.Release(KEY_LEFTSHIFT, KEY_TAB).Press(KEY_LEFTCTRL, KEY_LEFTALT, KEY_F3);
        Assert.Equal((KEY_F3, Modifiers.Control | Modifiers.Alt), (typist.Events[^1].Meaning, typist.Events[^1].Modifiers));
        Assert.Equal((KEY_BACKSPACE, ""), (typist.Press(KEY_BACKSPACE).Events[^1].Meaning, typist.Events[^1].Text.ToString()));
    }

    [Fact]
    public void NumLock_is_on_at_first_or_not_as_configured()
    {
        using var on = De;
        Assert.Equal("7,", on.Tap(KEY_KP7, KEY_KPDOT).Text);
        Assert.Equal(KeyboardLeds.NumLock, on.Keyboard.Leds);
        Assert.Equal(KeyboardLeds.None, on.Tap(KEY_NUMLOCK).Keyboard.Leds);
        Assert.Equal(KEY_HOME, on.Press(KEY_KP7).Events[^1].Meaning);
        using var off = new Typist(new KeyboardOptions { Layout = "de", NumLock = false });
        Assert.Equal(KEY_UP, off.Press(KEY_KP8).Events[^1].Meaning);
    }

    [Fact]
    public void A_keymap_of_a_file_needs_no_layout_data()
    {
        var file = Path.Combine(_directory, "keymap");
        File.WriteAllText(file, """
            xkb_keymap {
                xkb_keycodes { <A> = 38; <LFSH> = 50; <NMLK> = 77; };
                xkb_types { type "ONE_LEVEL" { modifiers = none; }; type "TWO_LEVEL" { modifiers = Shift; map[Shift] = Level2; }; };
                xkb_compat { interpret Shift_L { action = SetMods(modifiers = Shift); }; };
                xkb_symbols {
                    key <A> { type = "TWO_LEVEL", [ U00E5, U00C5 ] };
                    key <LFSH> { type = "ONE_LEVEL", [ Shift_L ] };
                    modifier_map Shift { <LFSH> };
                };
            };
            """);
        using var typist = new Typist(new KeyboardOptions { Keymap = file });
        Assert.Equal("åÅ", typist.Tap(KEY_A).With(KEY_LEFTSHIFT, KEY_A).Text);
        Assert.Empty(typist.Log);
        File.WriteAllText(file, "a text that is no keymap");
        using var broken = new Typist(new KeyboardOptions { Keymap = file });
        Assert.Equal("a", broken.Tap(KEY_A).Text);
        Assert.Equal($"{file}: not a keymap; make one with xkbcli compile-keymap. The built-in US map is used", Assert.Single(broken.Log));
        using var missing = new Typist(new KeyboardOptions { Keymap = file + "x" });
        Assert.Equal("a", missing.Tap(KEY_A).Text);
        Assert.StartsWith($"{file}x: the keymap cannot be read: ", Assert.Single(missing.Log));
    }

    [Theory]
    [InlineData("/dev/zero"), InlineData("/dev/null"), InlineData("/")]
    public void Files_that_are_none_are_refused(string file)
    {
        using var typist = new Typist(new KeyboardOptions { Keymap = file, Compose = file });
        Assert.Equal("a", typist.Tap(KEY_A).Text);
        Assert.StartsWith($"{file}: the keymap cannot be read: ", Assert.Single(typist.Log));
        using var composing = new Typist(new KeyboardOptions { Layout = "us", Compose = file });
        Assert.Equal("a", composing.Tap(KEY_A).Text);
        Assert.StartsWith($"{file}: cannot be read, or has no compose sequences", Assert.Single(composing.Log));
    }

    [Theory]
    [InlineData("xx", null, "there is no layout \"xx\" in /usr/share/X11/xkb; see xkbcli list")]
    [InlineData("de", "nonsense", "there is no layout \"de\" with variant \"nonsense\" in /usr/share/X11/xkb; see xkbcli list")]
    public void An_unknown_layout_is_said_in_one_line_and_the_built_in_one_used(string layout, string? variant, string reason)
    {
        using var typist = new Typist(new KeyboardOptions { Layout = layout, Variant = variant });
        Assert.Equal("y", typist.Tap(KEY_Y).Text);
        Assert.Equal($"{reason}. The built-in US map is used", Assert.Single(typist.Log));
    }

    [Fact]
    public void Without_the_library_the_built_in_map_is_used_and_one_line_says_what_to_install()
    {
        using var typist = new Typist(new KeyboardOptions { Layout = "de" }, "libxkbcommon-missing.so.0");
        Assert.Equal("yz", typist.Tap(KEY_Y, KEY_Z).Text);
        Assert.Equal("libxkbcommon-missing.so.0 cannot be loaded; install libxkbcommon0 and xkb-data. The built-in US map is used",
            Assert.Single(typist.Log));
    }

    [Fact]
    public void With_nothing_configured_no_library_is_loaded()
    {
        using var typist = new Typist(new KeyboardOptions(), "libxkbcommon-missing.so.0");
        Assert.Equal("y", typist.Tap(KEY_Y).Text);
        Assert.Empty(typist.Log);
    }

    [Fact]
    public void Text_holds_8_bytes_and_no_half_a_character()
    {
        Assert.Equal("€€", KeyText.Of("€€€"u8).ToString());
        Assert.Equal("12345678", KeyText.Of("123456789"u8).ToString());
        Assert.Equal("ab", KeyText.Of("ab\0c"u8).ToString());
        Assert.True(KeyText.Of(default(ReadOnlySpan<byte>)).IsEmpty);
    }
}
