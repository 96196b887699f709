namespace Mmm;

/// <summary>The button of a pointer event. A finger and the tip of a pen count as the left button.</summary>
public enum PointerButton
{
    /// <summary>No button is down: the pointer only moves.</summary>
    None = -1,
    /// <summary>The left button, a finger, or the tip of a pen.</summary>
    Left,
    /// <summary>The right button.</summary>
    Right,
    /// <summary>The middle button or the wheel.</summary>
    Middle,
    /// <summary>BTN_SIDE of the kernel.</summary>
    Side,
    /// <summary>BTN_EXTRA of the kernel.</summary>
    Extra,
    /// <summary>BTN_FORWARD of the kernel.</summary>
    Forward,
    /// <summary>BTN_BACK of the kernel.</summary>
    Back,
    /// <summary>BTN_TASK of the kernel.</summary>
    Task,
}

/// <summary>What a pointer event comes from.</summary>
public enum PointerType
{
    /// <summary>The host has not said it: see <see cref="EventKinds.Buttons"/>.</summary>
    Unknown,
    /// <summary>A mouse, a touchpad, or another device that moves a pointer.</summary>
    Mouse,
    /// <summary>A finger on a screen.</summary>
    Finger,
    /// <summary>A pen.</summary>
    Pen,
}
