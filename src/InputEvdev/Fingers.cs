namespace InputEvdev;

/// <summary>
/// Turns contacts into fingers: assigns their numbers, maps their positions to the screen and applies the filters of the settings. Sends
/// a frame's moves first, then its ups, then its downs. A finger gets the lowest free number and keeps it until it lifts. There are
/// ten numbers; an eleventh finger is ignored.
/// </summary>
internal sealed class Fingers
{
    private enum Phase : byte
    {
        None,
        Pending, // The finger touches, but not long enough yet.
        Down,
        Lifted, // Was down and does not touch, but not long enough yet to be up.
        Ignored, // Ignored until it lifts: a palm, a touch at an edge, an eleventh finger, or a contact older than this object.
    }

    private struct Finger
    {
        public int Id; // The id of the finger's contact; -1 if it has none.
        public Phase Phase;
        public byte Number;
        public bool Hovers; // A single pointer also has a position while it does not touch.
        public long SinceNs;
        public double X, Y, Pressure, Size; // As in the last event.
        public PositionFilter? Filter; // Null if there is none.
    }

    private const int MaxFingers = 10;

    private DeviceClass _device;
    private readonly DeviceSettings _settings;
    private readonly int _number;
    private readonly bool _filtered;
    private readonly Finger[] _fingers;
    private CalibrationMatrix _transform;
    private int _taken; // The finger numbers in use, one bit each.

    /// <param name="device">How the device is used.</param>
    /// <param name="settings">The device's settings.</param>
    /// <param name="number">The device's number in this process.</param>
    /// <param name="contacts">The current contacts. No event is sent for them; a pointer's position is sent when it changes.</param>
    public Fingers(DeviceClass device, DeviceSettings settings, int number, ReadOnlySpan<Contact> contacts)
    {
        (_device, _settings, _number) = (device, settings, number);
        _filtered = device.Pointer == PointerKind.Touch;
        Calibrate(settings.Calibration ?? CalibrationMatrix.Identity);
        _fingers = new Finger[contacts.Length];
        _fingers[0].Hovers = device.Protocol is TouchProtocol.Single or TouchProtocol.Either;
        for (var i = 0; i < _fingers.Length; i++)
        {
            _fingers[i].Id = contacts[i].Id;
            _fingers[i].Filter = _filtered ? PositionFilter.Of(settings) : null;
            _fingers[i].Phase = contacts[i].Id >= 0 ? Phase.Ignored : Phase.None;
            (_fingers[i].X, _fingers[i].Y) = Place(contacts[i]);
        }
    }

    private long MinPressNs => _filtered ? (_settings.MinPressMs ?? 0) * 1_000_000L : 0;

    private long MinReleaseNs => _filtered ? (_settings.MinReleaseMs ?? 0) * 1_000_000L : 0;

    /// <summary>
    /// When the next touch or lift will have lasted long enough, CLOCK_MONOTONIC in ns; long.MaxValue if none is pending.
    /// </summary>
    public long DueNs
    {
        get
        {
            var due = long.MaxValue;
            if (MinPressNs == 0 && MinReleaseNs == 0) return due;
            foreach (ref readonly var finger in _fingers.AsSpan())
            {
                if (finger.Phase == Phase.Pending) due = Math.Min(due, finger.SinceNs + MinPressNs);
                if (finger.Phase == Phase.Lifted) due = Math.Min(due, finger.SinceNs + MinReleaseNs);
            }
            return due;
        }
    }

    /// <summary>The position of the first slot as in its last event. Button events have this position.</summary>
    public (double X, double Y) Position => (_fingers[0].X, _fingers[0].Y);

    /// <summary>Whether the slot's contact has this id since the last <see cref="Flush"/>.</summary>
    public bool Knows(int slot, int id) => _fingers[slot].Id == id;

    /// <summary>Sets the matrix that corrects positions from now on; they are rotated afterwards.</summary>
    public void Calibrate(CalibrationMatrix calibration) => _transform = _settings.Transform(calibration);

