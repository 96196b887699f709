using System.Text;
using CsCheck;
using Mmm.Protocol;

namespace Mmm.Tests;

/// <summary>The parsers: event texts, key names, the bell's first packet, pixel format names.</summary>
public class EventTests
{
    private static MmmEvent Parse(string text) => EventText.Parse(Encoding.UTF8.GetBytes(text));

    [Fact]
    public void Any_bytes_are_some_event()
    {
        Gen.Byte.Array[0, 128].Sample(bytes => Assert.NotNull(EventText.Parse(bytes)), iter: 20_000);
        Gen.Select(Gen.OneOf("mouse-motion ", "mouse-scroll ", "message ", "key-release ", "mouse-press\0"), Gen.Byte.Array[0, 100])
            .Sample((word, bytes) => Assert.NotNull(EventText.Parse([.. Encoding.UTF8.GetBytes(word), .. bytes])), iter: 20_000);
    }

    [Fact]
    public void A_pointer_text_is_read_as_it_was_written() =>
        Gen.Select(Gen.Int, Gen.Int, Gen.Int[-1, 9], Gen.Int[0, 3]).Sample((x, y, finger, kind) =>
        {
            var word = kind switch { 0 => EventText.Motion, 1 => EventText.Press, 2 => EventText.Drag, _ => EventText.Release };
            Span<byte> to = stackalloc byte[64];
            var n = EventText.Pointer(to, word, x, y, finger);
            var f = Math.Max(finger, 0);
            MmmEvent expected = kind switch
            {
                0 => new PointerMoved(x, y, f),
                1 => new PointerPressed(x, y, f),
                2 => new PointerDragged(x, y, f),
                _ => new PointerReleased(x, y, f),
            };
            Assert.Equal(expected, EventText.Parse(to[..n]));
        });

    [Theory]
    [InlineData("mouse-press 10 20", 10, 20, 0)]
    [InlineData("mouse-press 10 20 3", 10, 20, 3)]
    [InlineData("mouse-press 10.7 -20.9", 10, -20, 0)]
    [InlineData("mouse-press 10.000000 20.000000 1", 10, 20, 1)]
    [InlineData("mouse-press  10   20", 10, 20, 0)]
    [InlineData("mouse-press 10 20 99", 10, 20, 9)]
    [InlineData("mouse-press 10 20 -1", 10, 20, 0)]
    [InlineData("mouse-press 10 20 0 more words", 10, 20, 0)]
    [InlineData("mouse-press", 0, 0, 0)]
    [InlineData("mouse-press x y", 0, 0, 0)]
    [InlineData("mouse-press 5", 5, 0, 0)]
    [InlineData("mouse-press 1e99 -1e99", int.MaxValue, int.MinValue, 0)]
    [InlineData("mouse-press nan inf", 0, 0, 0)]
    [InlineData("mouse-press NaN Infinity", 0, 0, 0)]
    [InlineData("mouse-press 1e999999999999 7", 0, 7, 0)]
    public void Numbers_are_the_first_two_and_the_finger(string text, int x, int y, int finger) =>
        Assert.Equal(new PointerPressed(x, y, finger), Parse(text));

    [Fact]
    public void Every_event_word_of_the_protocol_has_its_type()
    {
        Assert.Equal(new PointerScrolled(1, 2, -1, 3), Parse("mouse-scroll 1 2 -1 3"));
        Assert.Equal(new PointerEntered(1, 2), Parse("mouse-enter 1 2"));
        Assert.Equal(new PointerLeft(1, 2), Parse("mouse-leave 1 2"));
        Assert.Equal(new KeyReleased("control-a"), Parse("key-release control-a"));
        Assert.Equal(new MessageReceived("two words  and two spaces"), Parse("message two words  and two spaces"));
        Assert.Equal(new MessageReceived(""), Parse("message"));
        Assert.Equal<MmmEvent[]>([new FocusGained(), new FocusLost(), new ClientShown(), new ClientHidden()],
            [Parse("focus-in"), Parse("focus-out"), Parse("shown"), Parse("hidden")]);
    }

