using static InputEvdev.LinuxInput;

namespace InputEvdev;

/// <summary>A point of touch in the device's units.</summary>
internal struct Contact
{
    public int X, Y, Pressure, Major, Tool;

    /// <summary>The id that the device reports; -1 if it reports no contact.</summary>
    public int Tracked;

    /// <summary>How far the finger or pen is from the surface; more than 0 while it hovers.</summary>
    public int Distance;

    /// <summary>The touch's own id; -1 while nothing touches. Some devices tell a lift only by the distance.</summary>
    public readonly int Id => Distance > 0 ? -1 : Tracked;
}

/// <summary>
/// The contacts that a device reports, one in each slot, as described in the kernel's multi-touch-protocol.rst. Protocol A has no
/// slots, so this class assigns them: a contact continues in the slot of the nearest contact of the frame before. Any record values are
/// accepted, also invalid ones.
/// </summary>
internal sealed class Contacts
{
    private const int FrameSize = 16; // The most contacts in a frame of protocol A; further contacts are ignored.

    private readonly DeviceClass _device;
    private readonly Contact[] _slots;
    private int _slot;    // The slot that the next records apply to; -1 if the device named a slot that does not exist.
    private int _lastId;  // The last id given to a contact whose device reports no ids.

    private readonly Contact[] _frame = []; // Protocol A only: the contacts of this frame.
    private int _inFrame;
    private bool _frameSpoken; // True if the frame reports contacts. A frame with keys only does not lift any finger.
    private Contact _next;
    private bool _nextPlaced;

    public Contacts(DeviceClass device)
    {
        _device = device;
        var slots = 1;
        if (device.Protocol is TouchProtocol.B or TouchProtocol.Either) slots = device.Slots;
        if (device.Protocol == TouchProtocol.A)
        {
            slots = 2 * FrameSize; // Enough that no slot is reused in the frame in which its finger lifts.
            _frame = new Contact[FrameSize];
        }
        _slots = new Contact[slots];
        _slots.AsSpan().Fill(new Contact { Tracked = -1, X = device.X.Value, Y = device.Y.Value, Pressure = device.Pressure.Value });
    }

    public ReadOnlySpan<Contact> Slots => _slots;

    /// <summary>Returns the slot whose contact the record would end, or -1 if it would end none.</summary>
    public int Ends(int axis, int value) =>
        _device.Protocol is TouchProtocol.B or TouchProtocol.Either && axis == ABS_MT_TRACKING_ID && value < 0
            && _slot >= 0 && _slots[_slot].Id >= 0 ? _slot : -1;

    /// <summary>
    /// Returns the slot in which the record would begin a contact in the place of one that has ended, or -1 if it would begin none.
    /// </summary>
    public int Begins(int axis, int value) =>
        _device.Protocol is TouchProtocol.B or TouchProtocol.Either && axis == ABS_MT_TRACKING_ID && value >= 0
            && _slot >= 0 && _slots[_slot].Tracked < 0 ? _slot : -1;

    /// <summary>Processes an EV_ABS record.</summary>
    /// <param name="axis">The record's code. Codes that do not describe contacts are ignored.</param>
    /// <param name="value">The record's value.</param>
    /// <param name="tracked">False if records were lost: then the record neither begins nor ends a contact.</param>
    public void Take(int axis, int value, bool tracked)
    {
        switch (_device.Protocol)
        {
            case TouchProtocol.Single or TouchProtocol.Either when axis < ABS_MT_SLOT:
                if (axis == ABS_X) _slots[0].X = value;
                if (axis == ABS_Y) _slots[0].Y = value;
                if (axis == ABS_PRESSURE) _slots[0].Pressure = value;
                if (axis == ABS_DISTANCE && _device.Pointer == PointerKind.Touch) _slots[0].Distance = value; // Pens say it by BTN_TOUCH.
                break;
            case TouchProtocol.A:
                if (axis is ABS_MT_POSITION_X or ABS_MT_POSITION_Y) _nextPlaced = true;
                Set(ref _next, axis, value, tracked);
                break;
            case TouchProtocol.B or TouchProtocol.Either when axis == ABS_MT_SLOT:
                _slot = value >= 0 && value < _slots.Length ? value : -1;
                break;
            case TouchProtocol.B or TouchProtocol.Either when _slot >= 0:
                Set(ref _slots[_slot], axis, value, tracked);
                break;
        }
    }

    /// <summary>Begins or ends the contact of a single-touch device.</summary>
    public void Touch(bool down) => _slots[0].Tracked = down ? NewId() : -1;

    /// <summary>Protocol A: completes the current contact (SYN_MT_REPORT). Does nothing for the other protocols.</summary>
    public void EndContact()
    {
        if (_device.Protocol != TouchProtocol.A) return;
        _frameSpoken = true;
        if (_nextPlaced && _next.Id >= 0 && _inFrame < FrameSize) _frame[_inFrame++] = _next;
        (_next, _nextPlaced) = (default, false);
    }

