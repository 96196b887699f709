using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using InputEvdev.Tests;
using Tmds.Linux;
using static Tmds.Linux.LibC;

/// <summary>A recorded device made again by the kernel (linux/uinput.h). Needs /dev/uinput; gone when disposed.</summary>
internal sealed unsafe class UinputDevice : IDisposable
{
    private const int UI_DEV_CREATE = 0x5501, UI_DEV_DESTROY = 0x5502, UI_DEV_SETUP = 0x405c5503, UI_ABS_SETUP = 0x401c5504;
    private const int UI_SET_EVBIT = 0x40045564, UI_SET_KEYBIT = 0x40045565, UI_SET_RELBIT = 0x40045566, UI_SET_PROPBIT = 0x4004556e;
    private const int SysnameLength = 64, UI_GET_SYSNAME = unchecked((int)0x80000000) | SysnameLength << 16 | 0x552c;
    private const int ABS_MT_SLOT = 0x2f, ABS_MT_POSITION_X = 0x35, ABS_MT_POSITION_Y = 0x36, ABS_MT_TRACKING_ID = 0x39;

    private int _file;

    /// <exception cref="IOException">There is no uinput, or the kernel does not take such a device.</exception>
    public UinputDevice(DeviceRecording recording)
    {
        fixed (byte* path = "/dev/uinput\0"u8) _file = Must(open(path, O_WRONLY | O_CLOEXEC, 0), "/dev/uinput");
        try
        {
            Describe(recording);
            Must(ioctl(_file, UI_DEV_CREATE, 0), "the device");
        }
        catch
        {
            close(_file);
            throw;
        }
        Path = FindNode();
    }

    /// <summary>Its node, as /dev/input/event7.</summary>
    public string Path { get; }

    /// <summary>Sends records and a SYN_REPORT.</summary>
    public void Send(params ReadOnlySpan<RecordedEvent> events)
    {
        foreach (var e in events) Send(e);
        Send(new RecordedEvent(Codes.EV_SYN, 0, 0));
    }

    /// <summary>Brings it to where it stands when it is opened.</summary>
    public void Bring(RecordedState state)
    {
        var events = new List<RecordedEvent>();
        foreach (var (slot, (id, x, y)) in state.Slots.OrderBy(s => s.Key))
        {
            (int Code, int Value)[] values = [(ABS_MT_SLOT, slot), (ABS_MT_TRACKING_ID, id),
                (ABS_MT_POSITION_X, x), (ABS_MT_POSITION_Y, y)];
            events.AddRange(values.Select(v => new RecordedEvent(Codes.EV_ABS, v.Code, v.Value)));
        }
        events.AddRange(state.Axes.Select(axis => new RecordedEvent(Codes.EV_ABS, axis.Key, axis.Value)));
        events.AddRange(state.Held.Select(key => new RecordedEvent(Codes.EV_KEY, key, 1)));
        Send([.. events]);
    }

    public void Dispose()
    {
        if (_file < 0) return;
        _ = ioctl(_file, UI_DEV_DESTROY, 0);
        close(_file);
        _file = -1;
    }

    private void Describe(DeviceRecording recording)
    {
        Bits(Codes.EV_KEY, UI_SET_KEYBIT, recording.Keys);
        Bits(Codes.EV_REL, UI_SET_RELBIT, recording.Relative);
        foreach (var property in recording.Properties) Must(ioctl(_file, UI_SET_PROPBIT, property), "a property");
        if (recording.Absolute.Count > 0) Must(ioctl(_file, UI_SET_EVBIT, Codes.EV_ABS), "EV_ABS");
        foreach (var axis in recording.Absolute)
        {
            int[] values = [axis.Code, axis.Value, axis.Minimum, axis.Maximum, 0, 0, axis.Resolution];
            fixed (int* setup = values) Must(ioctl(_file, UI_ABS_SETUP, setup), $"axis {axis.Code} from {axis.Minimum} to {axis.Maximum}");
        }
        var device = new byte[92]; // bus, vendor, product, version; the name's 80 bytes; and no force feedback
        BinaryPrimitives.WriteUInt16LittleEndian(device, (ushort)recording.Bus);
        BinaryPrimitives.WriteUInt16LittleEndian(device.AsSpan(2), (ushort)recording.Vendor);
        BinaryPrimitives.WriteUInt16LittleEndian(device.AsSpan(4), (ushort)recording.Product);
        Encoding.UTF8.GetBytes(recording.Name, device.AsSpan(8, 79));
        fixed (byte* p = device) Must(ioctl(_file, UI_DEV_SETUP, p), "the device's name");
    }

    private void Bits(int type, int request, List<int> codes)
    {
        if (codes.Count > 0) Must(ioctl(_file, UI_SET_EVBIT, type), "an event type");
        foreach (var code in codes) Must(ioctl(_file, request, code), $"code {code}");
    }

    private string FindNode()
    {
        var name = stackalloc byte[SysnameLength];
        Must(ioctl(_file, UI_GET_SYSNAME, name), "the device's name in /sys");
        var folder = $"/sys/devices/virtual/input/{Marshal.PtrToStringUTF8((nint)name)}";
        var node = "/dev/input/" + System.IO.Path.GetFileName(Directory.GetDirectories(folder, "event*").Single());
        for (var i = 0; i < 1000 && !File.Exists(node); i++) Thread.Sleep(5); // devtmpfs, or udev, makes it
        return node;
    }

    private void Send(RecordedEvent e)
    {
        Span<byte> record = stackalloc byte[24]; // the kernel sets the time
        record.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(record[16..], (ushort)e.Type);
        BinaryPrimitives.WriteUInt16LittleEndian(record[18..], (ushort)e.Code);
        BinaryPrimitives.WriteInt32LittleEndian(record[20..], e.Value);
        fixed (byte* p = record) Must((int)write(_file, p, 24), "a record");
    }

    private static int Must(int result, string what) =>
        result >= 0 ? result : throw new IOException($"{what}: {Marshal.GetPInvokeErrorMessage(errno)}");
}
