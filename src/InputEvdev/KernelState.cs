using System.Runtime.CompilerServices;
using static InputEvdev.LinuxInput;
using static Tmds.Linux.LibC;

namespace InputEvdev;

/// <summary>Reads the state of an open device node from the kernel. The caller remains the owner of the file.</summary>
internal sealed unsafe class KernelState(int file) : IDeviceState
{
    public bool TryKeys(Span<byte> bits)
    {
        bits.Clear();
        fixed (byte* p = bits) return ioctl(file, EVIOCGKEY(bits.Length), p) >= 0;
    }

    public bool TryAxis(int axis, out int value)
    {
        input_absinfo info;
        var known = ioctl(file, EVIOCGABS(axis), &info) >= 0;
        value = known ? info.value : 0;
        return known;
    }

    public bool TrySlots(int axis, Span<int> values)
    {
        var request = stackalloc int[1 + values.Length];
        request[0] = axis;
        if (ioctl(file, EVIOCGMTSLOTS((1 + values.Length) * sizeof(int)), request) < 0) return false;
        new ReadOnlySpan<int>(request + 1, values.Length).CopyTo(values);
        return true;
    }

    /// <summary>
    /// Reads what the device can do. Whatever the device does not support stays zero: no bits are set, and axes have no range.
    /// </summary>
    public EvdevCapabilities Capabilities()
    {
        var c = new EvdevCapabilities();
        Ask(EVIOCGBIT(EV_KEY, c.Keys.Length), ref c.Keys[0]);
        Ask(EVIOCGBIT(EV_REL, c.Relative.Length), ref c.Relative[0]);
        Ask(EVIOCGBIT(EV_ABS, c.Absolute.Length), ref c.Absolute[0]);
        Ask(EVIOCGPROP(c.Properties.Length), ref c.Properties[0]);
        for (var axis = 0; axis < ABS_CNT; axis++)
            if (EvdevCapabilities.Has(c.Absolute, axis)) Ask(EVIOCGABS(axis), ref Unsafe.As<input_absinfo, byte>(ref c.Axes[axis]));
        return c;
    }

    public input_id Id()
    {
        var id = default(input_id);
        Ask(EVIOCGID, ref Unsafe.As<input_id, byte>(ref id));
        return id;
    }

    private void Ask(int request, ref byte answer)
    {
        fixed (byte* bytes = &answer) _ = ioctl(file, request, bytes);
    }
}
