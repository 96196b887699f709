using System.Runtime.InteropServices;
using System.Text;
using CsCheck;
using Tmds.Linux;
using static InputEvdev.LinuxInput;
using static InputEvdev.Tests.Recorder;

namespace InputEvdev.Tests;

public sealed partial class EvdevDeviceTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("evdev-");
    private readonly Recorder _recorder = new(Keyboard); // Only keeps events here.

    public void Dispose() => _folder.Delete(recursive: true);

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private unsafe string Fifo()
    {
        var path = PathOf("fifo");
        fixed (byte* utf8 = Encoding.UTF8.GetBytes(path + '\0')) Assert.Equal(0, LibC.mkfifo(utf8, (ushort)0x180));
        return path;
    }

    private static EvdevDevice OpenStream(string path)
    {
        Assert.True(EvdevDevice.TryOpenStream(path, 801, 481, DeviceRules.None, out var device, out var fault), fault?.Reason);
        return device!;
    }

    private static byte[] Bytes(params input_event[] records) => MemoryMarshal.AsBytes(records.AsSpan()).ToArray();

    private static void Write(string path, params byte[] bytes)
    {
        using var writer = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
        writer.Write(bytes);
    }

    [Fact]
    public void A_stream_is_a_touch_screen_in_pixels_and_a_keyboard_and_outlives_its_writers()
    {
        var fifo = Fifo();
        using var device = OpenStream(fifo);
        Assert.Equal((true, PointerKind.Touch), (device.IsKeyboard, device.Pointer));
        Assert.Empty(device.Notes);
        Assert.Equal(("stream", fifo), (device.Name, device.Path));

        Assert.True(device.Drain(_recorder.Keep));
        Write(fifo, Bytes(Abs(ABS_X, 400), Abs(ABS_Y, 480), Button(BTN_TOUCH, 1), Report));
        Assert.True(device.Drain(_recorder.Keep));
        Write(fifo, Bytes(Button(BTN_TOUCH, 0), Report, Key(KeyCode.KEY_A, 1)));
        Assert.True(device.Drain(_recorder.Keep));
        Assert.True(device.Drain(_recorder.Keep));
        Assert.Equal("move 0.5,1; down 0 0.5,1; up 0 0.5,1; press KEY_A", _recorder.Said);
    }

    [Fact]
    public void A_streams_positions_are_pixels_of_the_screen_as_large_as_it_is_now()
    {
        var fifo = Fifo();
        using var device = OpenStream(fifo);
        var events = new List<InputEvent>();
        Write(fifo, Bytes(Abs(ABS_X, 100), Abs(ABS_Y, 50), Button(BTN_TOUCH, 1), Report));
        Assert.True(device.Drain((in InputEvent e) => events.Add(e)));
        device.Resize(201, 101);
        Write(fifo, Bytes(Abs(ABS_X, 150), Report, Button(BTN_TOUCH, 0), Report));
        Assert.True(device.Drain((in InputEvent e) => events.Add(e)));
        var moved = events.Last(e => e.Kind == InputKind.PointerMove);
        Assert.Equal((0.75, 0.5), (moved.X, moved.Y));
        device.Resize(1, 1); // is no range: taken as two
        Write(fifo, Bytes(Abs(ABS_X, 1), Abs(ABS_Y, 0), Button(BTN_TOUCH, 1), Report));
        Assert.True(device.Drain((in InputEvent e) => events.Add(e)));
        Assert.Equal((1.0, 0.0), (events[^1].X, events[^1].Y));
    }

    [Fact]
    public void Every_pixel_of_a_stream_comes_back_as_that_pixel()
    {
        var axis = DeviceClass.OfStream(800, 480, new DeviceSettings()).X;
        Assert.All(Enumerable.Range(0, 800), x => Assert.Equal(x, Math.Round(axis.Fraction(x) * 799)));
    }

    [Fact]
    public void A_record_may_come_in_pieces_of_any_size()
    {
        var fifo = Fifo();
        using var device = OpenStream(fifo);
        var bytes = Bytes([.. Enumerable.Range(0, 200).SelectMany(i => new[] { Key(KeyCode.KEY_A, 1 - i % 2), Report })]);
        Gen.Int[1, 100].Array[1, 400].Sample(sizes =>
        {
            _recorder.Events.Clear();
            for (int sent = 0, i = 0; sent < bytes.Length; i++)
            {
                var size = Math.Min(sizes[i % sizes.Length], bytes.Length - sent);
                Write(fifo, bytes[sent..(sent += size)]);
                Assert.True(device.Drain(_recorder.Keep));
            }
            Assert.Equal(200, _recorder.Events.Count);
        }, iter: 5, threads: 1);
    }

    [Fact]
    public void Garbage_in_a_stream_does_no_harm()
    {
        var fifo = Fifo();
        using var device = OpenStream(fifo);
        Gen.Byte.Array[0, 4000].Sample(bytes =>
        {
            Write(fifo, bytes);
            Assert.True(device.Drain(_recorder.Keep));
        }, iter: 200, threads: 1);
        Assert.All(_recorder.Events, e => Assert.True(e.X is >= 0 and <= 1 && e.Y is >= 0 and <= 1));
    }

    [Fact]
    public void A_file_is_gone_at_its_end_and_what_was_held_is_released_with_the_time_now()
    {
        var path = PathOf("records");
        File.WriteAllBytes(path, [.. Bytes(Key(KeyCode.KEY_LEFTSHIFT, 1), Button(BTN_TOUCH, 1), Report), 1, 2, 3]);
        using var device = OpenStream(path);
        var before = System.Diagnostics.Stopwatch.GetTimestamp();
        while (device.Drain(_recorder.Keep)) { }
        Assert.Equal("press KEY_LEFTSHIFT; down 0 0,0; release KEY_LEFTSHIFT; up 0 0,0", _recorder.Said);
        Assert.InRange(_recorder.Events[^1].TimeNs, before, before + 60_000_000_000);
        Assert.Equal(1_000_000_000, System.Diagnostics.Stopwatch.Frequency);
        Assert.False(device.Drain(_recorder.Keep));
        Assert.Equal(4, _recorder.Events.Count);
    }

    [Fact]
    public void A_calibration_that_is_set_while_it_runs_moves_the_next_touch_and_a_singular_one_is_refused()
    {
        var fifo = Fifo();
        using var device = OpenStream(fifo);
        Assert.Equal(CalibrationMatrix.Identity, device.Calibration);
        device.Calibration = new CalibrationMatrix(-1, 0, 1, 0, 0.5, 0);
        Write(fifo, Bytes(Abs(ABS_X, 200), Abs(ABS_Y, 480), Button(BTN_TOUCH, 1), Report));
        Assert.True(device.Drain(_recorder.Keep));
        Assert.Equal("move 0.75,0.5; down 0 0.75,0.5", _recorder.Said);
        Assert.Throws<ArgumentException>(() => device.Calibration = default);
        Assert.Equal(0.5, device.Calibration.E);
    }

    [Fact]
    public void Devices_have_numbers_that_are_never_used_again()
    {
        var fifo = Fifo();
        int first, second;
        using (var device = OpenStream(fifo)) first = device.Number;
        using (var device = OpenStream(fifo))
        {
            second = device.Number;
            Write(fifo, Bytes(Key(KeyCode.KEY_A, 1), Button(BTN_TOUCH, 1), Rel(REL_WHEEL, 1), Report));
            device.Drain(_recorder.Keep);
        }
        Assert.InRange(first, 1, second - 1);
        Assert.Equal(3, _recorder.Events.Count);
        Assert.All(_recorder.Events, e => Assert.Equal(second, e.Device));
    }

    [Fact]
    public void A_stream_takes_ten_fingers_and_is_a_mouse_when_its_role_says_so()
    {
        var fifo = Fifo();
        using (var device = OpenStream(fifo))
        {
            var fingers = Enumerable.Range(0, 10)
                .SelectMany(i => new[] { Slot(i), Abs(ABS_MT_TRACKING_ID, i), Abs(ABS_MT_POSITION_X, 80 * i) });
            Write(fifo, Bytes([.. fingers, Report]));
            device.Drain(_recorder.Keep);
        }
        var downs = _recorder.Events.Where(e => e.Kind == InputKind.PointerDown).Select(e => ((int)e.Finger, e.X));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (i, i / 10.0)), downs);

        _recorder.Events.Clear();
        var mouse = new DeviceRules(new(), new() { Acceleration = 0 },
            [new DeviceRule(null, null, fifo, new() { Role = DeviceRole.Mouse })]);
        Assert.True(EvdevDevice.TryOpenStream(fifo, 801, 481, mouse, out var stream, out _));
        using (stream)
        {
            Write(fifo, Bytes(Rel(REL_X, 5), Rel(REL_WHEEL, -1), Button(BTN_LEFT, 1), Report));
            stream.Drain(_recorder.Keep);
        }
        Assert.Equal("motion 5,0; down 0 0,0; scroll 0,1", _recorder.Said);
    }

    [Fact]
    public void A_disposed_device_is_gone()
    {
        var device = OpenStream(Fifo());
        device.Dispose();
        device.Dispose();
        Assert.Equal(-1, device.FileDescriptor);
        Assert.False(device.Drain(_recorder.Keep));
    }

    [Fact]
    public void Draining_ten_thousand_events_allocates_nothing()
    {
        var path = PathOf("records");
        input_event[] tap = [Slot(3), Abs(ABS_MT_TRACKING_ID, 9), Abs(ABS_MT_POSITION_X, 50), Rel(REL_WHEEL, 1), Report,
            Abs(ABS_MT_TRACKING_ID, -1), Report, Abs(ABS_X, 1), Button(BTN_TOUCH, 1), Report, Button(BTN_TOUCH, 0), Abs(ABS_X, 2), Report,
            Key(KeyCode.KEY_A, 1), Key(KeyCode.KEY_A, 2), Key(KeyCode.KEY_A, 0), Report];
        File.WriteAllBytes(path, Bytes([.. Enumerable.Repeat(tap, 2000).SelectMany(records => records)]));
        var events = 0;
        InputHandler count = (in InputEvent e) => events++;

        using (var warmUp = OpenStream(path)) while (warmUp.Drain(count)) { }
        using var device = OpenStream(path);
        events = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        while (device.Drain(count)) { }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(2000 * 9, events);
    }

    [Fact]
    public void One_drain_takes_no_more_than_4096_records()
    {
        var path = PathOf("records");
        File.WriteAllBytes(path, Bytes([.. Enumerable.Range(0, 5000).Select(i => Key(KeyCode.KEY_A, 1 - i % 2))]));
        using var device = OpenStream(path);
        Assert.True(device.Drain(_recorder.Keep));
        Assert.Equal(4096, _recorder.Events.Count);
    }

    [LibraryImport("libc")]
    private static partial int inotify_init1(int flags);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int inotify_add_watch(int fd, string path, uint mask);

    [Fact]
    public unsafe void What_is_no_device_is_not_even_opened()
    {
        const uint IN_OPEN = 0x20;
        File.WriteAllText(PathOf("file"), "stands for a watchdog, a tape, a terminal");
        File.CreateSymbolicLink(PathOf("event0"), PathOf("file"));
        var watch = inotify_init1(LibC.O_NONBLOCK | LibC.O_CLOEXEC);
        Assert.True(inotify_add_watch(watch, PathOf("file"), IN_OPEN) >= 0);
        var seen = stackalloc byte[4096];
        Assert.False(EvdevDevice.TryOpen(PathOf("event0"), DeviceRules.None, out _, out _));
        Assert.Equal(-1, LibC.read(watch, seen, 4096));
        File.ReadAllText(PathOf("file"));
        Assert.True(LibC.read(watch, seen, 4096) > 0);
        LibC.close(watch);
    }

    [Fact]
    public void What_cannot_be_opened_says_which_what_and_the_remedy()
    {
        var (missing, file) = (PathOf("missing"), PathOf("file"));
        File.WriteAllText(file, "no device");
        Assert.False(EvdevDevice.TryOpen(missing, DeviceRules.None, out _, out var fault));
        Assert.Equal($"{missing}: no such device; is it plugged in?", fault.Reason);
        Assert.False(EvdevDevice.TryOpen(file, DeviceRules.None, out _, out fault));
        Assert.Equal($"{file}: not an evdev device; give a /dev/input/event* node", fault.Reason);
        Assert.False(EvdevDevice.TryOpenStream(missing, 800, 480, DeviceRules.None, out _, out fault));
        Assert.Equal($"{missing}: no such file; make a FIFO with mkfifo", fault.Reason);
        Assert.False(EvdevDevice.TryOpenStream(_folder.FullName, 800, 480, DeviceRules.None, out _, out fault));
        Assert.Equal($"{_folder.FullName}: neither an input device nor a FIFO; make a FIFO with mkfifo", fault.Reason);
        Assert.Equal("/dev/input/event0: permission denied; add the user to the group \"input\"",
            EvdevDevice.DeviceFailure("/dev/input/event0", LibC.EACCES));
    }
}