    /// <summary>Sets the ends of the axes from now on.</summary>
    public void SetRanges(Axis x, Axis y) => _device = _device with { X = x, Y = y };

    /// <summary>Sends the events for what has changed since the last call.</summary>
    public void Flush(ReadOnlySpan<Contact> contacts, long timeNs, InputHandler handler)
    {
        for (var i = 0; i < _fingers.Length; i++)
            if (contacts[i].Id == _fingers[i].Id) GoOn(ref _fingers[i], contacts[i], timeNs, handler);

        for (var i = 0; i < _fingers.Length; i++)
            if (contacts[i].Id != _fingers[i].Id && _fingers[i].Id >= 0) Lift(ref _fingers[i], contacts[i], timeNs, handler);

        for (var i = 0; i < _fingers.Length; i++)
            if (contacts[i].Id >= 0 && _fingers[i].Id < 0) Begin(ref _fingers[i], contacts[i], timeNs, handler);
    }

    /// <summary>Sends the events of fingers that have now touched, or not touched, long enough.</summary>
    public void Elapse(ReadOnlySpan<Contact> contacts, long nowNs, InputHandler handler)
    {
        for (var i = 0; i < _fingers.Length; i++)
        {
            if (_fingers[i].Phase == Phase.Lifted && nowNs - _fingers[i].SinceNs >= MinReleaseNs) Up(ref _fingers[i], nowNs, handler);
            if (contacts[i].Id == _fingers[i].Id) Press(ref _fingers[i], contacts[i], nowNs, handler);
        }
    }

    /// <summary>Lifts every finger at its last position.</summary>
    public void ReleaseAll(long timeNs, InputHandler handler)
    {
        foreach (ref var finger in _fingers.AsSpan()) Up(ref finger, timeNs, handler);
    }

    private void Begin(ref Finger finger, in Contact contact, long timeNs, InputHandler handler)
    {
        if (finger.Phase == Phase.Lifted && timeNs - finger.SinceNs < MinReleaseNs)
        {
            (finger.Id, finger.Phase) = (contact.Id, Phase.Down);
            GoOn(ref finger, contact, timeNs, handler);
            return;
        }
        if (finger.Phase == Phase.Lifted) Up(ref finger, timeNs, handler); // The timer is late.
        (finger.Id, finger.SinceNs) = (contact.Id, timeNs);
        var (x, y) = Place(contact);
        finger.Phase = IsPalm(contact) || IsEdge(x, y) ? Phase.Ignored : Phase.Pending;
        Press(ref finger, contact, timeNs, handler);
    }

    private void GoOn(ref Finger finger, in Contact contact, long timeNs, InputHandler handler)
    {
        switch (finger.Phase)
        {
            case Phase.None when finger.Hovers && _taken == 0:
                MoveTo(ref finger, contact, Place(contact), timeNs, handler);
                break;
            case Phase.Pending or Phase.Down when IsPalm(contact):
                var id = finger.Id;
                Up(ref finger, timeNs, handler);
                (finger.Id, finger.Phase) = (id, Phase.Ignored);
                break;
            case Phase.Pending:
                Press(ref finger, contact, timeNs, handler);
                break;
            case Phase.Down:
                MoveTo(ref finger, contact, Calmed(finger, Filtered(finger, Place(contact))), timeNs, handler);
                break;
        }
    }

    // A single pointer's last move may come with its lift. With slots no move is sent: the slot's contact is already the next one, or its
    // position is no longer valid.
    private void Lift(ref Finger finger, in Contact contact, long timeNs, InputHandler handler)
    {
        if (finger.Phase == Phase.Down && finger.Hovers)
            MoveTo(ref finger, contact, Calmed(finger, Filtered(finger, Place(contact))), timeNs, handler);
        if (finger.Phase == Phase.Down && MinReleaseNs > 0)
        {
            (finger.Id, finger.Phase, finger.SinceNs) = (-1, Phase.Lifted, timeNs);
            return;
        }
        Up(ref finger, timeNs, handler);
        if (finger.Hovers) (finger.X, finger.Y) = Place(contact); // A motion that was filtered out is not sent later.
    }

