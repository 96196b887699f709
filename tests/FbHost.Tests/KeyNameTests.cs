using System.Text;
using System.Text.RegularExpressions;
using FbHost.Input;
using InputEvdev;
using Mmm.Protocol;
using static InputEvdev.KeyCode;

namespace FbHost.Tests;

/// <summary>The names of keys, against the kernel's header and the document.</summary>
public partial class KeyNameTests
{
    private const string Header = "/usr/include/linux/input-event-codes.h";

    [GeneratedRegex(@"^#define\s+(KEY_\w+)\s+(0x[0-9a-fA-F]+|\d+)")]
    private static partial Regex Definition();

    private static IEnumerable<(string Name, KeyCode Key)> HeaderKeys() => File.ReadLines(Header)
        .Select(l => Definition().Match(l)).Where(m => m.Success)
        .Select(m => (m.Groups[1].Value,
            Convert.ToInt32(m.Groups[2].Value, m.Groups[2].Value.StartsWith("0x", StringComparison.Ordinal) ? 16 : 10)))
        .Where(k => k.Value != "KEY_RESERVED" && k.Value != "KEY_MAX").Select(k => (k.Value, (KeyCode)k.Item2));

    private static string Word(Keyboards keyboard, KeyCode key)
    {
        var words = new KeyWords();
        var word = "";
        InputHandler keep = (in InputEvent e) => word = e.Kind == InputKind.KeyPress ? Text(words.Of(e)) : word;
        keyboard.Take(new InputEvent { Kind = InputKind.KeyPress, Key = key }, 0, keep);
        keyboard.Take(new InputEvent { Kind = InputKind.KeyRelease, Key = key }, 0, keep);
        return word;
    }

    [Fact]
    public void Every_key_of_the_header_has_a_name_or_a_text_or_is_a_modifier()
    {
        HashSet<KeyCode> modifiers = [KEY_LEFTCTRL, KEY_RIGHTCTRL, KEY_LEFTALT, KEY_RIGHTALT, KEY_LEFTSHIFT, KEY_RIGHTSHIFT,
            KEY_LEFTMETA, KEY_RIGHTMETA, KEY_CAPSLOCK, KEY_NUMLOCK, KEY_FN, KEY_FN_RIGHT_SHIFT, KEY_UNKNOWN];
        var keys = HeaderKeys().ToList();
        Assert.True(keys.Count > 480, $"{keys.Count} keys in {Header}");
        foreach (var options in new KeyboardOptions[] { new(), new() { Layout = "de", Variant = "nodeadkeys" } })
        {
            using var keyboard = new Keyboards(options, Assert.Fail);
            // NumLock and CapsLock are pressed twice, so that they are as before.
            bool HasNone(KeyCode key) => Word(keyboard, key).Length == 0
                && (key is not (KEY_NUMLOCK or KEY_CAPSLOCK) || Word(keyboard, key).Length == 0);
            var without = keys.Where(k => HasNone(k.Key) && !modifiers.Contains(k.Key)).Select(k => k.Name).ToList();
            if (options.NeedsXkb)
                without.Remove("KEY_KBD_LAYOUT_NEXT"); // which does what it says there
            Assert.Empty(without);
            Assert.All(modifiers, key => Assert.Equal("", Word(keyboard, key)));
        }
    }

    [Fact]
    public void A_code_without_a_name_in_the_header_has_no_word()
    {
        var known = HeaderKeys().Select(k => k.Key).ToHashSet();
        using var keyboard = new Keyboards(new KeyboardOptions(), Assert.Fail);
        for (var code = 1; code < 0x2ff; code++)
        {
            if (code is < 0x100 or >= 0x160 && !known.Contains((KeyCode)code))
                Assert.True(known.Contains((KeyCode)code) || Word(keyboard, (KeyCode)code).Length == 0, $"{code:x}");
        }
        Assert.Equal("", Word(keyboard, (KeyCode)0xffff));
    }

    [Theory]
    [InlineData(KEY_OK, "ok"), InlineData(KEY_SELECT, "select"), InlineData(KEY_BACK, "back"), InlineData(KEY_HOMEPAGE, "home-page")]
    [InlineData(KEY_HOME, "home")]
    [InlineData(KEY_MUTE, "mute"), InlineData(KEY_VOLUMEDOWN, "volume-down"),
        InlineData(KEY_PLAYPAUSE, "play-pause"), InlineData(KEY_PLAY, "play")]
    [InlineData(KEY_PLAYCD, "play"), InlineData(KEY_NEXTSONG, "next"), InlineData(KEY_NEXT, "next"), InlineData(KEY_STOPCD, "stop")]
    [InlineData(KEY_EPG, "guide")]
    [InlineData(KEY_RED, "red"), InlineData(KEY_CHANNELUP, "channel-up"), InlineData(KEY_F13, "F13"), InlineData(KEY_F24, "F24")]
    [InlineData(KEY_MENU, "menu")]
    [InlineData(KEY_SYSRQ, "print-screen"), InlineData(KEY_SCROLLLOCK, "scroll-lock"), InlineData(KEY_KPENTER, "return")]
    [InlineData(KEY_NUMERIC_STAR, "*")]
    public void Well_known_keys_have_these_names(KeyCode key, string word)
    {
        using var keyboard = new Keyboards(new KeyboardOptions(), Assert.Fail);
        Assert.Equal(word, Word(keyboard, key));
    }

