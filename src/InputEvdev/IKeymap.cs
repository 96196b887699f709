namespace InputEvdev;

/// <summary>What a key does under a keymap at one moment: see <see cref="InputEvent.Text"/> and <see cref="InputEvent.Meaning"/>.</summary>
internal readonly record struct Typed(KeyText Text, KeyCode Meaning)
{
    /// <summary>See <see cref="InputEvent.BaseText"/>.</summary>
    public KeyText Base { get; init; }

    public bool IsNothing => Text.IsEmpty && Meaning == KeyCode.KEY_RESERVED;
}

/// <summary>Decides what keys type, and keeps the state that this depends on: modifiers, locks, groups, a started sequence.</summary>
internal interface IKeymap : IDisposable
{
    /// <summary>Processes a key press. Returns what the key types in the state before the press.</summary>
    Typed Press(KeyCode key);

    /// <summary>Processes a key release.</summary>
    void Release(KeyCode key);

    /// <summary>Returns what a held key types now. Dead keys and sequences are ignored.</summary>
    Typed Look(KeyCode key);

    /// <summary>Whether the keymap lets the key repeat.</summary>
    bool Repeats(KeyCode key);

    Modifiers Modifiers { get; }

    KeyboardLeds Leds { get; }

    /// <summary>Returns the same keymap for another keyboard: no key is held, and it has no compose sequences.</summary>
    IKeymap Fresh();
}

/// <summary>The LEDs of a keyboard, numbered as LED_NUML to LED_SCROLLL.</summary>
[Flags]
public enum KeyboardLeds
{
    /// <summary>All are off.</summary>
    None = 0,

    /// <summary>The keypad types digits.</summary>
    NumLock = 1,

    /// <summary>Letters are capitals.</summary>
    CapsLock = 2,

    /// <summary>Scroll lock is on; it has no meaning here.</summary>
    ScrollLock = 4,
}
