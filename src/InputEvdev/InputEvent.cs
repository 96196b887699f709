namespace InputEvdev;

/// <summary>The kind of an input event. Later versions may add kinds: ignore the ones that you do not know.</summary>
public enum InputKind : byte
{
    /// <summary>A key went down.</summary>
    KeyPress,

    /// <summary>A key is still held: an auto-repeat that <see cref="Keyboards"/> generates. The kernel's own repeats are dropped.</summary>
    KeyRepeat,

    /// <summary>A key went up.</summary>
    KeyRelease,

    /// <summary>The pointer or a finger moved; also sent while a pen or tablet pointer hovers.</summary>
    PointerMove,

    /// <summary>A finger touched the screen, or a button went down.</summary>
    PointerDown,

    /// <summary>A finger left the screen, or a button went up.</summary>
    PointerUp,

    /// <summary>A wheel turned; see <see cref="InputEvent.ScrollX"/> and <see cref="InputEvent.ScrollY"/>.</summary>
    Scroll,
}

/// <summary>The modifier keys that are held, and caps lock.</summary>
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
/// One action of a person on an input device. Every press is followed by exactly one release, and every down by exactly one up with the
/// same finger and button, even if the device disappears or the kernel drops events.
/// </summary>
public readonly record struct InputEvent
{
    /// <summary>The kind of the event, which decides which of the other members are used.</summary>
    public InputKind Kind { get; init; }

    /// <summary>
    /// The time of the event in nanoseconds of CLOCK_MONOTONIC, as stamped by the kernel (resolution 1 us). For a stream,
    /// the time in its record if it is of that clock and of the last second, else the time of its arrival.
    /// </summary>
    public long TimeNs { get; init; }

    /// <summary>The number of the device in this process, 1 and up; 0 if there is no device. A number is never reused.</summary>
    public int Device { get; init; }

    /// <summary>Key events: the key. Otherwise KEY_RESERVED.</summary>
    public KeyCode Key { get; init; }

    /// <summary>Key events of <see cref="Keyboards"/>: the modifiers of all keyboards together, after the event. Otherwise none.</summary>
    public Modifiers Modifiers { get; init; }

    /// <summary>
    /// Press and repeat of <see cref="Keyboards"/>: the text that the key types under the keymap; Control and Alt do not change it.
    /// The text is empty for keys that type nothing (Return, Tab, arrows), for a dead key that waits for the next key,
    /// and for all other events.
    /// </summary>
    public KeyText Text { get; init; }

    /// <summary>
    /// Press and repeat of <see cref="Keyboards"/> while Control or Alt is held: the text that the key types without Shift and caps lock,
    /// if it is known. Empty for all other events.
    /// </summary>
    public KeyText BaseText { get; init; }

    /// <summary>
    /// Press and repeat of <see cref="Keyboards"/>: the key whose purpose this key has under the keymap. It is <see cref="Key"/> itself
    /// or another key: the keypad's 7 without NumLock has the meaning KEY_HOME. KEY_RESERVED if there is none (modifiers, dead keys).
    /// </summary>
    public KeyCode Meaning { get; init; }

    /// <summary>Pointer events: the finger, 0 to 9. It is 0 for everything except a second or later finger.</summary>
    public byte Finger { get; init; }

    /// <summary>
    /// Down and up: the button; 0 is a finger, a pen's tip or the left button, 1 right, 2 middle, 3 side, 4 extra, 5 forward,
    /// 6 back, 7 task (the order of BTN_LEFT to BTN_TASK). Otherwise 0.
    /// </summary>
    public byte Button { get; init; }

    /// <summary>Pointer events: true if they come from a mouse, which reports motion but no position.</summary>
    public bool IsRelative { get; init; }

    /// <summary>Pointer events: true if they come from a finger on a screen, which has no position while it does not touch.</summary>
    public bool IsTouch { get; init; }

    /// <summary>Pointer events: true if they come from a pen.</summary>
    public bool IsPen { get; init; }

    /// <summary>
    /// Absolute pointer events: the position from the device's left edge (0) to its right edge (1), both included, so that on an upright
    /// screen the pixel is X * (width - 1), rounded to nearest. Relative pointer events: the motion of a move to the right in the device's
    /// counts; 0 for down and up.
    /// </summary>
    public double X { get; init; }

    /// <summary>Like <see cref="X"/>, from top to bottom.</summary>
    public double Y { get; init; }

    /// <summary>Down and move of a finger or pen: the pressure, 0 to 1 of the device's range; 0 if the device does not report it.</summary>
    public double Pressure { get; init; }

    /// <summary>
    /// Down and move of a finger: the longer side of the contact, 0 to 1 of the device's width; 0 if the device does not report it.
    /// </summary>
    public double Size { get; init; }

    /// <summary>Scroll: clicks of the wheel to the right. High-resolution wheels report fractions of a click.</summary>
    public double ScrollX { get; init; }

    /// <summary>Scroll: clicks of the wheel down (towards the user), with fractions as for <see cref="ScrollX"/>.</summary>
    public double ScrollY { get; init; }
}

/// <summary>
/// Receives one event, which is valid only during the call. Keep one delegate and pass it each time: creating a delegate allocates.
/// </summary>
/// <param name="e">The event.</param>
public delegate void InputHandler(in InputEvent e);
