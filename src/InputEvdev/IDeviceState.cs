namespace InputEvdev;

/// <summary>
/// What a device answers when it is asked how it stands: the kernel, or a recording. Every question may fail (false): a stream
/// knows nothing, and a device that is gone neither.
/// </summary>
internal interface IDeviceState
{
    /// <summary>The keys and buttons held, a bit each: KEY_CNT / 8 bytes (EVIOCGKEY).</summary>
    bool TryKeys(Span<byte> bits);

    /// <summary>The value of an axis (EVIOCGABS).</summary>
    bool TryAxis(int axis, out int value);

    /// <summary>The value of a multitouch axis in each slot, from slot 0 on (EVIOCGMTSLOTS).</summary>
    bool TrySlots(int axis, Span<int> values);
}
