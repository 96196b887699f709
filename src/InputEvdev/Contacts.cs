using static InputEvdev.LinuxInput;

namespace InputEvdev;

/// <summary>A place where something touches, in the device's units. Its id is -1 while nothing does, and another for each touch.</summary>
internal struct Contact
{
    public int Id, X, Y, Pressure, Major, Tool;
}

/// <summary>
/// What a device says of its contacts, a slot each, as the kernel's multi-touch-protocol.rst has it. Of protocol A the slots are
/// ours: a contact goes on in the slot of the one that was nearest. Takes any values.
/// </summary>
internal sealed class Contacts
{
    private const int FrameSize = 16; // Contacts in a frame of protocol A; more are left out.

    private readonly DeviceClass _device;
    private readonly Contact[] _slots;
    private int _slot;    // The one that is spoken of; -1 when the device has no such slot.
    private int _lastId;  // Of contacts whose device gives no id.

    private readonly Contact[] _frame = []; // Of protocol A: the contacts of this frame.
    private int _inFrame;
    private bool _frameSpoken; // Whether the frame says anything of contacts: one with keys only lifts no finger.
    private Contact _next;
    private bool _nextPlaced;

    public Contacts(DeviceClass device)
    {
        _device = device;
        var slots = 1;
        if (device.Protocol is TouchProtocol.B or TouchProtocol.Either) slots = device.Slots;
        if (device.Protocol == TouchProtocol.A)
        {
            slots = 2 * FrameSize; // None is used anew in the frame in which its finger lifts.
            _frame = new Contact[FrameSize];
        }
        _slots = new Contact[slots];
        _slots.AsSpan().Fill(new Contact { Id = -1, X = device.X.Value, Y = device.Y.Value, Pressure = device.Pressure.Value });
    }

    public ReadOnlySpan<Contact> Slots => _slots;

    /// <summary>The slot whose contact the record would end, or -1 when it ends none.</summary>
    public int Ends(int axis, int value) =>
        _device.Protocol is TouchProtocol.B or TouchProtocol.Either && axis == ABS_MT_TRACKING_ID && value < 0
            && _slot >= 0 && _slots[_slot].Id >= 0 ? _slot : -1;

    /// <summary>Takes a record of EV_ABS.</summary>
    /// <param name="axis">Its code; those that say nothing of contacts are ignored.</param>
    /// <param name="value">Its value.</param>
    /// <param name="tracked">False: contacts neither begin nor end by it, because records were lost.</param>
    public void Take(int axis, int value, bool tracked)
    {
        switch (_device.Protocol)
        {
            case TouchProtocol.Single or TouchProtocol.Either when axis < ABS_MT_SLOT:
                if (axis == ABS_X) _slots[0].X = value;
                if (axis == ABS_Y) _slots[0].Y = value;
                if (axis == ABS_PRESSURE) _slots[0].Pressure = value;
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

    /// <summary>Of a single touch: it begins or ends.</summary>
    public void Touch(bool down) => _slots[0].Id = down ? NewId() : -1;

    /// <summary>Of protocol A: the contact is told (SYN_MT_REPORT).</summary>
    public void EndContact()
    {
        if (_device.Protocol != TouchProtocol.A) return;
        _frameSpoken = true;
        if (_nextPlaced && _next.Id >= 0 && _inFrame < FrameSize) _frame[_inFrame++] = _next;
        (_next, _nextPlaced) = (default, false);
    }

    /// <summary>Of protocol A: what is in the frame is all that touches. Of the others nothing is to be done.</summary>
    public void EndFrame()
    {
        if (_frameSpoken) Follow();
        (_inFrame, _frameSpoken, _next, _nextPlaced) = (0, false, default, false);
    }

    /// <summary>Nothing touches any more, whatever the frame has said of contacts so far.</summary>
    public void LiftAll()
    {
        (_inFrame, _frameSpoken, _next, _nextPlaced) = (0, false, default, false);
        foreach (ref var slot in _slots.AsSpan()) slot.Id = -1;
    }

    /// <summary>Asks the device for all that it would say only when it changes. False: it does not answer.</summary>
    public bool Ask(IDeviceState state)
    {
        if (_device.Protocol == TouchProtocol.A) return false; // Has no state: each frame says everything.
        if (_device.Protocol == TouchProtocol.Single) return AskSingle(state);

        Span<int> values = stackalloc int[_slots.Length];
        if (!state.TrySlots(ABS_MT_TRACKING_ID, values)) return false;
        for (var i = 0; i < values.Length; i++) _slots[i].Id = Math.Max(-1, values[i]);
        ReadOnlySpan<ushort> axes = [ABS_MT_POSITION_X, ABS_MT_POSITION_Y, ABS_MT_PRESSURE, ABS_MT_TOUCH_MAJOR, ABS_MT_TOOL_TYPE];
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
            case ABS_MT_TRACKING_ID when tracked: contact.Id = Math.Max(-1, value); break;
            case ABS_MT_POSITION_X: contact.X = value; break;
            case ABS_MT_POSITION_Y: contact.Y = value; break;
            case ABS_MT_PRESSURE: contact.Pressure = value; break;
            case ABS_MT_TOUCH_MAJOR: contact.Major = value; break;
            case ABS_MT_TOOL_TYPE: contact.Tool = value; break;
        }
    }

    private int NewId() => _lastId = _lastId + 1 & int.MaxValue;

    // The nearest pair of a contact that was there and one of this frame belongs together, then the next nearest, and so on.
    private void Follow()
    {
        uint followed = 0, placed = 0, free = 0;
        for (var slot = 0; slot < _slots.Length; slot++)
            if (_slots[slot].Id < 0) free |= 1u << slot;

        while (Nearest(followed | free, placed) is (>= 0 and var slot, var next))
        {
            _slots[slot] = _frame[next] with { Id = _slots[slot].Id };
            (followed, placed) = (followed | 1u << slot, placed | 1u << next);
        }
        for (var slot = 0; slot < _slots.Length; slot++)
            if (((followed | free) >> slot & 1) == 0) _slots[slot].Id = -1;
        for (var next = 0; next < _inFrame; next++)
        {
            if ((placed >> next & 1) != 0) continue;
            var slot = System.Numerics.BitOperations.TrailingZeroCount(free);
            _slots[slot] = _frame[next] with { Id = NewId() };
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