    private void Press(ref Finger finger, in Contact contact, long timeNs, InputHandler handler)
    {
        if (finger.Phase != Phase.Pending || timeNs - finger.SinceNs < MinPressNs) return;
        var number = System.Numerics.BitOperations.TrailingZeroCount(~_taken);
        if (number >= MaxFingers)
        {
            finger.Phase = Phase.Ignored;
            return;
        }
        if (finger.Hovers && _taken == 0) MoveTo(ref finger, contact, Place(contact), timeNs, handler);
        (finger.Phase, finger.Number, _taken) = (Phase.Down, (byte)number, _taken | 1 << number);
        (finger.X, finger.Y) = Place(contact);
        finger.Filter?.Begin((finger.X, finger.Y));
        (finger.Pressure, finger.Size) = (PressureOf(contact), SizeOf(contact));
        handler(Event(InputKind.PointerDown, finger, timeNs));
    }

    private void Up(ref Finger finger, long timeNs, InputHandler handler)
    {
        if (finger.Phase is Phase.Down or Phase.Lifted)
        {
            _taken &= ~(1 << finger.Number);
            (finger.Pressure, finger.Size) = (0, 0);
            handler(Event(InputKind.PointerUp, finger, timeNs));
        }
        (finger.Id, finger.Phase, finger.Number) = (-1, Phase.None, 0);
    }

    private void MoveTo(ref Finger finger, in Contact contact, (double X, double Y) place, long timeNs, InputHandler handler)
    {
        if (place == (finger.X, finger.Y)) return;
        (finger.X, finger.Y) = place;
        if (finger.Phase == Phase.Down) (finger.Pressure, finger.Size) = (PressureOf(contact), SizeOf(contact));
        handler(Event(InputKind.PointerMove, finger, timeNs));
    }

    private (double X, double Y) Place(in Contact contact)
    {
        var (x, y) = _transform.Apply(_device.X.Place(contact.X), _device.Y.Place(contact.Y));
        return (Math.Clamp(x, 0, 1), Math.Clamp(y, 0, 1));
    }

    private static (double X, double Y) Filtered(in Finger finger, (double X, double Y) place) => finger.Filter?.Take(place) ?? place;

    // The position follows the finger as if on a leash of this length: trembling within it moves nothing, and no motion jumps.
    private (double X, double Y) Calmed(in Finger finger, (double X, double Y) place)
    {
        if (!_filtered || _settings.Jitter is not (> 0 and var leash)) return place;
        return (Math.Clamp(finger.X, place.X - leash, place.X + leash), Math.Clamp(finger.Y, place.Y - leash, place.Y + leash));
    }

    private bool IsPalm(in Contact contact) => _filtered && _settings.Palm is { } palm
        && (contact.Tool == LinuxInput.MT_TOOL_PALM || PressureOf(contact) >= palm.Pressure || SizeOf(contact) >= palm.Size);

    private bool IsEdge(double x, double y) =>
        _filtered && _settings.Edge is > 0 and var edge && (x < edge || y < edge || x > 1 - edge || y > 1 - edge);

    private double PressureOf(in Contact contact) => _device.Pressure.IsUsable ? _device.Pressure.Fraction(contact.Pressure) : 0;

    private double SizeOf(in Contact contact) =>
        _device.HasSize ? Math.Clamp(contact.Major / Math.Abs((double)_device.X.Maximum - _device.X.Minimum), 0, 1) : 0;

    private InputEvent Event(InputKind kind, in Finger finger, long timeNs) => new()
    {
        Kind = kind,
        TimeNs = timeNs,
        Device = _number,
        Finger = finger.Number,
        IsTouch = _device.Pointer == PointerKind.Touch,
        IsPen = _device.IsPen,
        X = finger.X,
        Y = finger.Y,
        Pressure = finger.Pressure,
        Size = finger.Size,
    };
}
