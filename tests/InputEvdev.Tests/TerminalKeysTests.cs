using System.Text;
using CsCheck;

namespace InputEvdev.Tests;

public class TerminalKeysTests
{
    // The presses as "Control+Alt+Shift KEY_UP" or "text a"; after every press there is its release.
    private static List<string> Keys(byte[][] pieces)
    {
        var events = new List<InputEvent>();
        var keys = new TerminalKeys((in InputEvent e) => events.Add(e));
        foreach (var piece in pieces) keys.Take(piece, 5);
        if (keys.IsUndecided) keys.Decide(6);
        Assert.False(keys.IsUndecided);
        Assert.Equal(0, events.Count % 2);
        for (var i = 0; i < events.Count; i += 2)
        {
            Assert.Equal(InputKind.KeyPress, events[i].Kind);
            Assert.Equal((InputKind.KeyRelease, events[i].Key), (events[i + 1].Kind, events[i + 1].Key));
        }
        return [.. events.Where(e => e.Kind == InputKind.KeyPress).Select(Describe)];
    }

    private static string Describe(InputEvent e) =>
        (e.Modifiers == 0 ? "" : e.Modifiers.ToString().Replace(", ", "+") + " ")
        + (e.Text.IsEmpty ? e.Meaning.ToString() : e.Text.ToString());

    private static string Keys(string sent) => string.Join(" | ", Keys([Encoding.UTF8.GetBytes(sent)]));

    [Theory]
    [InlineData("aA1 å€😀", "a | A | 1 |   | å | € | 😀")]
    [InlineData("\r", "KEY_ENTER"), InlineData("\n", "KEY_ENTER"), InlineData("\t", "KEY_TAB"), InlineData("\x7f", "KEY_BACKSPACE")]
    [InlineData("\b", "KEY_BACKSPACE")]
    [InlineData("\u0001", "Control a"), InlineData("\u001a", "Control z"),
        InlineData("\0", "Control KEY_SPACE"), InlineData("\u001d", "Control ]")]
    [InlineData("\e[A\e[B\e[C\e[D", "KEY_UP | KEY_DOWN | KEY_RIGHT | KEY_LEFT")]
    [InlineData("\eOA\eOD\eOH\eOF", "KEY_UP | KEY_LEFT | KEY_HOME | KEY_END")]
    [InlineData("\e[H\e[F\e[1~\e[4~\e[7~\e[8~", "KEY_HOME | KEY_END | KEY_HOME | KEY_END | KEY_HOME | KEY_END")]
    [InlineData("\e[2~\e[3~\e[5~\e[6~", "KEY_INSERT | KEY_DELETE | KEY_PAGEUP | KEY_PAGEDOWN")]
    [InlineData("\eOP\eOQ\eOR\eOS\e[15~\e[17~", "KEY_F1 | KEY_F2 | KEY_F3 | KEY_F4 | KEY_F5 | KEY_F6")]
    [InlineData("\e[18~\e[19~\e[20~\e[21~\e[23~\e[24~", "KEY_F7 | KEY_F8 | KEY_F9 | KEY_F10 | KEY_F11 | KEY_F12")]
    [InlineData("\e[[A\e[[E", "KEY_F1 | KEY_F5"), InlineData("\e[11~\e[14~\e[25~\e[34~", "KEY_F1 | KEY_F4 | KEY_F13 | KEY_F20")]
    [InlineData("\e[1;2A\e[1;3B\e[1;5C\e[1;6D\e[1;8H",
        "Shift KEY_UP | Alt KEY_DOWN | Control KEY_RIGHT | Control+Shift KEY_LEFT | Control+Alt+Shift KEY_HOME")]
    [InlineData("\e[3;5~\e[1;2P\e[15;3~", "Control KEY_DELETE | Shift KEY_F1 | Alt KEY_F5")]
    [InlineData("\e[Z", "Shift KEY_TAB")]
    [InlineData("\e[a\eOa\e[3$\e[5^\e[6@",
        "Shift KEY_UP | Control KEY_UP | Shift KEY_DELETE | Control KEY_PAGEUP | Control+Shift KEY_PAGEDOWN")]
    [InlineData("\ex", "Alt x"), InlineData("\e€", "Alt €"), InlineData("\e\r", "Alt KEY_ENTER"), InlineData("\e\x7f", "Alt KEY_BACKSPACE")]
    [InlineData("\e\u0001", "Control+Alt a")]
    [InlineData("\e\e[A", "Alt KEY_UP"), InlineData("\exy", "Alt x | y")]
    [InlineData("\e", "KEY_ESC"), InlineData("a\e", "a | KEY_ESC"), InlineData("\e[", "Alt ["), InlineData("\eO", "Alt O")]
    [InlineData("\e\e", "Alt KEY_ESC")]
    [InlineData("\e[200~a\e[201~b", "a | b"), InlineData("\e[?1;2ca", "a"), InlineData("\e[<0;10;20Ma", "a"), InlineData("\e[99~a", "a")]
    [InlineData("\e[Pa", "a")]
    [InlineData("\e[1;\e[A", "KEY_UP"), InlineData("\eO\e[A", "KEY_UP"), InlineData("\e[1;5", ""), InlineData("\u0085a", "a")]
    [InlineData("\e[1;2;3;4;5;6;7A", "Shift KEY_UP"), InlineData("\e[99999999999999999999~a", "a")]
    public void Keys_of_terminals_are_known(string sent, string keys) => Assert.Equal(keys, Keys(sent));

    [Fact]
    public void Bytes_that_are_no_characters_are_ignored()
    {
        Assert.Equal(["a", "b", "c", "é"], Keys([[0xff, (byte)'a', 0x80, (byte)'b', 0xc3, (byte)'c', 0xe2, 0x82, 0xc3, 0xa9]]));
        Assert.Equal(["a"], Keys([[0xed, 0xa0, 0x80, (byte)'a', 0xf4, 0x90, 0x80, 0x80]])); // a surrogate, and beyond the last
    }

    private static readonly byte[] Likely =
    [
        0x1b, 0x1b, (byte)'[', (byte)'O', (byte)'1', (byte)';', (byte)'5', (byte)'A', (byte)'~', (byte)'a',
        0xc3, 0xa9, 0xe2, 0x82, 0xac, 0, 13, 127, (byte)'$', (byte)'?',
    ];
    private static readonly Gen<byte> Byte = Gen.Frequency((5, Gen.Int[0, Likely.Length - 1].Select(i => Likely[i])), (1, Gen.Byte));

    [Fact]
    public void Any_bytes_in_any_pieces_are_the_same_keys() => Gen.Select(
        Byte.Array[0, 40], Gen.Int[0, 6].Array[0, 40]).Sample((bytes, sizes) =>
    {
        var pieces = new List<byte[]>();
        var at = 0;
        foreach (var size in sizes)
        {
            pieces.Add(bytes[at..Math.Min(bytes.Length, at + size)]);
            at = Math.Min(bytes.Length, at + size);
        }
        pieces.Add(bytes[at..]);
        Assert.Equal(Keys([bytes]), Keys([.. pieces]));
    });
}
