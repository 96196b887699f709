using FbHost.Input;
using FbHost.Options;
using InputEvdev;
using static InputEvdev.KeyCode;

namespace FbHost.Tests;

public class HostKeysTests
{
    private const Modifiers ControlAlt = Modifiers.Control | Modifiers.Alt;
    private readonly List<string> _done = [];

    private HostKeys Keys(bool locked = false, bool terminals = true, params (byte[], HostAction)[] keys) =>
        new(new HostKeyOptions(keys, locked), own: [], action => _done.Add($"{action}"),
            terminals ? number => _done.Add($"terminal {number}") : null);

    private static KeyEvent Press(KeyCode key, Modifiers modifiers = 0)
    {
        var press = new InputEvent { Kind = InputKind.KeyPress, Key = key, Meaning = key, Modifiers = modifiers, Device = 1 };
        return new KeyEvent(press.Kind, new KeyId(press.Device, (int)key), new KeyWords().Of(press));
    }

    [Fact]
    public void Control_Alt_and_a_function_key_show_that_terminal_and_Backspace_ends_the_host()
    {
        var keys = Keys();
        foreach (var key in new[] { KEY_F1, KEY_F10, KEY_F11, KEY_F12, KEY_BACKSPACE })
            Assert.True(keys.TryHandle(Press(key, ControlAlt | Modifiers.CapsLock)));
        Assert.Equal(["terminal 1", "terminal 10", "terminal 11", "terminal 12", "Quit"], _done);
    }

    [Theory]
    [InlineData(KEY_F1, Modifiers.Control), InlineData(KEY_F1, ControlAlt | Modifiers.Shift), InlineData(KEY_BACKSPACE, Modifiers.Alt)]
    [InlineData(KEY_F13, ControlAlt)]
    public void Other_keys_are_the_clients(KeyCode key, Modifiers modifiers)
    {
        Assert.False(Keys().TryHandle(Press(key, modifiers)));
        Assert.Empty(_done);
    }

    [Fact]
    public void Repeats_and_the_release_of_a_key_of_the_hosts_are_the_hosts_and_those_of_others_are_not()
    {
        var keys = Keys();
        var press = Press(KEY_F2, ControlAlt);
        Assert.True(keys.TryHandle(press));
        Assert.True(keys.TryHandle(press with { Kind = InputKind.KeyRepeat }));
        Assert.False(keys.TryHandle(press with { Kind = InputKind.KeyRelease, Id = new KeyId(2, (int)KEY_F2) }));
        Assert.True(keys.TryHandle(press with { Kind = InputKind.KeyRelease, Word = KeyWord.None }));
        Assert.False(keys.TryHandle(press with { Kind = InputKind.KeyRelease }));
        Assert.Equal(["terminal 2"], _done);
    }

    [Fact]
    public void A_lock_and_a_host_without_terminals_leave_them_to_the_clients()
    {
        Assert.False(Keys(locked: true).TryHandle(Press(KEY_F2, ControlAlt)));
        Assert.False(Keys(locked: true).TryHandle(Press(KEY_BACKSPACE, ControlAlt)));
        Assert.False(Keys(terminals: false).TryHandle(Press(KEY_F2, ControlAlt)));
        Assert.True(Keys(locked: true, keys: ("power"u8.ToArray(), HostAction.Blank)).TryHandle(Press(KEY_POWER)));
        Assert.Equal(["Blank"], _done);
    }

    [Fact]
    public void A_configured_key_comes_before_a_built_in_one()
    {
        Assert.True(Keys(keys: ("control-alt-backspace"u8.ToArray(), HostAction.NextClient)).TryHandle(Press(KEY_BACKSPACE, ControlAlt)));
        Assert.Equal(["NextClient"], _done);
    }
}
