using CsCheck;
using static InputEvdev.LinuxInput;

namespace InputEvdev.Tests;

/// <summary>Random records against a model of what is held and where the pointer is; for multitouch, what no records may break.</summary>
public class DecoderPropertyTests
{
    private static readonly Gen<int> Value = Gen.Frequency((6, Gen.Int[0, 2]), (3, Gen.Int[-10, 110]), (1, Gen.Int));
    private static readonly Gen<int> KeyOrButton = Gen.Frequency(
        (4, Gen.Const((int)BTN_TOUCH)), (4, Gen.Int[BTN_LEFT, BTN_TASK]), (4, Gen.Int[28, 58]), (1, Gen.Int[0, 0xffff]));
    private static readonly Gen<input_event> Record = Gen.Frequency(
        (6, Gen.Select(KeyOrButton, Value, (code, value) => Recorder.Record(EV_KEY, code, value))),
        (4, Gen.Select(Gen.Int[0, 2], Value, (axis, value) => Recorder.Record(EV_ABS, axis, value))),
        (2, Gen.Select(Gen.Int[0, 2], Value, (axis, value) => Recorder.Record(EV_REL, axis, value))),
        (4, Gen.Const(Recorder.Report)),
        (1, Gen.Const(Recorder.Dropped)),
        (1, Gen.Select(Gen.Int[0, 0xffff], Gen.Int[0, 0xffff], Gen.Int, Recorder.Record)));
    private static readonly DeviceClass[] Devices = [Recorder.TouchScreen, Recorder.Tablet, Recorder.Mouse, Recorder.Keyboard];
    private static readonly Gen<DeviceClass> Device = Gen.Int[0, Devices.Length - 1].Select(i => Devices[i]);

    private static readonly Gen<int> Slotted = Gen.Frequency((3, Gen.Const((int)ABS_MT_SLOT)), (4, Gen.Const((int)ABS_MT_TRACKING_ID)),
        (2, Gen.Int[ABS_MT_POSITION_X, ABS_MT_POSITION_Y]), (1, Gen.Int[ABS_MT_SLOT - 1, ABS_MT_PRESSURE + 1]));
    private static readonly Gen<int> SlottedValue = Gen.Frequency((3, Gen.Int[-1, 2]),
        (3, Gen.Int[0, 15]), (2, Gen.Int[-10, 110]), (1, Gen.Int));
    private static readonly Gen<input_event> TouchRecord = Gen.Frequency(
        (10, Gen.Select(Slotted, SlottedValue, (axis, value) => Recorder.Record(EV_ABS, axis, value))),
        (3, Gen.Const(Recorder.Record(EV_SYN, SYN_MT_REPORT, 0))),
        (6, Record));
    private static readonly DeviceClass[] TouchDevices =
    [
        Recorder.Multitouch, Recorder.ProtocolA, Recorder.TouchScreen, DeviceClass.OfStream(101, 101, new DeviceSettings()),
        Recorder.Multitouch with { Pointer = PointerKind.Touchpad, Slots = 3 },
        Recorder.TouchScreen with { Pointer = PointerKind.Touchpad },
        Recorder.Multitouch with { X = new Axis(100, 0, 50), Pressure = new Axis(0, 10, 0), HasSize = true },
    ];
    private static readonly DeviceSettings[] Settings =
    [
        new(), new() { Jitter = 0.05, MinPressMs = 10, Edge = 0.05, Palm = new PalmFilter(0.8, 0.5) },
        new() { Calibration = new CalibrationMatrix(3, -2, -0.5, 1, 4, -1), SwapXY = true, InvertX = true, Rotate = 90 },
    ];

    [Fact]
    public void After_each_frame_what_was_said_is_what_the_records_say() =>
        Gen.Select(Device, Record.Array[0, 200]).Sample(Check);

    [Fact]
    public void Of_every_down_there_is_one_up_whatever_contacts_do_and_whatever_the_device_answers_when_records_were_lost() =>
        Gen.Select(Gen.Int[0, TouchDevices.Length - 1], Gen.Int[0, Settings.Length - 1], TouchRecord.Array[0, 300], Gen.Int[0, 1000])
            .Sample(CheckTouches);

    [Fact]
    public void A_slotted_panel_has_as_many_fingers_down_as_contacts_up_to_ten() =>
        Gen.Select(Gen.Int[0, 11], Gen.Int[-1, 20]).Array[0, 100].Sample(CheckFingers);

    private static void CheckTouches(int device, int settings, input_event[] records, int seed)
    {
        var recorder = new Recorder(TouchDevices[device], Settings[settings], seed % 3 == 0 ? null : new RandomState(seed));
        foreach (var (i, record) in records.Index())
        {
            recorder.Send(record with { tv_usec = 5000 * i });
            if (i % 16 == 15) recorder.Elapse(7_000_000_000 + 5_000_000 * i);
        }
        Replay(recorder.Events, TouchDevices[device]);
        var (keys, buttons, _, _) = Replay(recorder.Gone().Events, TouchDevices[device]);
        Assert.Empty(keys);
        Assert.Empty(buttons);
    }

    private static void CheckFingers((int Slot, int Id)[] changes)
    {
        var recorder = new Recorder(Recorder.Multitouch);
        var contacts = new Dictionary<int, int>();
        foreach (var (slot, id) in changes)
        {
            recorder.Send(Recorder.Slot(slot), Recorder.Abs(ABS_MT_TRACKING_ID, id), Recorder.Report);
            if (id < 0) contacts.Remove(slot);
            else contacts[slot] = id;
            if (contacts.Count > 10) return; // The eleventh is ignored until it lifts, also when another lifts before.
            Assert.Equal(contacts.Count, Replay(recorder.Events, Recorder.Multitouch).Buttons.Count);
        }
    }