    /// <summary>Protocol A: completes the frame, whose contacts are now the only ones. Does nothing for the other protocols.</summary>
    public void EndFrame()
    {
        if (_nextPlaced && !_frameSpoken) EndContact(); // A driver with one contact may leave out SYN_MT_REPORT.
        if (_frameSpoken) Follow();
        (_inFrame, _frameSpoken, _next, _nextPlaced) = (0, false, default, false);
    }

    /// <summary>Ends all contacts and discards those that the current frame has reported so far.</summary>
    public void LiftAll()
    {
        (_inFrame, _frameSpoken, _next, _nextPlaced) = (0, false, default, false);
        foreach (ref var slot in _slots.AsSpan()) slot.Tracked = -1;
    }

    /// <summary>Reads the current contacts from the device, which otherwise reports only changes. Returns false if that fails.</summary>
    public bool Ask(IDeviceState state)
    {
        if (_device.Protocol == TouchProtocol.A) return false; // No state to read: each frame reports all contacts.
        if (_device.Protocol == TouchProtocol.Single) return AskSingle(state);

        Span<int> values = stackalloc int[_slots.Length];
        if (!state.TrySlots(ABS_MT_TRACKING_ID, values)) return false;
        for (var i = 0; i < values.Length; i++) _slots[i].Tracked = Math.Max(-1, values[i]);
        ReadOnlySpan<ushort> axes =
            [ABS_MT_POSITION_X, ABS_MT_POSITION_Y, ABS_MT_PRESSURE, ABS_MT_TOUCH_MAJOR, ABS_MT_TOOL_TYPE, ABS_MT_DISTANCE];
        foreach (var axis in axes)
        {
            if (!state.TrySlots(axis, values)) continue;
            for (var i = 0; i < values.Length; i++) Set(ref _slots[i], axis, values[i], tracked: false);
        }
        if (state.TryAxis(ABS_MT_SLOT, out var current)) Take(ABS_MT_SLOT, current, tracked: false);
        return true;
    }

    private bool AskSingle(IDeviceState state)
    {
        if (!state.TryAxis(ABS_X, out var x) || !state.TryAxis(ABS_Y, out var y)) return false;
        (_slots[0].X, _slots[0].Y) = (x, y);
        if (_device.Pressure.IsUsable && state.TryAxis(ABS_PRESSURE, out var pressure)) _slots[0].Pressure = pressure;
        return true;
    }

    private static void Set(ref Contact contact, int axis, int value, bool tracked)
    {
        switch (axis)
        {
            case ABS_MT_TRACKING_ID when tracked: contact.Tracked = Math.Max(-1, value); break;
            case ABS_MT_POSITION_X: contact.X = value; break;
            case ABS_MT_POSITION_Y: contact.Y = value; break;
            case ABS_MT_PRESSURE: contact.Pressure = value; break;
            case ABS_MT_TOUCH_MAJOR: contact.Major = value; break;
            case ABS_MT_TOOL_TYPE: contact.Tool = value; break;
            case ABS_MT_DISTANCE: contact.Distance = value; break;
        }
    }

    private int NewId() => _lastId = _lastId + 1 & int.MaxValue;

    // Matches existing contacts with those of this frame: first the pair with the smallest distance, then the next, and so on.
    private void Follow()
    {
        uint followed = 0, placed = 0, free = 0;
        for (var slot = 0; slot < _slots.Length; slot++)
            if (_slots[slot].Id < 0) free |= 1u << slot;

        while (Nearest(followed | free, placed) is (>= 0 and var slot, var next))
        {
            _slots[slot] = _frame[next] with { Tracked = _slots[slot].Tracked };
            (followed, placed) = (followed | 1u << slot, placed | 1u << next);
        }
        for (var slot = 0; slot < _slots.Length; slot++)
            if (((followed | free) >> slot & 1) == 0) _slots[slot].Tracked = -1;
        for (var next = 0; next < _inFrame; next++)
        {
            if ((placed >> next & 1) != 0) continue;
            var slot = System.Numerics.BitOperations.TrailingZeroCount(free);
            _slots[slot] = _frame[next] with { Tracked = NewId() };
            free &= free - 1;
        }
    }

    private (int Slot, int Next) Nearest(uint slotsDone, uint frameDone)
    {
        var (best, nearest) = ((-1, -1), double.MaxValue);
        for (var slot = 0; slot < _slots.Length; slot++)
        {
            if ((slotsDone >> slot & 1) != 0) continue;
            for (var next = 0; next < _inFrame; next++)
            {
                if ((frameDone >> next & 1) != 0) continue;
                double x = (double)_slots[slot].X - _frame[next].X, y = (double)_slots[slot].Y - _frame[next].Y;
                var distance = x * x + y * y;
                if (distance < nearest) (best, nearest) = ((slot, next), distance);
            }
        }
        return best;
    }
}