    [Fact]
    public void Wheels_and_releases_are_read_as_they_were_written()
    {
        Span<byte> to = stackalloc byte[128];
        Assert.Equal(new PointerScrolled(-1, 2, 0, int.MinValue), EventText.Parse(to[..EventText.Scroll(to, -1, 2, 0, int.MinValue)]));
        Assert.Equal(new KeyReleased("control-å"), EventText.Parse(to[..EventText.KeyRelease(to, "control-å"u8)]));
        Assert.Equal(127, EventText.KeyRelease(to, new byte[200].Select(_ => (byte)'x').ToArray()));
    }

    [Fact]
    public void Any_wish_is_read_as_it_was_written_and_fits_a_value() => Gen.Int[0, (int)EventKinds.All].Sample(bits =>
    {
        var text = Encoding.UTF8.GetBytes(EventKindsText.Of((EventKinds)bits));
        Assert.Equal((EventKinds)bits, EventKindsText.Parse(text));
        Assert.True(text.Length < Abi.ValueTextLength);
    });

    [Theory]
    [InlineData("a", "a")]
    [InlineData("å", "å")]
    [InlineData("€", "€")]
    [InlineData("page-up", "page-up")]
    [InlineData("control-shift-left", "control-shift-left")]
    [InlineData("mouse-wheel 1 2", "mouse-wheel")]
    [InlineData("mouse", "mouse")]
    [InlineData("", "")]
    public void Any_other_first_word_is_a_key(string text, string key) => Assert.Equal(new KeyPressed(key), Parse(text));

    [Fact]
    public void A_message_is_cut_at_127_bytes_between_characters()
    {
        var text = EventText.Message(new string('é', 200));
        Assert.Equal("message " + new string('é', 59), Encoding.UTF8.GetString(text));
        Assert.Equal(new MessageReceived("hi"), EventText.Parse(EventText.Message("hi")));
    }

    [Theory]
    [InlineData("mouse-press 1 2 3 right mouse", 3, PointerButton.Right, PointerType.Mouse)]
    [InlineData("mouse-drag 1 2 0 left pen", 0, PointerButton.Left, PointerType.Pen)]
    [InlineData("mouse-release 1 2 9 task finger", 9, PointerButton.Task, PointerType.Finger)]
    [InlineData("mouse-motion 1 2 0 none mouse", 0, PointerButton.None, PointerType.Mouse)]
    [InlineData("mouse-press 1 2 0 sinister mouse", 0, PointerButton.Left, PointerType.Unknown)]
    [InlineData("mouse-press 1 2 4 right", 4, PointerButton.Left, PointerType.Unknown)]
    [InlineData("mouse-press 1 2", 0, PointerButton.Left, PointerType.Unknown)]
    public void Buttons_and_what_points_are_read_if_they_are_there(string text, int finger, PointerButton button, PointerType type)
    {
        var e = Assert.IsAssignableFrom<PointerEvent>(Parse(text));
        Assert.Equal((1, 2, finger, button, type), (e.X, e.Y, e.Finger, e.Button, e.Type));
        if (type == PointerType.Unknown)
            return;
        var to = new byte[64];
        var word = Encoding.UTF8.GetBytes(text[..text.IndexOf(' ')]);
        Assert.Equal(text, Encoding.UTF8.GetString(to, 0, EventText.Pointer(to, word, 1, 2, finger, new PointerDetail(button, type))));
    }

    [Fact]
    public void Every_set_of_kinds_fits_into_a_value_and_is_read_back()
    {
        for (var kinds = EventKinds.None; kinds <= EventKinds.All; kinds++)
        {
            var text = EventKindsText.Of(kinds);
            Assert.InRange(text.Length, 0, 63);
            Assert.Equal(kinds, EventKindsText.Parse(Encoding.UTF8.GetBytes(text)));
        }
    }

    [Theory]
    [InlineData(KeyModifiers.None, "up", false, "up")]
    [InlineData(KeyModifiers.Shift, "up", false, "shift-up")]
    [InlineData(KeyModifiers.Control | KeyModifiers.Shift, "left", false, "control-shift-left")]
    [InlineData(KeyModifiers.Alt | KeyModifiers.Shift, "up", false, "alt-shift-up")]
    [InlineData(KeyModifiers.Control | KeyModifiers.Alt | KeyModifiers.Shift, "F1", false, "control-alt-shift-F1")]
    [InlineData(KeyModifiers.Control, "a", true, "control-a")]
    [InlineData(KeyModifiers.Shift, "A", true, "A")]
    [InlineData(KeyModifiers.Alt | KeyModifiers.Shift, "X", true, "alt-X")]
    [InlineData(KeyModifiers.Shift, "tab", false, "shift-tab")]
    [InlineData(KeyModifiers.Control | KeyModifiers.Shift, "N", true, "control-shift-n")]
    [InlineData(KeyModifiers.Control | KeyModifiers.Shift, "_", true, "control-_")]
    public void Prefixes_come_in_the_protocols_order(object modifiers, string name, bool isText, string expected) =>
        Assert.Equal(expected, KeyPrefixes.Add((KeyModifiers)modifiers, name, isText));

