using static InputEvdev.LinuxInput;

namespace InputEvdev;

/// <summary>
/// Turns the records of one device into typed events (Documentation/input/event-codes.rst of the kernel). Key events are sent at once;
/// <see cref="Keyboards"/> interprets them. Pointer events are sent once a frame, at SYN_REPORT: first the moves, then the ups, then the
/// downs, because drivers send BTN_TOUCH before the position that it belongs to. Any records are accepted; impossible ones are ignored.
/// The decoder does not allocate.
/// </summary>
internal sealed class EvdevDecoder
{
    private const int TouchBit = 8; // The bit of BTN_TOUCH in the button sets, after the eight bits of BTN_LEFT to BTN_TASK.

    private readonly DeviceClass _device;
    private readonly IDeviceState? _state;
    private readonly int _number;

    private readonly ulong[] _keysHeld = new ulong[KEY_CNT / 64];

    private int _buttonsHeld;    // As the device reports them. BTN_TOUCH and BTN_LEFT are separate: some devices send both for one touch.
    private int _buttonsChanged; // The buttons that changed in this frame.
    private int _buttonsSent;    // The buttons held according to the events sent to the handler.
    private bool _touches;       // Single touch only: whether the contact currently counts as touching.

    // Each is null if the device has no such part.
    private readonly Contacts? _contacts;
    private readonly Fingers? _fingers;
    private readonly Touchpad? _touchpad;
    private readonly MouseMotion? _mouse;
    private readonly Wheel? _wheel;
    private readonly MappedAxis[] _mapped;
    private readonly IReadOnlyDictionary<KeyCode, KeyCode>? _keys; // Keys that count as others.

    private CalibrationMatrix _calibration;
    private bool _dropped; // True from SYN_DROPPED to the next SYN_REPORT: records in between are incomplete.

    /// <param name="device">How the device is used.</param>
    /// <param name="settings">The device's settings.</param>
    /// <param name="state">
    /// Reads the device's current state: here (contacts that already touch are ignored until they lift) and after records were lost. Null
    /// if the state cannot be read.
    /// </param>
    /// <param name="number">The device's number in this process.</param>
    public EvdevDecoder(DeviceClass device, DeviceSettings settings, IDeviceState? state, int number)
    {
        (_device, _state, _number) = (device, state, number);
        _calibration = settings.Calibration ?? CalibrationMatrix.Identity;
        _mapped = [.. device.Mapped.Select(m => new MappedAxis(m.Mapping, m.Minimum, m.Maximum, number))];
        _keys = settings.Keys;
        if (device.Wheels != Wheels.None) _wheel = new Wheel(device.Wheels, number);
        if (device.Pointer == PointerKind.Mouse) _mouse = new MouseMotion(settings.Acceleration ?? 1, number);
        if (device.Pointer is PointerKind.None or PointerKind.Mouse) return;

        _contacts = new Contacts(device);
        if (state is not null) _contacts.Ask(state);
        if (device.Pointer == PointerKind.Touchpad) _touchpad = new Touchpad(device, number);
        else _fingers = new Fingers(device, settings, number, _contacts.Slots);
    }

    private bool IsSingle => _device.Protocol is TouchProtocol.Single or TouchProtocol.Either;

    /// <summary>The matrix that corrects positions from now on. It has no effect on a device without a touch panel.</summary>
    public CalibrationMatrix Calibration
    {
        get => _calibration;
        set
        {
            _calibration = value;
            _fingers?.Calibrate(value);
        }
    }

    /// <summary>Sets the ends of the position axes from now on. This has no effect on a device without a touch panel.</summary>
    public void SetRanges(Axis x, Axis y) => _fingers?.SetRanges(x, y);

    /// <summary>When <see cref="Elapse"/> must be called, CLOCK_MONOTONIC in ns; long.MaxValue if it need not be called.</summary>
    public long DueNs => _fingers?.DueNs ?? long.MaxValue;

