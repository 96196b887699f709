using static InputEvdev.LinuxInput;

namespace InputEvdev;

/// <summary>
/// Turns the records of one device into typed events (Documentation/input/event-codes.rst of the kernel). Keys go out as they
/// come, for <see cref="Keyboards"/> to make sense of; the pointer once a frame, at SYN_REPORT: its move, then ups, then downs,
/// because drivers send BTN_TOUCH before the position it belongs to. Takes any records: impossible ones are ignored. Does not
/// allocate.
/// </summary>
internal sealed class EvdevDecoder(DeviceClass device)
{
    private const int TouchBit = 8; // In the button sets, after the eight of BTN_LEFT to BTN_TASK.

    private readonly ulong[] _keysHeld = new ulong[KEY_CNT / 64];

    private int _buttonsHeld;    // As the device says, BTN_TOUCH apart from BTN_LEFT: some devices send both for one touch.
    private int _buttonsChanged; // Which of them changed in this frame.
    private int _buttonsSent;    // As the handler knows them.

    private double _x = device.X.IsUsable ? device.X.Fraction(device.X.Value) : 0;
    private double _y = device.Y.IsUsable ? device.Y.Fraction(device.Y.Value) : 0;
    private long _motionX, _motionY; // A mouse's motion in this frame.
    private bool _moved;

    private bool _dropped; // From SYN_DROPPED to the next SYN_REPORT, what comes is incomplete.

    private bool IsMouse => device.Pointer == PointerKind.Mouse;

    /// <summary>Takes one record.</summary>
    public void Decode(in input_event record, InputHandler handler)
    {
        var timeNs = unchecked(record.tv_sec * 1_000_000_000 + record.tv_usec * 1_000);
        switch (record.type)
        {
            case EV_SYN when record.code == SYN_DROPPED:
                ReleaseAll(timeNs, handler);
                _dropped = true;
                break;
            case EV_SYN when record.code == SYN_REPORT:
                EndFrame(timeNs, handler);
                break;
            case EV_ABS:
                MoveTo(record.code, record.value); // While dropped too: the kernel sends an axis again only when it changes.
                break;
            case EV_REL when !_dropped:
                MoveBy(record.code, record.value);
                break;
            case EV_KEY when !_dropped && IsKey(record.code):
                ChangeKey(record.code, record.value, timeNs, handler);
                break;
            case EV_KEY when !_dropped && record.value is 0 or 1:
                ChangeButton(record.code, record.value, timeNs, handler);
                break;
        }
    }

    /// <summary>
    /// Releases every key and button held and forgets the frame begun: when the device is gone, or events of it were lost.
    /// </summary>
    public void ReleaseAll(long timeNs, InputHandler handler)
    {
        for (var code = 0; code < KEY_CNT; code++)
            if (IsHeld((KeyCode)code)) ChangeKey((ushort)code, 0, timeNs, handler);

        (_moved, _motionX, _motionY) = (false, 0, 0);
        _buttonsHeld = 0;
        FlushPointer(timeNs, handler);
    }

    private void EndFrame(long timeNs, InputHandler handler)
    {
        if (_dropped) (_dropped, _moved) = (false, false);
        else FlushPointer(timeNs, handler);
    }

    private void ChangeKey(ushort code, int value, long timeNs, InputHandler handler)
    {
        var key = (KeyCode)code;
        var held = IsHeld(key);
        if (value is not (0 or 1) || held == (value == 1)) return; // The kernel's repeats too: Keyboards makes its own.
        _keysHeld[code / 64] ^= 1UL << code % 64;
        handler(new InputEvent { Kind = held ? InputKind.KeyRelease : InputKind.KeyPress, TimeNs = timeNs, Key = key });
    }

    private bool IsHeld(KeyCode key) => (_keysHeld[(int)key / 64] >> (int)key % 64 & 1) != 0;

    private void ChangeButton(ushort code, int value, long timeNs, InputHandler handler)
    {
        if (device.Pointer == PointerKind.None) return;
        int button;
        if (code is >= BTN_LEFT and <= BTN_TASK) button = 1 << code - BTN_LEFT;
        else if (code == BTN_TOUCH && !IsMouse) button = 1 << TouchBit;
        else return;

        if ((_buttonsHeld & button) != 0 == (value == 1)) return;
        if ((_buttonsChanged & button) != 0) FlushPointer(timeNs, handler); // Down and up in one frame are two frames.
        _buttonsHeld ^= button;
        _buttonsChanged |= button;
    }

    private void MoveTo(ushort axis, int value)
    {
        if (device.Pointer is not (PointerKind.Touch or PointerKind.Tablet)) return;
        var (x, y) = (_x, _y);
        if (axis == ABS_X) _x = device.X.Fraction(value);
        if (axis == ABS_Y) _y = device.Y.Fraction(value);
        _moved |= x != _x || y != _y;
    }

    private void MoveBy(ushort axis, int value)
    {
        if (!IsMouse) return;
        if (axis == REL_X) _motionX += value;
        if (axis == REL_Y) _motionY += value;
        _moved = _motionX != 0 || _motionY != 0;
    }

    private void FlushPointer(long timeNs, InputHandler handler)
    {
        if (_moved) handler(Pointer(InputKind.PointerMove, 0, timeNs));
        (_moved, _motionX, _motionY) = (false, 0, 0);

        var held = (_buttonsHeld | _buttonsHeld >> TouchBit) & 0xff; // A touch is button 0.
        var (released, pressed) = (_buttonsSent & ~held, held & ~_buttonsSent);
        (_buttonsSent, _buttonsChanged) = (held, 0);
        for (byte button = 0; button < TouchBit; button++)
            if ((released >> button & 1) != 0) handler(Pointer(InputKind.PointerUp, button, timeNs));
        for (byte button = 0; button < TouchBit; button++)
            if ((pressed >> button & 1) != 0) handler(Pointer(InputKind.PointerDown, button, timeNs));
    }

    private InputEvent Pointer(InputKind kind, byte button, long timeNs) => new()
    {
        Kind = kind,
        TimeNs = timeNs,
        Button = button,
        IsRelative = IsMouse,
        X = IsMouse ? _motionX : _x,
        Y = IsMouse ? _motionY : _y,
    };
}
