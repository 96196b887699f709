using InputEvdev;

namespace FbHost.Input;

/// <summary>Identifies a key or button of a device, so that a release is matched with its press.</summary>
/// <param name="Device">The device's number, as <see cref="InputEvent.Device"/>, or <see cref="GpioButtons"/>.</param>
/// <param name="Code">Its <see cref="KeyCode"/>, or the number of a GPIO button.</param>
internal readonly record struct KeyId(int Device, int Code)
{
    /// <summary>Used in place of a device's number, which is never negative.</summary>
    public const int GpioButtons = -1;

    /// <summary>Used for keys of the control socket.</summary>
    public const int Remote = -2;
}

/// <summary>A key or button of any device was pressed, is still held (a repeat), or was released.</summary>
/// <param name="Kind">KeyPress, KeyRepeat or KeyRelease.</param>
/// <param name="Id">Which key or button.</param>
/// <param name="Word">The event text of a press or repeat. Empty for a key without one, for example a modifier, and for a release.</param>
internal readonly record struct KeyEvent(InputKind Kind, KeyId Id, byte[] Word);