    /// <summary>Decodes one record.</summary>
    public void Decode(in input_event record, InputHandler handler)
    {
        var timeNs = unchecked(record.tv_sec * 1_000_000_000 + record.tv_usec * 1_000);
        switch (record.type)
        {
            case EV_SYN when record.code == SYN_DROPPED:
                Drop(timeNs, handler);
                break;
            case EV_SYN when record.code == SYN_MT_REPORT && !_dropped:
                _contacts?.EndContact();
                break;
            case EV_SYN when record.code == SYN_REPORT:
                EndFrame(timeNs, handler);
                break;
            case EV_REL or EV_ABS when !_dropped && MappedOf(record.type == EV_ABS, record.code) is { } mapped:
                mapped.Take(record.value, timeNs, handler);
                break;
            case EV_KEY when !_dropped && _keys is not null && _keys.TryGetValue((KeyCode)record.code, out var other):
                ChangeKey((ushort)other, record.value, timeNs, handler);
                break;
            case EV_ABS when _contacts is not null:
                MoveTo(record.code, record.value, timeNs, handler);
                break;
            case EV_REL when !_dropped:
                _mouse?.Take(record.code, record.value);
                _wheel?.Take(record.code, record.value);
                break;
            case EV_KEY when !_dropped && IsKey(record.code):
                ChangeKey(record.code, record.value, timeNs, handler);
                break;
            case EV_KEY when !_dropped && record.value is 0 or 1:
                ChangeButton(record.code, record.value, timeNs, handler);
                break;
        }
    }

    private MappedAxis? MappedOf(bool isAbsolute, ushort axis)
    {
        foreach (var mapped in _mapped)
            if (mapped.Is(isAbsolute, axis)) return mapped;
        return null;
    }

    /// <summary>Reports the touches that have now lasted for the least time of the settings.</summary>
    public void Elapse(long nowNs, InputHandler handler)
    {
        if (_contacts is not null) _fingers?.Elapse(_contacts.Slots, nowNs, handler);
    }

    /// <summary>
    /// Releases every key, button and finger that is held, and discards the frame that has begun. Called when the device is gone or its
    /// events were lost.
    /// </summary>
    public void ReleaseAll(long timeNs, InputHandler handler)
    {
        for (var code = 0; code < KEY_CNT; code++)
            if (IsHeld((KeyCode)code)) ChangeKey((ushort)code, 0, timeNs, handler);

        ForgetFrame();
        (_buttonsHeld, _touches) = (0, false);
        _contacts?.LiftAll();
        _fingers?.ReleaseAll(timeNs, handler);
        _touchpad?.Forget();
        FlushButtons(timeNs, handler);
    }

    private void ForgetFrame()
    {
        _mouse?.Forget();
        _wheel?.Forget();
    }

    private void Drop(long timeNs, InputHandler handler)
    {
        _dropped = true;
        ForgetFrame();
        if (_state is null) ReleaseAll(timeNs, handler);
    }

    private void EndFrame(long timeNs, InputHandler handler)
    {
        if (_dropped && _state is not null) Resynchronise(_state, timeNs, handler);
        _contacts?.EndFrame();
        _dropped = false;
        FlushPointer(timeNs, handler);
    }

    // Whatever cannot be read from the device counts as released.
    private void Resynchronise(IDeviceState state, long timeNs, InputHandler handler)
    {
        Span<byte> held = stackalloc byte[KEY_CNT / 8];
        if (!state.TryKeys(held)) held.Clear();
        for (var pass = 0; pass < 2; pass++) // Releases are sent first.
            for (ushort code = 0; code < KEY_CNT; code++)
            {
                if ((held[code / 8] >> code % 8 & 1) != pass) continue;
                if (_keys is not null && _keys.TryGetValue((KeyCode)code, out var other)) ChangeKey((ushort)other, pass, timeNs, handler);
                else if (IsKey(code)) ChangeKey(code, pass, timeNs, handler);
            }

        _buttonsHeld = held[BTN_LEFT / 8] | (held[BTN_TOUCH / 8] >> BTN_TOUCH % 8 & 1) << TouchBit; // BTN_LEFT is the first bit of a byte.
        if (_contacts?.Ask(state) == false) _contacts.LiftAll();
        _touchpad?.Forget();
    }

    private void ChangeKey(ushort code, int value, long timeNs, InputHandler handler)
    {
        var key = (KeyCode)code;
        var held = IsHeld(key);
        if (value is not (0 or 1) || held == (value == 1)) return; // Also drops the kernel's repeats: Keyboards generates its own.
        _keysHeld[code / 64] ^= 1UL << code % 64;
        handler(new InputEvent { Kind = held ? InputKind.KeyRelease : InputKind.KeyPress, TimeNs = timeNs, Device = _number, Key = key });
    }

    private bool IsHeld(KeyCode key) => (_keysHeld[(int)key / 64] >> (int)key % 64 & 1) != 0;

    /// <summary>The first position beyond the range that the device declares, in words; null if there was none.</summary>
    public string? Excess { get; private set; }

