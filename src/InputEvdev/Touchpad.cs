namespace InputEvdev;

/// <summary>
/// Uses a touchpad as a mouse: the motion of the finger that touched first moves the pointer, and a short touch that does not move is a
/// click of the left button. Additional fingers have no effect of their own.
/// </summary>
internal sealed class Touchpad(DeviceClass device, int number)
{
    private const double CountsPerMm = 20, CountsPerWidth = 1500; // Per width: used if the device does not report its resolution.
    private const long TapNs = 180_000_000;
    private const double TapCounts = 30;

    private int _slot = -1, _id; // The slot and the id of the finger that moves the pointer.
    private int _x, _y;
    private long _sinceNs;
    private double _way; // The distance that this finger has moved.
    private bool _alone; // True if no other finger has touched meanwhile.

    private readonly double _scale = device.Resolution > 0
        ? CountsPerMm / device.Resolution
        : CountsPerWidth / Math.Abs((double)device.X.Maximum - device.X.Minimum);

    /// <summary>False if the contact must be flushed before it ends, because it may be a tap that is not known here yet.</summary>
    public bool Knows(int slot, int id) => _slot >= 0 && (_slot != slot || _id == id);

    /// <summary>Forgets the current finger, without a tap.</summary>
    public void Forget() => _slot = -1;

    /// <summary>Sends the motion or the tap since the last call.</summary>
    public void Flush(ReadOnlySpan<Contact> contacts, bool clicked, long timeNs, InputHandler handler)
    {
        _alone &= !clicked && Touching(contacts) <= 1;
        if (_slot >= 0 && contacts[_slot].Id != _id)
        {
            if (_alone && _way <= TapCounts && timeNs - _sinceNs is >= 0 and <= TapNs) Tap(timeNs, handler);
            _slot = -1;
        }
        if (_slot >= 0) Follow(contacts[_slot], timeNs, handler);
        else Lead(contacts, timeNs);
    }

    private static int Touching(ReadOnlySpan<Contact> contacts)
    {
        var count = 0;
        foreach (ref readonly var contact in contacts)
            if (contact.Id >= 0) count++;
        return count;
    }

    private void Lead(ReadOnlySpan<Contact> contacts, long timeNs)
    {
        for (var i = 0; i < contacts.Length && _slot < 0; i++)
            if (contacts[i].Id >= 0) (_slot, _id, _x, _y) = (i, contacts[i].Id, contacts[i].X, contacts[i].Y);
        (_sinceNs, _way, _alone) = (timeNs, 0, Touching(contacts) == 1);
    }

    private void Follow(in Contact contact, long timeNs, InputHandler handler)
    {
        if (contact.X == _x && contact.Y == _y) return;
        // Positions are clamped to the ends of the axes, which limits the motion that a broken device can cause.
        double x = Motion(device.X, _x, contact.X), y = Motion(device.Y, _y, contact.Y);
        (_x, _y) = (contact.X, contact.Y);
        _way += double.Hypot(x, y);
        handler(new InputEvent { Kind = InputKind.PointerMove, TimeNs = timeNs, Device = number, IsRelative = true, X = x, Y = y });
    }

    private double Motion(Axis axis, int from, int to) =>
        (axis.Fraction(to) - axis.Fraction(from)) * Math.Abs((double)axis.Maximum - axis.Minimum) * _scale;

    private void Tap(long timeNs, InputHandler handler)
    {
        handler(new InputEvent { Kind = InputKind.PointerDown, TimeNs = timeNs, Device = number, IsRelative = true });
        handler(new InputEvent { Kind = InputKind.PointerUp, TimeNs = timeNs, Device = number, IsRelative = true });
    }
}