    [Fact]
    public void Function_keys_are_F1_to_F12()
    {
        Assert.Equal(("F1", "F12"), (KeyNames.Function(1), KeyNames.Function(12)));
        Assert.Throws<ArgumentOutOfRangeException>(() => KeyNames.Function(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => KeyNames.Function(13));
    }

    [Fact]
    public void Key_names_are_the_protocols_words() => Assert.Equal(
        "up down left right home end page-up page-down insert delete backspace tab return escape space",
        string.Join(' ', KeyNames.Up, KeyNames.Down, KeyNames.Left, KeyNames.Right, KeyNames.Home, KeyNames.End, KeyNames.PageUp,
            KeyNames.PageDown, KeyNames.Insert, KeyNames.Delete, KeyNames.Backspace, KeyNames.Tab, KeyNames.Return, KeyNames.Escape,
            KeyNames.Space));

    [Theory]
    [InlineData("mmm 1 fb.AbC123", true, "")]
    [InlineData("mmm 1 any name", true, "")]
    [InlineData("mmm 1 ", false, "not a file name")]
    [InlineData("mmm 1 .host", false, "not a file name")]
    [InlineData("mmm 1 ..", false, "not a file name")]
    [InlineData("mmm 1 ../x", false, "not a file name")]
    [InlineData("mmm 1 a/b", false, "not a file name")]
    [InlineData("mmm 1 a\0b", false, "not a file name")]
    [InlineData("mmm 2 fb.x", false, "not an mmm 1 client")]
    [InlineData("mmm 1", false, "not an mmm 1 client")]
    [InlineData("", false, "not an mmm 1 client")]
    public void The_bells_first_packet_names_a_file(string packet, bool valid, string reason)
    {
        Assert.Equal(valid, Bell.TryParseHello(Encoding.UTF8.GetBytes(packet), out var name, out var why));
        Assert.Equal(reason, why);
        if (valid)
            Assert.Equal(packet, Encoding.UTF8.GetString(Bell.Hello(name)));
    }

    [Fact]
    public void Any_first_packet_is_a_safe_name_or_refused() => Gen.Byte.Array[0, 300].Sample(bytes =>
    {
        if (Bell.TryParseHello([.. "mmm 1 "u8, .. bytes], out var name, out _))
        {
            Assert.True(name.Length > 0 && name[0] != '.' && !name.Contains('/') && !name.Contains('\0'));
            Assert.Equal(bytes, Encoding.UTF8.GetBytes(name)); // no other file's
        }
    });

    [Theory]
    [InlineData('a', 255, true)]
    [InlineData('a', 256, false)]
    [InlineData('é', 127, true)]
    [InlineData('é', 128, false)]
    [InlineData('€', 85, true)]
    [InlineData('€', 86, false)]
    [InlineData('\ud800', 1, false)]
    public void A_clients_name_has_at_most_255_bytes(char c, int count, bool valid)
    {
        var name = new string(c, count);
        Assert.Equal(valid, Rendezvous.IsClientName(name));
        Assert.Equal(valid, Bell.TryParseHello(Bell.Hello(name), out _, out _));
    }

    [Theory]
    [InlineData("", true, PixelFormat.Bgra)]
    [InlineData("cairo-ARGB32", true, PixelFormat.Bgra)]
    [InlineData("R'G'B'A u8", true, PixelFormat.Rgba)]
    [InlineData("RGB float", false, PixelFormat.Bgra)]
    [InlineData("r'g'b'a u8", false, PixelFormat.Bgra)]
    public void Pixel_formats_have_the_protocols_names(string name, bool known, object expected)
    {
        Assert.Equal(known, PixelFormats.TryParse(Encoding.UTF8.GetBytes(name), out var format));
        Assert.Equal(expected, (object)format);
    }
}
