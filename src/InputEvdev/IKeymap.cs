namespace InputEvdev;

/// <summary>What a key does under a keymap at one moment: see <see cref="InputEvent.Text"/> and <see cref="InputEvent.Meaning"/>.</summary>
internal readonly record struct Typed(KeyText Text, KeyCode Meaning)
{
    public bool IsNothing => Text.IsEmpty && Meaning == KeyCode.KEY_RESERVED;
}

/// <summary>What keys type, and the state that decides it: modifiers, locks, groups, a sequence begun.</summary>
internal interface IKeymap : IDisposable
{
    /// <summary>A key goes down: what it types, as things stood before it.</summary>
    Typed Press(KeyCode key);

    /// <summary>A key goes up.</summary>
    void Release(KeyCode key);

    /// <summary>What a held key types now, with no regard to dead keys and sequences.</summary>
    Typed Look(KeyCode key);

    /// <summary>Whether the keymap lets the key repeat.</summary>
    bool Repeats(KeyCode key);

    Modifiers Modifiers { get; }

    KeyboardLeds Leds { get; }

    /// <summary>The same map for another keyboard: nothing held, without compose sequences.</summary>
    IKeymap Fresh();
}

/// <summary>The lamps of a keyboard; numbered as LED_NUML to LED_SCROLLL.</summary>
[Flags]
public enum KeyboardLeds
{
    /// <summary>All are off.</summary>
    None = 0,

    /// <summary>The keypad types digits.</summary>
    NumLock = 1,

    /// <summary>Letters are capitals.</summary>
    CapsLock = 2,

    /// <summary>Scroll lock is on; no meaning here.</summary>
    ScrollLock = 4,
}
