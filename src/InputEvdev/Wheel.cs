using static InputEvdev.LinuxInput;

namespace InputEvdev;

/// <summary>
/// The wheels of a device. A wheel of high resolution sends 120 a click beside its whole clicks, which are left out then.
/// </summary>
internal sealed class Wheel(Wheels wheels, int number)
{
    private const double FinePerClick = 120;

    private double _x, _y; // Clicks in this frame, right and down.

    /// <summary>Takes a record of EV_REL.</summary>
    public void Take(int axis, int value)
    {
        if (axis == REL_WHEEL && (wheels & Wheels.FineVertical) == 0) _y -= value; // The kernel counts away from the user.
        if (axis == REL_HWHEEL && (wheels & Wheels.FineHorizontal) == 0) _x += value;
        if (axis == REL_WHEEL_HI_RES && (wheels & Wheels.FineVertical) != 0) _y -= value / FinePerClick;
        if (axis == REL_HWHEEL_HI_RES && (wheels & Wheels.FineHorizontal) != 0) _x += value / FinePerClick;
    }

    /// <summary>Forgets the frame begun.</summary>
    public void Forget() => (_x, _y) = (0, 0);

    /// <summary>Says the frame's clicks.</summary>
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
