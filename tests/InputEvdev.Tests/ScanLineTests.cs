using static InputEvdev.KeyCode;

namespace InputEvdev.Tests;

public class ScanLineTests
{
    private readonly List<string> _lines = [];
    private readonly List<string> _log = [];
    private long _nowNs = 1;

    private ScanLine Scanner(KeyboardOptions? options = null) =>
        new(new Keyboards(options ?? new KeyboardOptions(), _log.Add), "scanner", _lines.Add, _log.Add);

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

    [Fact]
    public void Commands_are_not_part_of_a_line()
    {
        using var line = Scanner();
        line.Take(new InputEvent { Kind = InputKind.KeyPress, Key = KEY_LEFTCTRL }, _nowNs);
        Scan(line, KEY_B);
        line.Take(new InputEvent { Kind = InputKind.KeyRelease, Key = KEY_LEFTCTRL }, _nowNs);
        Scan(line, KEY_1, KEY_ENTER);
        Assert.Equal(["1"], _lines);
    }

    [Fact]
    public void What_comes_after_a_second_without_keys_is_a_new_line()
    {
        using var line = Scanner();
        Scan(line, KEY_1, KEY_2);
        _nowNs += 1_000_000_001;
        Scan(line, KEY_3, KEY_ENTER);
        Assert.Equal(["3"], _lines);
    }

    [Fact]
    public void A_line_that_does_not_fit_an_event_is_cut_between_characters_and_that_is_said_once()
    {
        using var line = Scanner(new KeyboardOptions { Layout = "de" });
        for (var i = 0; i < 2; i++)
        {
            Scan(line, KEY_1);
            Scan(line, [.. Enumerable.Repeat(KEY_SEMICOLON, 60)]); // ö, two bytes each
            Scan(line, KEY_1, KEY_ENTER);
        }
        Assert.Equal(Enumerable.Repeat("1" + new string('ö', 56), 2), _lines);
        Assert.Equal(["scanner: a scan of more than 114 bytes was cut; longer codes do not fit into one event"], _log);
    }
}
