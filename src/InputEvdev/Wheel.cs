using static InputEvdev.LinuxInput;

namespace InputEvdev;

/// <summary>
/// The wheels of a device. A high-resolution wheel reports 120 units per click; the whole clicks that it also sends are ignored from the
/// first of these reports on. A device that declares them may never send them.
/// </summary>
internal sealed class Wheel(Wheels wheels, int number)
{
    private const double FinePerClick = 120;

    private double _x, _y; // The whole clicks of this frame, to the right and down.
    private double _fineX, _fineY; // The same in high resolution.
    private bool _isFineX, _isFineY; // High-resolution records have been seen.

    /// <summary>Processes an EV_REL record.</summary>
    public void Take(int axis, int value)
    {
        switch (axis)
        {
            case REL_WHEEL:
                _y -= value; // The kernel counts away from the user.
                break;
            case REL_HWHEEL:
                _x += value;
                break;
            case REL_WHEEL_HI_RES when (wheels & Wheels.FineVertical) != 0:
                (_fineY, _isFineY) = (_fineY - value / FinePerClick, true);
                break;
            case REL_HWHEEL_HI_RES when (wheels & Wheels.FineHorizontal) != 0:
                (_fineX, _isFineX) = (_fineX + value / FinePerClick, true);
                break;
        }
    }

    /// <summary>Discards the clicks of the current frame.</summary>
    public void Forget() => (_x, _y, _fineX, _fineY) = (0, 0, 0, 0);

    /// <summary>Sends the frame's clicks as an event.</summary>
    public void Flush(long timeNs, InputHandler handler)
    {
        var (x, y) = (_isFineX ? _fineX : _x, _isFineY ? _fineY : _y);
        Forget();
        if (x == 0 && y == 0) return;
        handler(new InputEvent
        {
            Kind = InputKind.Scroll, TimeNs = timeNs, Device = number, IsRelative = true, ScrollX = x, ScrollY = y,
        });
    }
}
