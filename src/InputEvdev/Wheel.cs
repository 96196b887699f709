using static InputEvdev.LinuxInput;

namespace InputEvdev;

/// <summary>
/// The wheels of a device. A high-resolution wheel reports 120 units per click; the whole clicks that it also sends are then ignored.
/// </summary>
internal sealed class Wheel(Wheels wheels, int number)
{
    private const double FinePerClick = 120;

    private double _x, _y; // The clicks of this frame, to the right and down.

    /// <summary>Processes an EV_REL record.</summary>
    public void Take(int axis, int value)
    {
        if (axis == REL_WHEEL && (wheels & Wheels.FineVertical) == 0) _y -= value; // The kernel counts away from the user.
        if (axis == REL_HWHEEL && (wheels & Wheels.FineHorizontal) == 0) _x += value;
        if (axis == REL_WHEEL_HI_RES && (wheels & Wheels.FineVertical) != 0) _y -= value / FinePerClick;
        if (axis == REL_HWHEEL_HI_RES && (wheels & Wheels.FineHorizontal) != 0) _x += value / FinePerClick;
    }

    /// <summary>Discards the clicks of the current frame.</summary>
    public void Forget() => (_x, _y) = (0, 0);

    /// <summary>Sends the frame's clicks as an event.</summary>
    public void Flush(long timeNs, InputHandler handler)
    {
        if (_x == 0 && _y == 0) return;
        handler(new InputEvent
        {
            Kind = InputKind.Scroll, TimeNs = timeNs, Device = number, IsRelative = true, ScrollX = _x, ScrollY = _y,
        });
        Forget();
    }
}