    private static void Check(DeviceClass device, input_event[] records)
    {
        var recorder = new Recorder(device);
        var model = new Model(device);
        foreach (var record in records)
        {
            recorder.Send(record);
            model.Take(record);
            if (record is { type: EV_SYN, code: SYN_REPORT or SYN_DROPPED })
                model.Compare(Replay(recorder.Events, device), positions: record.code == SYN_REPORT);
        }
        var (keys, buttons, _, _) = Replay(recorder.Gone().Events, device);
        Assert.Empty(keys);
        Assert.Empty(buttons);
    }

    /// <summary>What someone who sees only the events believes, checking that each may follow the ones before.</summary>
    private static (HashSet<KeyCode> Keys, HashSet<(int Finger, int Button)> Buttons, double X, double Y) Replay(
        List<InputEvent> events, DeviceClass device)
    {
        var (keys, buttons) = (new HashSet<KeyCode>(), new HashSet<(int, int)>());
        var relative = device.Pointer is PointerKind.Mouse or PointerKind.Touchpad;
        double x = 0, y = 0;
        foreach (var e in events)
        {
            Assert.Equal(7, e.Device);
            Assert.InRange(e.Finger, 0, device.Slots == 0 && device.Protocol == TouchProtocol.Single ? 0 : 9);
            if (e.Kind == InputKind.KeyPress) Assert.True(keys.Add(e.Key));
            Assert.NotEqual(InputKind.KeyRepeat, e.Kind);
            if (e.Kind == InputKind.KeyRelease) Assert.True(keys.Remove(e.Key));
            if (e.Kind == InputKind.PointerDown) Assert.True(buttons.Add((e.Finger, e.Button)));
            if (e.Kind == InputKind.PointerUp) Assert.True(buttons.Remove((e.Finger, e.Button)));
            if (e.Kind is < InputKind.PointerMove or InputKind.Scroll) continue;
            Assert.Equal(relative, e.IsRelative);
            Assert.InRange(e.Pressure, 0, 1);
            Assert.InRange(e.Size, 0, 1);
            if (e.IsRelative && e.Kind == InputKind.PointerMove) (x, y) = (x + e.X, y + e.Y);
            if (e.IsRelative) continue;
            Assert.InRange(e.X, 0, 1);
            Assert.InRange(e.Y, 0, 1);
            (x, y) = (e.X, e.Y);
        }
        return (keys, buttons, x, y);
    }

    /// <summary>Answers anything, or not at all.</summary>
    private sealed class RandomState(int seed) : IDeviceState
    {
        private readonly Random _random = new(seed);

        public bool TryKeys(Span<byte> bits)
        {
            foreach (ref var bit in bits) bit = (byte)(_random.Next() & _random.Next() & _random.Next());
            return _random.Next(4) > 0;
        }

        public bool TryAxis(int axis, out int value)
        {
            value = _random.Next(-5, 120);
            return _random.Next(4) > 0;
        }

        public bool TrySlots(int axis, Span<int> values)
        {
            foreach (ref var value in values) value = _random.Next(3) == 0 ? -1 : _random.Next(-5, 20);
            return _random.Next(4) > 0;
        }
    }

    private sealed class Model(DeviceClass device)
    {
        private readonly HashSet<int> _held = [];    // Keys and buttons by their code.
        private readonly HashSet<int> _changed = []; // Buttons, in this frame.
        private double _x, _y;                    // A fraction, or a mouse's way so far.
        private double _frameX, _frameY;          // A mouse's motion in this frame.
        private bool _dropped;

        public void Take(input_event record)
        {
            var mouse = device.Pointer == PointerKind.Mouse;
            if (record.type == EV_SYN && record.code == SYN_DROPPED)
            {
                _held.Clear();
                _changed.Clear();
                _dropped = true;
                (_frameX, _frameY) = (0, 0);
            }
            else if (record.type == EV_SYN && record.code == SYN_REPORT)
            {
                EndFrame();
                _dropped = false;
            }
            else if (record.type == EV_ABS && device.X.IsUsable)
            {
                if (record.code == ABS_X) _x = device.X.Fraction(record.value);
                if (record.code == ABS_Y) _y = device.Y.Fraction(record.value);
            }
            else if (record.type == EV_REL && mouse && !_dropped)
            {
                if (record.code == REL_X) _frameX += record.value;
                if (record.code == REL_Y) _frameY += record.value;
            }
            else if (record.type == EV_KEY && !_dropped)
            {
                var changes = record.value switch { 0 => _held.Remove(record.code), 1 => _held.Add(record.code), _ => false };
                if (!changes || record.code is < BTN_LEFT or > BTN_TASK || _changed.Add(record.code)) return;
                EndFrame(); // Down and up in one frame are two frames: the first is told, whatever is lost after it.
                _changed.Add(record.code);
            }
        }

        private void EndFrame()
        {
            (_x, _y, _frameX, _frameY) = (_x + _frameX, _y + _frameY, 0, 0);
            _changed.Clear();
        }

        public void Compare((HashSet<KeyCode> Keys, HashSet<(int, int)> Buttons, double X, double Y) said, bool positions)
        {
            Assert.Equal(_held.Where(code => IsKey(code)).Order(), said.Keys.Select(key => (int)key).Order());

            var buttons = _held.Where(code => code is >= BTN_LEFT and <= BTN_TASK).Select(code => (0, code - BTN_LEFT)).ToHashSet();
            if (_held.Contains(BTN_TOUCH) && device.Pointer != PointerKind.Mouse) buttons.Add((0, 0));
            if (device.Pointer == PointerKind.None) buttons.Clear();
            Assert.Equal(buttons.Order(), said.Buttons.Order());

            if (positions) Assert.Equal((_x, _y), (said.X, said.Y));
        }
    }
}
