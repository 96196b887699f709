using System.Runtime.CompilerServices;
using static InputEvdev.LinuxInput;

namespace InputEvdev.Tests;

/// <summary>Every device of the library, from its capabilities to its typed events.</summary>
public class RecordedDeviceTests
{
    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Folder(), "*.txt").Select(file => Path.GetFileNameWithoutExtension(file)).Order()];

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Devices");

    [Fact]
    public void There_are_enough_of_them() => Assert.InRange(Files.Count, 25, 1000);

    [Theory]
    [MemberData(nameof(Files))]
    public void Is_taken_for_what_it_is_and_says_what_it_must(string name)
    {
        var recording = DeviceRecording.Read(Path.Combine(Folder(), name + ".txt"));
        var capabilities = Capabilities(recording);
        var rules = new DeviceRules(new DeviceSettings(), new DeviceSettings(),
            [new DeviceRule(recording.Name, null, null, recording.Settings)]);
        var settings = rules.Of(new DeviceIdentity(recording.Name, recording.Vendor, recording.Product, "/dev/input/event0"));
        var device = DeviceClass.Of(capabilities, settings);
        Assert.Equal(recording.Is, Words(device));
        Assert.Equal(recording.Note, string.Join("; ", new[] { device.Unused, device.Repaired }.OfType<string>()));
        if (!device.IsOfUse) return;

        var state = new Answers(recording);
        var recorder = new Recorder(device, settings with { Calibration = settings.Calibration ?? capabilities.Udev.Calibration }, state);
        foreach (var step in recording.Steps)
        {
            Play(step, recorder, state);
            var said = string.Join("; ", recorder.Events.Select(e => EventText.Of(e)));
            Assert.Equal($"{step.Line}: {string.Join("; ", step.Expected)}", $"{step.Line}: {said}");
            recorder.Events.Clear();
        }
        Assert.True(recording.Steps.Count > 0);
        Assert.Empty(recorder.Gone().Events);
    }

    private static void Play(RecordedStep step, Recorder recorder, Answers state)
    {
        var (seconds, microseconds) = ((long)step.Seconds, (long)Math.Round(step.Seconds % 1 * 1e6));
        input_event At(int type, int code, int value) =>
            Recorder.Record(type, code, value) with { tv_sec = seconds, tv_usec = microseconds };
        switch (step.Kind)
        {
            case StepKind.Frame:
                recorder.Send([.. step.Events.Select(e => At(e.Type, e.Code, e.Value)), At(EV_SYN, SYN_REPORT, 0)]);
                break;
            case StepKind.Lost: // The rest of the frame whose start was lost means nothing.
                state.Now = step.State!;
                recorder.Send(At(EV_SYN, SYN_DROPPED, 0), At(EV_KEY, (int)KeyCode.KEY_Z, 1),
                    At(EV_REL, REL_X, 99), At(EV_SYN, SYN_REPORT, 0));
                break;
            case StepKind.Wait:
                recorder.Elapse((long)(step.Seconds * 1e9));
                break;
            case StepKind.Gone:
                recorder.Gone();
                break;
        }
    }

    private static string Words(DeviceClass device)
    {
        var words = new List<string>();
        if (device.Keyboard) words.Add("keys");
        if (device.Pointer != PointerKind.None) words.Add(device.Pointer.ToString().ToLowerInvariant());
        if (device.Protocol == TouchProtocol.A) words.Add("A");
        if (device.Protocol == TouchProtocol.B) words.Add($"B{device.Slots}");
        if (device.Wheels != Wheels.None) words.Add("wheel");
        if (device.Mapped.Count > 0) words.Add("mapped");
        return words.Count > 0 ? string.Join(' ', words) : "nothing";
    }

    private static EvdevCapabilities Capabilities(DeviceRecording recording)
    {
        var c = new EvdevCapabilities { Udev = UdevProperties.Parse(recording.Udev) };
        Set(c.Keys, recording.Keys);
        Set(c.Relative, recording.Relative);
        Set(c.Properties, recording.Properties);
        Set(c.Absolute, recording.Absolute.Select(axis => axis.Code));
        foreach (var axis in recording.Absolute)
            c.Axes[axis.Code] = new() { value = axis.Value, minimum = axis.Minimum, maximum = axis.Maximum, resolution = axis.Resolution };
        return c;

        static void Set(byte[] bits, IEnumerable<int> codes)
        {
            foreach (var code in codes) bits[code / 8] |= (byte)(1 << code % 8);
        }
    }

    /// <summary>What the kernel would answer. Axes that the recording says nothing of stand as when the device was opened.</summary>
    private sealed class Answers(DeviceRecording recording) : IDeviceState
    {
        public RecordedState Now { get; set; } = recording.AtOpen;

        public bool TryKeys(Span<byte> bits)
        {
            bits.Clear();
            foreach (var code in Now.Held) bits[code / 8] |= (byte)(1 << code % 8);
            return true;
        }

        public bool TryAxis(int axis, out int value)
        {
            var known = recording.Absolute.Find(a => a.Code == axis);
            value = Now.Axes.GetValueOrDefault(axis, known?.Value ?? 0);
            return known is not null;
        }

        public bool TrySlots(int axis, Span<int> values)
        {
            if (axis is not (ABS_MT_TRACKING_ID or ABS_MT_POSITION_X or ABS_MT_POSITION_Y)) return false;
            values.Clear();
            if (axis == ABS_MT_TRACKING_ID) values.Fill(-1);
            foreach (var (slot, (id, x, y)) in Now.Slots)
                values[slot] = axis switch { ABS_MT_TRACKING_ID => id, ABS_MT_POSITION_X => x, _ => y };
            return true;
        }
    }
}