    [Fact]
    public void The_document_has_each_name_with_its_keys_and_no_other()
    {
        var file = Path.Combine(Repository.Root, "docs", "keys.md");
        var written = File.ReadLines(file).Where(l => l.StartsWith("| `", StringComparison.Ordinal))
            .Select(l => l.Split('|', StringSplitOptions.TrimEntries))
            .ToDictionary(c => c[1].Trim('`'), c => string.Join(' ', c[2].Split(' ').Order(StringComparer.Ordinal)));
        using var keyboard = new Keyboards(new KeyboardOptions(), Assert.Fail);
        var ours = HeaderKeys().Where(k => KeyNameTable.Of(k.Key) is not null).GroupBy(k => KeyNameTable.Of(k.Key)!)
            .ToDictionary(g => g.Key, g => string.Join(' ', g.Select(k => k.Name).Order(StringComparer.Ordinal)));
        Assert.Equal(ours.OrderBy(p => p.Key, StringComparer.Ordinal), written.OrderBy(p => p.Key, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(Modifiers.Control | Modifiers.Alt | Modifiers.Shift, "control-alt-shift-left", "control-alt-shift-x")]
    [InlineData(Modifiers.Alt | Modifiers.Shift, "alt-shift-left", "alt-x"), InlineData(Modifiers.CapsLock, "left", "x")]
    [InlineData(Modifiers.Shift, "shift-left", "x")]
    public void Prefixes_stand_in_the_protocols_order_and_text_shows_shift_itself(Modifiers modifiers, string name, string text)
    {
        var words = new KeyWords();
        Assert.Equal(name, Text(words.Of(new InputEvent { Meaning = KEY_LEFT, Modifiers = modifiers })));
        Assert.Equal(text, Text(words.Of(new InputEvent { Meaning = KEY_X, Text = KeyText.Of("x"u8), Modifiers = modifiers })));
    }

    // As a person presses them on the built-in US keyboard: our words, and those of the original's SDL hosts.
    [Theory]
    [InlineData("n", "n", KEY_N)]
    [InlineData("N", "N", KEY_LEFTSHIFT, KEY_N)]
    [InlineData("control-n", "control-n", KEY_LEFTCTRL, KEY_N)]
    [InlineData("control-shift-n", "shift-control-n", KEY_LEFTCTRL, KEY_LEFTSHIFT, KEY_N)]
    [InlineData("control-n", "control-n", KEY_CAPSLOCK, KEY_LEFTCTRL, KEY_N)]
    [InlineData("control-shift-n", "shift-control-n", KEY_CAPSLOCK, KEY_LEFTCTRL, KEY_RIGHTSHIFT, KEY_N)]
    [InlineData("control-_", "shift-control--", KEY_LEFTCTRL, KEY_LEFTSHIFT, KEY_MINUS)]
    [InlineData("control-+", "shift-control-=", KEY_LEFTCTRL, KEY_LEFTSHIFT, KEY_EQUAL)]
    [InlineData("control-alt-a", "alt-control-a", KEY_LEFTCTRL, KEY_LEFTALT, KEY_A)]
    [InlineData("alt-A", "shift-alt-a", KEY_LEFTALT, KEY_LEFTSHIFT, KEY_A)]
    [InlineData("control-shift-left", "shift-control-left", KEY_LEFTCTRL, KEY_LEFTSHIFT, KEY_LEFT)]
    [InlineData("alt-shift-up", "shift-alt-up", KEY_LEFTALT, KEY_LEFTSHIFT, KEY_UP)]
    [InlineData("_", "_", KEY_LEFTSHIFT, KEY_MINUS)]
    public void Control_and_Shift_name_keys_as_the_original_hosts_do(string word, string sdl, params KeyCode[] pressed)
    {
        foreach (var options in (KeyboardOptions[])[new(), new() { Layout = "us" }])
        {
            using var keyboard = new Keyboards(options, Assert.Fail);
            var (words, last) = (new KeyWords(), KeyWord.None);
            foreach (var key in pressed)
                keyboard.Take(new InputEvent { Kind = InputKind.KeyPress, Key = key }, 0, (in InputEvent e) => last = words.Of(e));
            Assert.Equal((word, sdl), (Text(last), Encoding.UTF8.GetString(last.Sdl)));
            Assert.Equal(word, Text(KeyWord.Of(word)));
        }
    }

    // A Russian keyboard: the Latin letter of the key.
    [Fact]
    public void Other_scripts_have_Latin_letters_with_Control_in_both_orders()
    {
        using var keyboard = new Keyboards(new KeyboardOptions { Layout = "ru" }, Assert.Fail);
        var (words, last) = (new KeyWords(), KeyWord.None);
        foreach (var key in (KeyCode[])[KEY_LEFTCTRL, KEY_LEFTSHIFT, KEY_C])
            keyboard.Take(new InputEvent { Kind = InputKind.KeyPress, Key = key }, 0, (in InputEvent e) => last = words.Of(e));
        Assert.Equal(("control-shift-c", "shift-control-c"), (Text(last), Encoding.UTF8.GetString(last.Sdl)));
    }

    [Fact]
    public void The_space_bar_has_a_name_and_other_spaces_are_text()
    {
        var words = new KeyWords();
        Assert.Equal("shift-space",
            Text(words.Of(new InputEvent { Meaning = KEY_SPACE, Text = KeyText.Of(" "u8), Modifiers = Modifiers.Shift })));
        Assert.Equal("\u00a0", Text(words.Of(new InputEvent { Meaning = KEY_SPACE, Text = KeyText.Of("\u00a0"u8) })));
        Assert.Equal("control-space", Text(words.Of(new InputEvent { Meaning = KEY_SPACE, Modifiers = Modifiers.Control })));
    }

    private static string Text(KeyWord word) => Encoding.UTF8.GetString(word.Text);
}
