using InputEvdev;

namespace FbHost.Input;

/// <summary>A key or button of a device: goes up as the one that went down.</summary>
/// <param name="Device">As <see cref="InputEvent.Device"/>, or <see cref="GpioButtons"/>.</param>
/// <param name="Code">Its <see cref="KeyCode"/>, or the number of a GPIO button.</param>
internal readonly record struct KeyId(int Device, int Code)
{
    /// <summary>In place of a device's number, which is never negative.</summary>
    public const int GpioButtons = -1;
}

/// <summary>A key or button, whatever it is made of, went down, is still down, or went up.</summary>
/// <param name="Kind">KeyPress, KeyRepeat or KeyRelease.</param>
/// <param name="Id">Which.</param>
/// <param name="Word">Of a press or repeat: its event text. Empty when it has none, as that of a modifier, and of a release.</param>
internal readonly record struct KeyEvent(InputKind Kind, KeyId Id, byte[] Word);
