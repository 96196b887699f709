using static InputEvdev.KeyCode;

namespace InputEvdev;

/// <summary>The built-in keymap: <see cref="UsKeymap"/> with the state of its modifiers. It needs no library.</summary>
internal sealed class UsKeyboard(bool numLock) : IKeymap
{
    private readonly bool _numLockAtFirst = numLock;
    private bool _numLock = numLock;
    private bool _capsLock;
    private int _held; // One bit for each of the six modifier keys.

    public Modifiers Modifiers =>
        ((_held & 0b000011) != 0 ? Modifiers.Control : 0) | ((_held & 0b001100) != 0 ? Modifiers.Alt : 0)
        | ((_held & 0b110000) != 0 ? Modifiers.Shift : 0) | (_capsLock ? Modifiers.CapsLock : 0);

    public KeyboardLeds Leds => (_numLock ? KeyboardLeds.NumLock : 0) | (_capsLock ? KeyboardLeds.CapsLock : 0);

    public Typed Press(KeyCode key)
    {
        var typed = Look(key);
        _held |= Bit(key);
        if (key == KEY_CAPSLOCK) _capsLock = !_capsLock;
        if (key == KEY_NUMLOCK) _numLock = !_numLock;
        return typed;
    }

    public void Release(KeyCode key) => _held &= ~Bit(key);

    public Typed Look(KeyCode key)
    {
        if (FixedKeys.IsModifier(key)) return default;
        if (!_numLock && WithoutNumLock(key) is { } meaning) return new Typed(default, meaning);
        var text = UsKeymap.TextOf(key, Modifiers);
        var isCommand = (Modifiers & (Modifiers.Control | Modifiers.Alt)) != 0;
        return new Typed(text.IsEmpty ? FixedKeys.TextOf(key) : text, key)
        {
            Base = isCommand ? UsKeymap.TextOf(key, Modifiers.None) : default,
        };
    }

    public bool Repeats(KeyCode key) => true;

    public IKeymap Fresh() => new UsKeyboard(_numLockAtFirst);

    public void Dispose() { }

    private static int Bit(KeyCode key) => key switch
    {
        KEY_LEFTCTRL => 1,
        KEY_RIGHTCTRL => 2,
        KEY_LEFTALT => 4,
        KEY_RIGHTALT => 8,
        KEY_LEFTSHIFT => 16,
        KEY_RIGHTSHIFT => 32,
        _ => 0,
    };

    private static KeyCode? WithoutNumLock(KeyCode key) => key switch
    {
        KEY_KP7 => KEY_HOME,
        KEY_KP8 => KEY_UP,
        KEY_KP9 => KEY_PAGEUP,
        KEY_KP4 => KEY_LEFT,
        KEY_KP5 => KEY_RESERVED,
        KEY_KP6 => KEY_RIGHT,
        KEY_KP1 => KEY_END,
        KEY_KP2 => KEY_DOWN,
        KEY_KP3 => KEY_PAGEDOWN,
        KEY_KP0 => KEY_INSERT,
        KEY_KPDOT => KEY_DELETE,
        _ => null,
    };
}
