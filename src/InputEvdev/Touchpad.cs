namespace InputEvdev;

/// <summary>
/// A touchpad as a mouse: the motion of the finger that was there first moves the pointer, and a short touch that does not move is a
/// click of the left button. More fingers do nothing of their own.
/// </summary>
internal sealed class Touchpad(DeviceClass device, int number)
{
    private const double CountsPerMm = 20, CountsPerWidth = 1500; // The width, where the device does not say how large it is.
    private const long TapNs = 180_000_000;
    private const double TapCounts = 30;

    private int _slot = -1, _id; // Of the finger that leads.
    private int _x, _y;
    private long _sinceNs;
    private double _way; // How far it has come.
    private bool _alone; // Whether no other finger touched meanwhile.

    private readonly double _scale = device.Resolution > 0
        ? CountsPerMm / device.Resolution
        : CountsPerWidth / Math.Abs((double)device.X.Maximum - device.X.Minimum);

    /// <summary>Whether the slot's contact is the one that was told here last.</summary>
    public bool Knows(int slot, int id) => _slot >= 0 && (_slot != slot || _id == id);

    /// <summary>Nothing touches any more, and no tap was meant.</summary>
    public void Forget() => _slot = -1;

    /// <summary>Says the motion or the tap since the last time.</summary>
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
        // The axes' ends bound what a broken device can move by.
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
