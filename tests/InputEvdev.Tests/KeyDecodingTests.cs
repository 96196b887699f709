using System.Text;
using static InputEvdev.KeyCode;
using static InputEvdev.Tests.Recorder;

namespace InputEvdev.Tests;

/// <summary>Keys of one device, and the built-in map.</summary>
public class KeyDecodingTests
{
    [Fact]
    public void A_key_is_pressed_and_released_and_the_kernels_repeats_are_dropped() =>
        Assert.Equal("press KEY_A; release KEY_A", new Recorder(Keyboard)
            .Send(Key(KEY_A, 1), Report, Key(KEY_A, 2), Report, Key(KEY_A, 0), Report).Said);

    [Fact]
    public void A_press_of_a_held_key_and_a_release_or_repeat_of_a_free_one_are_ignored() =>
        Assert.Equal("press KEY_A", new Recorder(Keyboard)
            .Send(Key(KEY_B, 0), Key(KEY_B, 2), Key(KEY_A, 1), Key(KEY_A, 1), Key(KEY_A, 3), Key(KEY_A, -1)).Said);

    [Fact]
    public void Dropped_events_release_the_keys() =>
        Assert.Equal("press KEY_LEFTSHIFT; press KEY_A; release KEY_A; release KEY_LEFTSHIFT; press KEY_A", new Recorder(Keyboard)
            .Send(Key(KEY_LEFTSHIFT, 1), Key(KEY_A, 1), Dropped, Key(KEY_B, 1), Report, Key(KEY_A, 2), Key(KEY_A, 1)).Said);

    [Fact]
    public void A_keyboard_that_disappears_releases_its_keys() =>
        Assert.Equal("press KEY_F12; release KEY_F12", new Recorder(Keyboard).Send(Key(KEY_F12, 1)).Gone().Said);

    [Fact]
    public void The_us_layout_types_every_printable_ascii_character()
    {
        var typed = Enum.GetValues<KeyCode>().SelectMany(key => new[] { UsKeymap.TextOf(key, 0), UsKeymap.TextOf(key, Modifiers.Shift) })
            .Where(text => !text.IsEmpty).Select(text => text.ToString()).ToHashSet();
        Assert.True(typed.SetEquals(Enumerable.Range(32, 95).Select(c => ((char)c).ToString())));
    }

    [Theory]
    [InlineData(KEY_Q, 0, "q"), InlineData(KEY_Q, Modifiers.Shift, "Q"), InlineData(KEY_Q, Modifiers.Shift | Modifiers.CapsLock, "q")]
    [InlineData(KEY_GRAVE, Modifiers.Shift, "~"), InlineData(KEY_APOSTROPHE, 0, "'"), InlineData(KEY_APOSTROPHE, Modifiers.CapsLock, "'")]
    [InlineData(KEY_BACKSLASH, 0, "\\"), InlineData(KEY_SLASH, Modifiers.Shift, "?"), InlineData(KEY_RIGHTBRACE, 0, "]")]
    [InlineData(KEY_SPACE, 0, " "), InlineData(KEY_102ND, 0, "<"), InlineData(KEY_M, 0, "m"), InlineData(KEY_0, Modifiers.Shift, ")")]
    [InlineData(KEY_KP7, 0, "7"), InlineData(KEY_KPDOT, Modifiers.Shift, ".")]
    [InlineData(KEY_KPASTERISK, 0, "*"), InlineData(KEY_KPSLASH, 0, "/")]
    [InlineData(KEY_ENTER, 0, ""), InlineData(KEY_TAB, 0, ""), InlineData(KEY_ESC, 0, "")]
    [InlineData(KEY_F1, 0, ""), InlineData(KEY_SELECT, 0, "")]
    public void The_us_layout_types(KeyCode key, Modifiers modifiers, string text) =>
        Assert.Equal(text, UsKeymap.TextOf(key, modifiers).ToString());

    [Theory]
    [InlineData("a"), InlineData("å"), InlineData("€"), InlineData("\U0001F600")]
    public void Key_text_holds_any_character_as_utf8(string character)
    {
        var text = KeyText.Of(Rune.GetRuneAt(character, 0));
        var bytes = new byte[text.Length];
        Assert.Equal(bytes.Length, text.CopyTo(bytes));
        Assert.Equal(Encoding.UTF8.GetBytes(character), bytes);
        Assert.Throws<ArgumentException>(() => text.CopyTo(new byte[bytes.Length - 1]));
    }
}
