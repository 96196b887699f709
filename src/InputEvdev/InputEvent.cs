namespace InputEvdev;

/// <summary>What happened. More kinds may come: ignore those you do not know.</summary>
public enum InputKind : byte
{
    /// <summary>A key went down.</summary>
    KeyPress,

    /// <summary>A key is still down: auto-repeat, by <see cref="Keyboards"/>; the kernel's own is dropped.</summary>
    KeyRepeat,

    /// <summary>A key went up.</summary>
    KeyRelease,

    /// <summary>The pointer or a finger moved, or a pointer hovers.</summary>
    PointerMove,

    /// <summary>A finger touched the screen, or a button went down.</summary>
    PointerDown,

    /// <summary>A finger left the screen, or a button went up.</summary>
    PointerUp,

    /// <summary>A wheel turned; see <see cref="InputEvent.ScrollX"/> and <see cref="InputEvent.ScrollY"/>.</summary>
    Scroll,
}

/// <summary>Modifier keys held, and caps lock.</summary>
[Flags]
public enum Modifiers : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>A Control key is held.</summary>
    Control = 1,

    /// <summary>An Alt key is held, left or right.</summary>
    Alt = 2,

    /// <summary>A Shift key is held.</summary>
    Shift = 4,

    /// <summary>Caps lock is on (a state, not a key held).</summary>
    CapsLock = 8,
}

/// <summary>
/// One thing that a person did to an input device. Of every press there is exactly one release, and of every down one up
/// with the same finger and button, even when the device disappears or the kernel drops events.
/// </summary>
public readonly record struct InputEvent
{
    /// <summary>What happened; says which of the other members mean something.</summary>
    public InputKind Kind { get; init; }

    /// <summary>
    /// When, in nanoseconds of CLOCK_MONOTONIC as the kernel took it (resolution 1 us); of a stream, what its record says.
    /// </summary>
    public long TimeNs { get; init; }

    /// <summary>Which device of this process, 1 and up; 0 when no device is behind it. Never used again for another device.</summary>
    public int Device { get; init; }

    /// <summary>Key events: which key. Otherwise KEY_RESERVED.</summary>
    public KeyCode Key { get; init; }

    /// <summary>Key events of <see cref="Keyboards"/>: the modifiers of all keyboards together, after the event. Otherwise none.</summary>
    public Modifiers Modifiers { get; init; }

    /// <summary>
    /// Press and repeat of <see cref="Keyboards"/>: the text that the key types under the keymap; Control and Alt do not change it.
    /// Otherwise, for keys that type nothing (Return, Tab, arrows), and while a dead key waits for the next, empty.
    /// </summary>
    public KeyText Text { get; init; }

    /// <summary>
    /// Press and repeat of <see cref="Keyboards"/>: the key whose purpose this one has under the keymap: <see cref="Key"/> itself, or
    /// another, as KEY_HOME of the keypad's 7 without NumLock. KEY_RESERVED: none (modifiers, dead keys).
    /// </summary>
    public KeyCode Meaning { get; init; }

    /// <summary>Pointer events: which finger, 0 to 9; 0 for everything but a second and later finger.</summary>
    public byte Finger { get; init; }

    /// <summary>
    /// Down and up: which button; 0 is a finger, a pen's tip or the left button, 1 right, 2 middle, 3 side, 4 extra, 5 forward,
    /// 6 back, 7 task (the order of BTN_LEFT to BTN_TASK). Otherwise 0.
    /// </summary>
    public byte Button { get; init; }

    /// <summary>Pointer events: true when they come from a mouse, which has no position, only motion.</summary>
    public bool IsRelative { get; init; }

    /// <summary>Pointer events: true when they come from a finger on a screen, which has no position between up and down.</summary>
    public bool IsTouch { get; init; }

    /// <summary>
    /// Pointer events, absolute: the position from the device's left (0) to its right edge (1), both included, so on an upright
    /// screen the pixel is X * (width - 1), rounded to nearest. Relative: a move's motion to the right in the device's counts, 0
    /// for down and up.
    /// </summary>
    public double X { get; init; }

    /// <summary>As <see cref="X"/>, from top to bottom.</summary>
    public double Y { get; init; }

    /// <summary>Down and move of a finger or pen: how hard, 0 to 1 of what the device can say; 0 when it does not say.</summary>
    public double Pressure { get; init; }

    /// <summary>Down and move of a finger: the contact's longer side, 0 to 1 of the device's width; 0 when it does not say.</summary>
    public double Size { get; init; }

    /// <summary>Scroll: clicks of the wheel to the right; high-resolution wheels give parts of one.</summary>
    public double ScrollX { get; init; }

    /// <summary>Scroll: clicks of the wheel down (towards the user), parts of one as <see cref="ScrollX"/>.</summary>
    public double ScrollY { get; init; }
}

/// <summary>
/// Takes one event; it is valid during the call. Keep one delegate and hand it in each time: making one allocates.
/// </summary>
/// <param name="e">What happened.</param>
public delegate void InputHandler(in InputEvent e);
