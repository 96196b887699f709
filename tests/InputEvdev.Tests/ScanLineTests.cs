using static InputEvdev.KeyCode;

namespace InputEvdev.Tests;

public class ScanLineTests
{
    private readonly List<string> _lines = [];
    private readonly List<string> _log = [];
    private long _nowNs = 1;

    private ScanLine Scanner(KeyboardOptions? options = null, DeviceSettings? settings = null) =>
        new(new Keyboards(options ?? new KeyboardOptions(), _log.Add), settings ?? new DeviceSettings(), "scanner", _lines.Add, _log.Add);

    private void Press(ScanLine line, KeyCode held, params KeyCode[] keys)
    {
        line.Take(new InputEvent { Kind = InputKind.KeyPress, Key = held }, _nowNs);
        Scan(line, keys);
        line.Take(new InputEvent { Kind = InputKind.KeyRelease, Key = held }, _nowNs);
    }

    private void Scan(ScanLine line, params KeyCode[] keys)
    {
        foreach (var key in keys)
        {
            line.Take(new InputEvent { Kind = InputKind.KeyPress, Key = key }, _nowNs);
            line.Take(new InputEvent { Kind = InputKind.KeyRelease, Key = key }, _nowNs);
        }
    }

    [Fact]
    public void Keys_up_to_Return_or_Tab_are_one_line_and_an_empty_line_is_none()
    {
        using var line = Scanner();
        Scan(line, KEY_4, KEY_0, KEY_ENTER, KEY_ENTER, KEY_7, KEY_TAB, KEY_KP9, KEY_KPENTER);
        Assert.Equal(["40", "7", "9"], _lines);
    }

    [Fact]
    public void Shift_counts_and_the_keymap_is_the_seats()
    {
        using var line = Scanner(new KeyboardOptions { Layout = "de" });
        line.Take(new InputEvent { Kind = InputKind.KeyPress, Key = KEY_LEFTSHIFT }, _nowNs);
        Scan(line, KEY_Z, KEY_7);
        line.Take(new InputEvent { Kind = InputKind.KeyRelease, Key = KEY_LEFTSHIFT }, _nowNs);
        Scan(line, KEY_Z, KEY_ENTER);
        Assert.Equal(["Y/y"], _lines);
    }

    // GS1: the separator of fields.
    [Fact]
    public void Control_types_the_control_characters()
    {
        using var line = Scanner();
        Scan(line, KEY_0, KEY_1);
        Press(line, KEY_LEFTCTRL, KEY_RIGHTBRACE, KEY_A, KEY_Z);
        Press(line, KEY_LEFTCTRL, KEY_1, KEY_F1); // no such characters
        Scan(line, KEY_2, KEY_ENTER);
        Assert.Equal(["01\u001d\u0001\u001a2"], _lines);
    }

    [Theory]
    [InlineData("\u001d", KEY_0, KEY_2, KEY_9)]
    [InlineData("\u001d", KEY_KP0, KEY_KP2, KEY_KP9)]
    [InlineData("ä", KEY_0, KEY_2, KEY_2, KEY_8)]
    [InlineData("ä", KEY_1, KEY_3, KEY_2)] // code page 437
    [InlineData("€", KEY_0, KEY_1, KEY_2, KEY_8)] // Windows-1252
    [InlineData("€", KEY_8, KEY_3, KEY_6, KEY_4)] // Unicode
    [InlineData("A", KEY_6, KEY_5)]
    [InlineData("", KEY_0)]
    [InlineData("", KEY_Q)]
    public void Alt_and_digits_type_the_character_of_that_code(string character, params KeyCode[] digits)
    {
        using var line = Scanner(new KeyboardOptions { NumLock = false });
        Scan(line, KEY_X);
        Press(line, KEY_LEFTALT, digits);
        Scan(line, KEY_Y, KEY_ENTER);
        Assert.Equal([$"x{character}y"], _lines);
    }

    [Fact]
    public void A_code_without_a_suffix_or_with_one_in_front_ends_after_a_short_time()
    {
        using var line = Scanner();
        Scan(line, KEY_ENTER, KEY_1, KEY_2);
        Assert.Equal(_nowNs + 100_000_000, line.DueNs);
        line.Elapse(_nowNs + 99_999_999);
        Assert.Empty(_lines);
        line.Elapse(_nowNs + 100_000_000);
        _nowNs += 200_000_000;
        Scan(line, KEY_ENTER, KEY_3);
        _nowNs += 200_000_000; // the timer is late: the next key ends it
        Scan(line, KEY_4, KEY_ENTER);
        Assert.Equal(["12", "3", "4"], _lines);
        Assert.Equal(long.MaxValue, line.DueNs);
    }

    [Theory]
    [InlineData("#", "1\n2\t", KEY_1, KEY_ENTER, KEY_2, KEY_TAB, KEY_BACKSLASH)]
    [InlineData("12", "0", KEY_0, KEY_1, KEY_2)]
    [InlineData("end", "1", KEY_1, KEY_END)] // the name of a key
    [InlineData("tab", "1\n", KEY_1, KEY_ENTER, KEY_TAB)]
    public void A_suffix_of_its_own_ends_a_code(string suffix, string code, params KeyCode[] keys)
    {
        using var line = Scanner(new KeyboardOptions { Layout = "de" }, new DeviceSettings { ScanSuffix = suffix, ScanTimeoutMs = 5000 });
        Scan(line, keys);
        Assert.Equal([code], _lines);
    }

    [Fact]
    public void A_scanner_has_a_layout_of_its_own()
    {
        using var line = Scanner(new KeyboardOptions { Layout = "de" }, new DeviceSettings { Layout = "us" });
        Scan(line, KEY_Z, KEY_Y, KEY_ENTER);
        Assert.Equal(["zy"], _lines);
    }

    [Fact]
    public void A_code_beyond_all_codes_is_cut_between_characters_and_that_is_said_once()
    {
        using var line = Scanner(new KeyboardOptions { Layout = "de" });
        for (var i = 0; i < 2; i++)
        {
            Scan(line, KEY_1);
            Scan(line, [.. Enumerable.Repeat(KEY_SEMICOLON, 2100)]); // ö, two bytes each
            Scan(line, KEY_1, KEY_ENTER);
        }
        Assert.Equal(Enumerable.Repeat("1" + new string('ö', 2047), 2), _lines);
        Assert.Equal(["scanner: a code of more than 4096 bytes was cut"], _log);
    }
}
