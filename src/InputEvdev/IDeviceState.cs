namespace InputEvdev;

/// <summary>
/// The current state of a device, read from the kernel or from a recording. Every method returns false if the state cannot be read, for
/// example because the device is gone.
/// </summary>
internal interface IDeviceState
{
    /// <summary>Reads the keys and buttons that are held, one bit each: KEY_CNT / 8 bytes (EVIOCGKEY).</summary>
    bool TryKeys(Span<byte> bits);

    /// <summary>Reads the value of an axis (EVIOCGABS).</summary>
    bool TryAxis(int axis, out int value);

    /// <summary>Reads the value of a multitouch axis in each slot, from slot 0 on (EVIOCGMTSLOTS).</summary>
    bool TrySlots(int axis, Span<int> values);
}
