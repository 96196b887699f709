using static InputEvdev.LinuxInput;

namespace InputEvdev.Tests;

/// <summary>A decoder with what it said, and the records of the kernel in short.</summary>
internal sealed class Recorder
{
    private readonly EvdevDecoder _decoder;

    public Recorder(DeviceClass device, DeviceSettings? settings = null, IDeviceState? state = null) =>
        _decoder = new EvdevDecoder(device, settings ?? new DeviceSettings { Acceleration = 0 }, state, number: 7);

    public List<InputEvent> Events { get; } = [];

    public static DeviceClass TouchScreen => new(false, PointerKind.Touch, new Axis(0, 100, 0), new Axis(0, 100, 0));
    public static DeviceClass Tablet => new(false, PointerKind.Tablet, new Axis(0, 100, 0), new Axis(0, 100, 0));
    public static DeviceClass Mouse => new(false, PointerKind.Mouse);
    public static DeviceClass Multitouch => TouchScreen with { Protocol = TouchProtocol.B, Slots = 12 };
    public static DeviceClass ProtocolA => TouchScreen with { Protocol = TouchProtocol.A };
    public static DeviceClass Keyboard => new(true, PointerKind.None);

    public static input_event Record(int type, int code, int value) =>
        new() { tv_sec = 7, tv_usec = 5, type = (ushort)type, code = (ushort)code, value = value };

    public static input_event Report => Record(EV_SYN, SYN_REPORT, 0);
    public static input_event Dropped => Record(EV_SYN, SYN_DROPPED, 0);
    public static input_event Abs(int axis, int value) => Record(EV_ABS, axis, value);
    public static input_event Slot(int slot) => Record(EV_ABS, ABS_MT_SLOT, slot);
    public static input_event Rel(int axis, int value) => Record(EV_REL, axis, value);
    public static input_event Key(KeyCode key, int value) => Record(EV_KEY, (int)key, value);
    public static input_event Button(int button, int value) => Record(EV_KEY, button, value);

    public Recorder Send(params input_event[] records)
    {
        foreach (var record in records) _decoder.Decode(record, Keep);
        return this;
    }

    public Recorder Gone()
    {
        _decoder.ReleaseAll(9, Keep);
        return this;
    }

    public Recorder Elapse(long nowNs)
    {
        _decoder.Elapse(nowNs, Keep);
        return this;
    }

    public void Keep(in InputEvent e) => Events.Add(e);

    /// <summary>The events as short lines: "down 0 0.5,0.25", "move 0.5,0.25", "motion 3,-1", "press KEY_A a".</summary>
    public string Said => string.Join("; ", Events.Select(Line));

    public static string Line(InputEvent e) => e.Kind switch
    {
        InputKind.KeyPress => $"press {e.Key} {e.Text}".TrimEnd(' '),
        InputKind.KeyRepeat => $"repeat {e.Key} {e.Text}".TrimEnd(' '),
        InputKind.KeyRelease => $"release {e.Key}",
        _ => EventText.Of(e),
    };
}