    private void NoteExcess(ushort axis, int value)
    {
        var (name, range) = axis is ABS_X or ABS_MT_POSITION_X ? ("X", _device.X) : ("Y", _device.Y);
        var (least, most) = (Math.Min(range.Minimum, range.Maximum), Math.Max(range.Minimum, range.Maximum));
        if (value < least || value > most)
            Excess = $"it declares {name} from {least} to {most}, and sends {value}; set its \"range\", or calibrate it";
    }

    private void MoveTo(ushort axis, int value, long timeNs, InputHandler handler)
    {
        if (Excess is null && _fingers is not null && axis is ABS_X or ABS_Y or ABS_MT_POSITION_X or ABS_MT_POSITION_Y)
            NoteExcess(axis, value);
        // A down and an up in one frame are sent as two frames. The axis value is taken even while records are dropped, because the
        // kernel sends an axis again only when it changes.
        if (!_dropped && _contacts!.Ends(axis, value) is >= 0 and var slot && !Knows(slot)) FlushPointer(timeNs, handler);
        // So are an up and a down: drivers whose ids are the numbers of the slots give the next contact the same one.
        if (!_dropped && _contacts!.Begins(axis, value) is >= 0 and var next && Knows(next, value)) FlushPointer(timeNs, handler);
        _contacts!.Take(axis, value, tracked: !_dropped);
    }

    private bool Knows(int slot) => Knows(slot, _contacts!.Slots[slot].Id);

    private bool Knows(int slot, int id) => _fingers?.Knows(slot, id) ?? _touchpad!.Knows(slot, id);

    private void ChangeButton(ushort code, int value, long timeNs, InputHandler handler)
    {
        int button;
        if (code is >= BTN_LEFT and <= BTN_TASK) button = 1 << code - BTN_LEFT;
        else if (code == BTN_TOUCH && _contacts is not null) button = 1 << TouchBit;
        else return;

        if (code == BTN_TOUCH && value == 0 && _device.Protocol == TouchProtocol.A) _contacts!.LiftAll();
        if ((_buttonsHeld & button) != 0 == (value == 1)) return;
        if ((_buttonsChanged & button) != 0) FlushPointer(timeNs, handler); // A down and an up in one frame are sent as two frames.
        _buttonsHeld ^= button;
        _buttonsChanged |= button;
    }

    private void FlushPointer(long timeNs, InputHandler handler)
    {
        if (_contacts is not null)
        {
            // On a single-touch screen or a tablet the left button counts as a touch, too.
            var touches = (_buttonsHeld & (1 << TouchBit | (_touchpad is null ? 1 : 0))) != 0;
            if (IsSingle && touches != _touches) _contacts.Touch(_touches = touches);
            var clicked = ((_buttonsHeld | _buttonsChanged) & (1 << TouchBit) - 1) != 0;
            _touchpad?.Flush(_contacts.Slots, clicked, timeNs, handler);
            _fingers?.Flush(_contacts.Slots, timeNs, handler);
        }
        _mouse?.Flush(timeNs, handler);
        FlushButtons(timeNs, handler);
        _wheel?.Flush(timeNs, handler);
    }

    // Button 0 of a touch screen or tablet is a finger, whose events have been sent already; multitouch panels have no buttons.
    private int ButtonsOfUse => (_mouse, _touchpad, _fingers) switch
    {
        ({ }, _, _) or (_, { }, _) => 0xff,
        (_, _, { }) when IsSingle => 0xfe,
        _ => 0,
    };

    private void FlushButtons(long timeNs, InputHandler handler)
    {
        var held = _buttonsHeld & ButtonsOfUse;
        var (released, pressed) = (_buttonsSent & ~held, held & ~_buttonsSent);
        (_buttonsSent, _buttonsChanged) = (held, 0);
        for (byte button = 0; button < TouchBit; button++)
            if ((released >> button & 1) != 0) handler(Button(InputKind.PointerUp, button, timeNs));
        for (byte button = 0; button < TouchBit; button++)
            if ((pressed >> button & 1) != 0) handler(Button(InputKind.PointerDown, button, timeNs));
    }

    private InputEvent Button(InputKind kind, byte button, long timeNs)
    {
        var (x, y) = _fingers?.Position ?? (0, 0);
        return new InputEvent
        {
            Kind = kind,
            TimeNs = timeNs,
            Device = _number,
            Button = button,
            IsRelative = _fingers is null,
            IsTouch = _device.Pointer == PointerKind.Touch,
            IsPen = _device.IsPen,
            X = x,
            Y = y,
        };
    }
}
