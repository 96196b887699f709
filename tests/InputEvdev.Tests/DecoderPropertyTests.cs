using CsCheck;
using static InputEvdev.LinuxInput;

namespace InputEvdev.Tests;

/// <summary>Random records against a model of what is held and where the pointer is.</summary>
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
    private static readonly DeviceClass[] Devices =
        [Recorder.TouchScreen, Recorder.Tablet, Recorder.Mouse, Recorder.Keyboard, DeviceClass.OfStream(800, 480)];
    private static readonly Gen<DeviceClass> Device = Gen.Int[0, Devices.Length - 1].Select(i => Devices[i]);

    [Fact]
    public void After_each_frame_what_was_said_is_what_the_records_say() =>
        Gen.Select(Device, Record.Array[0, 200]).Sample(Check);

    private static void Check(DeviceClass device, input_event[] records)
    {
        var recorder = new Recorder(device);
        var model = new Model(device);
        foreach (var record in records)
        {
            recorder.Send(record);
            model.Take(record);
            if (record is { type: EV_SYN, code: SYN_REPORT or SYN_DROPPED }) model.Compare(Replay(recorder.Events, device));
        }
        var (keys, buttons, _, _) = Replay(recorder.Gone().Events, device);
        Assert.Empty(keys);
        Assert.Empty(buttons);
    }

    /// <summary>What someone who sees only the events believes, checking that each may follow the ones before.</summary>
    private static (HashSet<KeyCode> Keys, HashSet<int> Buttons, double X, double Y) Replay(List<InputEvent> events, DeviceClass device)
    {
        var (keys, buttons) = (new HashSet<KeyCode>(), new HashSet<int>());
        double x = 0, y = 0;
        foreach (var e in events)
        {
            Assert.Equal(0, e.Finger);
            if (e.Kind == InputKind.KeyPress) Assert.True(keys.Add(e.Key));
            Assert.NotEqual(InputKind.KeyRepeat, e.Kind);
            if (e.Kind == InputKind.KeyRelease) Assert.True(keys.Remove(e.Key));
            if (e.Kind == InputKind.PointerDown) Assert.True(buttons.Add(e.Button));
            if (e.Kind == InputKind.PointerUp) Assert.True(buttons.Remove(e.Button));
            if (e.Kind < InputKind.PointerMove) continue;
            Assert.Equal(device.Pointer == PointerKind.Mouse, e.IsRelative);
            if (e.IsRelative && e.Kind == InputKind.PointerMove) (x, y) = (x + e.X, y + e.Y);
            if (e.IsRelative) continue;
            Assert.InRange(e.X, 0, 1);
            Assert.InRange(e.Y, 0, 1);
            (x, y) = (e.X, e.Y);
        }
        return (keys, buttons, x, y);
    }

    private sealed class Model(DeviceClass device)
    {
        private readonly HashSet<int> _held = []; // Keys and buttons by their code.
        private double _x, _y;                    // A fraction, or a mouse's way so far.
        private double _frameX, _frameY;          // A mouse's motion in this frame; a position at the frame's start.
        private bool _dropped;
        private bool _unsaid; // A position learnt while dropped is not said before the next move.

        public void Take(input_event record)
        {
            var mouse = device.Pointer == PointerKind.Mouse;
            if (record.type == EV_SYN && record.code == SYN_DROPPED)
            {
                _held.Clear();
                (_dropped, _unsaid) = (true, !mouse);
                if (mouse) (_frameX, _frameY) = (0, 0);
            }
            else if (record.type == EV_SYN && record.code == SYN_REPORT)
            {
                if (mouse) (_x, _y, _frameX, _frameY) = (_x + _frameX, _y + _frameY, 0, 0);
                else if (!_dropped && (_x, _y) != (_frameX, _frameY)) _unsaid = false;
                if (!mouse) (_frameX, _frameY) = (_x, _y);
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
                if (record.value == 1) _held.Add(record.code);
                if (record.value == 0) _held.Remove(record.code);
            }
        }

        public void Compare((HashSet<KeyCode> Keys, HashSet<int> Buttons, double X, double Y) said)
        {
            Assert.Equal(_held.Where(code => IsKey(code)).Order(), said.Keys.Select(key => (int)key).Order());

            var buttons = _held.Where(code => code is >= BTN_LEFT and <= BTN_TASK).Select(code => code - BTN_LEFT).ToHashSet();
            if (_held.Contains(BTN_TOUCH) && device.Pointer != PointerKind.Mouse) buttons.Add(0);
            if (device.Pointer == PointerKind.None) buttons.Clear();
            Assert.Equal(buttons.Order(), said.Buttons.Order());

            if (!_unsaid) Assert.Equal((_x, _y), (said.X, said.Y));
        }
    }
}
