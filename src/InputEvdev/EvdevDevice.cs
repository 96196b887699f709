using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using Tmds.Linux;
using static InputEvdev.LinuxInput;
using static Tmds.Linux.LibC;

namespace InputEvdev;

/// <summary>
/// One source of input: a device node of the kernel, or a stream of the same records from a program. A device belongs to one thread.
/// Wait, level-triggered, until <see cref="FileDescriptor"/> is readable; then call <see cref="Drain"/>.
/// </summary>
public sealed unsafe partial class EvdevDevice : IDisposable
{
    private const int BatchSize = 64;   // Records in one read.
    private const int MaxBatches = 64;  // Reads in one drain.

    private readonly EvdevDecoder _decoder;
    private readonly byte[] _buffer = new byte[BatchSize * sizeof(input_event)];
    private int _carried; // Bytes at the buffer's start of a record whose rest has not arrived yet. Only a stream splits records.

    private readonly bool _isStream;

    private static int s_lastNumber;

    private EvdevDevice(int fileDescriptor, string path, string name, DeviceClass device, DeviceSettings settings, IDeviceState? state)
    {
        (FileDescriptor, Path, Name) = (fileDescriptor, path, name);
        (IsKeyboard, Pointer, Role) = (device.Keyboard, device.Pointer, settings.Role ?? DeviceRole.Auto);
        (Settings, Turn, _isStream) = (settings, settings.Rotate ?? 0, state is null);
        Number = NewNumber();
        Notes = [.. new[] { device.Unused, device.Repaired }.OfType<string>()];
        _decoder = new EvdevDecoder(device, settings, state, Number);
    }

    /// <summary>Returns a number for a source of events that is not an evdev device, such as a window.</summary>
    public static int NewNumber() => Interlocked.Increment(ref s_lastNumber);

    /// <summary>The device's number in this process, 1 and up; its events have it as <see cref="InputEvent.Device"/>.</summary>
    public int Number { get; }

    /// <summary>
    /// The open file, non-blocking and close-on-exec; -1 after <see cref="Dispose"/>. A regular file cannot be added to an epoll set: call
    /// <see cref="Drain"/> until it returns false.
    /// </summary>
    public int FileDescriptor { get; private set; }

    /// <summary>The path by which the device was opened, for example /dev/input/event0.</summary>
    public string Path { get; }

    /// <summary>The name that the device reports; "stream" for a stream.</summary>
    public string Name { get; }

    /// <summary>True if the device has keys. A power button or a remote control counts as a keyboard.</summary>
    public bool IsKeyboard { get; }

    /// <summary>The device's kind of pointer.</summary>
    public PointerKind Pointer { get; }

    /// <summary>The settings of the device.</summary>
    public DeviceSettings Settings { get; }

    /// <summary>The role that the settings give the device.</summary>
    public DeviceRole Role { get; }

    /// <summary>By how much positions are rotated after their correction, in degrees clockwise: 0, 90, 180 or 270.</summary>
    public int Turn { get; }

    /// <summary>
    /// Notes about the device for the log, one line each: why its pointer is not used, what in its
    /// description was corrected. Usually empty.
    /// </summary>
    public IReadOnlyList<string> Notes { get; private set; }

    /// <summary>
    /// The first position that the device has sent beyond the range that it declares, in words for the log; null if there was none.
    /// <see cref="Drain"/> changes this.
    /// </summary>
    public string? Excess => _isStream ? null : _decoder.Excess;

    /// <summary>The matrix that corrects the positions of a touch screen or tablet from now on.</summary>
    /// <exception cref="ArgumentException">The matrix is not usable.</exception>
    public CalibrationMatrix Calibration
    {
        get => _decoder.Calibration;
        set => _decoder.Calibration = value.IsUsable ? value : throw new ArgumentException("the calibration is not usable", nameof(value));
    }

    /// <summary>Sets a new screen size. Only a stream is affected: its positions are pixels of the screen.</summary>
    /// <param name="width">The width of the screen in pixels.</param>
    /// <param name="height">The height of the screen in pixels.</param>
    public void Resize(int width, int height)
    {
        if (_isStream) _decoder.SetRanges(DeviceClass.PixelAxis(width), DeviceClass.PixelAxis(height));
    }

    /// <summary>
    /// When <see cref="Elapse"/> must be called, CLOCK_MONOTONIC in ns; long.MaxValue if it need not be called. <see cref="Drain"/>
    /// changes this.
    /// </summary>
    public long DueNs => _decoder.DueNs;

    /// <summary>Opens a device node and sets its clock to CLOCK_MONOTONIC.</summary>
    /// <param name="path">A device node such as /dev/input/event0.</param>
    /// <param name="rules">The settings of devices.</param>
    /// <param name="device">The open device, which the caller disposes; null on failure.</param>
    /// <param name="fault">The reason for the failure; null on success.</param>
    public static bool TryOpen(string path, DeviceRules rules, [NotNullWhen(true)] out EvdevDevice? device,
        [NotNullWhen(false)] out OpenFault? fault)
    {
        device = null;
        // Opened for writing, too, to switch a keyboard's LEDs. Without write permission the LEDs stay as they are.
        if (!TryOpenFile(path, isNode: true, O_RDWR, out var file, out var error)
            && !TryOpenFile(path, isNode: true, O_RDONLY, out file, out error))
        {
            fault = new OpenFault(DeviceFailure(path, error), Passes(error));
            return false;
        }

        int clock = CLOCK_MONOTONIC;
        if (ioctl(file, EVIOCSCLOCKID, &clock) < 0)
        {
            fault = new OpenFault(DeviceFailure(path, errno), Passes: false);
            close(file);
            return false;
        }

        device = Recognise(file, path, rules, out var reason);
        fault = device is null ? new OpenFault(reason, Passes: false) : null;
        if (device is null) close(file);
        return device is not null;
    }

    private static EvdevDevice? Recognise(int file, string path, DeviceRules rules, out string reason)
    {
        var name = NameOf(file);
        var state = new KernelState(file);
        var (id, capabilities) = (state.Id(), state.Capabilities());
        capabilities.Udev = UdevProperties.Read($"/run/udev/data/c{NodeOf(file)}");

        var settings = rules.Of(new DeviceIdentity(name, id.vendor, id.product, path));
        reason = $"{path}: {name}: ";
        if (settings.Ignore ?? capabilities.Udev.Ignore)
        {
            reason += settings.Ignore == true ? "ignored, as configured" : "ignored: udev sets LIBINPUT_IGNORE_DEVICE";
            return null;
        }
        var found = DeviceClass.Of(capabilities, settings);
        if (!found.IsOfUse)
        {
            reason += found.Unused;
            return null;
        }
        settings = rules.Over(settings, found.Pointer);
        settings = settings with { Calibration = settings.Calibration ?? capabilities.Udev.Calibration };
        var device = new EvdevDevice(file, path, name, found, settings, state);
        if (settings.Grab == true && ioctl(file, EVIOCGRAB, 1) < 0) device.Notes = [.. device.Notes, GrabFailure(errno)];
        return device;
    }

    private static string GrabFailure(int error) => error == EBUSY
        ? "another program has grabbed the device and receives all of its events; stop that program"
        : $"the device cannot be grabbed: {Marshal.GetPInvokeErrorMessage(error)}";

    /// <summary>
    /// Opens a FIFO or a file of raw 24-byte struct input_event records, for tests and development. It is used as a touch screen
    /// (BTN_TOUCH, ABS_X 0 to width-1, ABS_Y 0 to height-1; or ten fingers by protocol B: ABS_MT_SLOT, _TRACKING_ID, _POSITION_X and _Y), a
    /// wheel (REL_WHEEL, REL_HWHEEL) and a keyboard (KEY_*, value 1, 2 or 0). With the role mouse, REL_X, REL_Y and buttons are the pointer
    /// instead. The writer must end each frame with SYN_REPORT. Writers of a FIFO may come and go, and a record may arrive in pieces. At
    /// the end of a file the device is gone.
    /// </summary>
    /// <param name="path">A FIFO (mkfifo) or a file, readable and writable.</param>
    /// <param name="width">The width of the screen in pixels, 2 or more.</param>
    /// <param name="height">The height of the screen in pixels, 2 or more.</param>
    /// <param name="rules">The settings of devices.</param>
    /// <param name="device">The open device, which the caller disposes; null on failure.</param>
    /// <param name="fault">The reason for the failure; null on success.</param>
    public static bool TryOpenStream(string path, int width, int height, DeviceRules rules,
        [NotNullWhen(true)] out EvdevDevice? device, [NotNullWhen(false)] out OpenFault? fault)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 2);

        device = null;
        // Opened for writing, too: then the FIFO always has a writer, and reading it never meets its end.
        if (!TryOpenFile(path, isNode: false, O_RDWR, out var file, out var error))
        {
            fault = new OpenFault(StreamFailure(path, error), Passes(error));
            return false;
        }
        fault = null;
        var settings = rules.Of(new DeviceIdentity("stream", 0, 0, path));
        var stream = DeviceClass.OfStream(width, height, settings);
        device = new EvdevDevice(file, path, "stream", stream, rules.Over(settings, stream.Pointer), state: null);
        return true;
    }

    /// <summary>
    /// Reads and decodes the pending records without blocking and without allocating. One call reads at most 4096 records, so that a
    /// writer that floods the device cannot block the caller's loop; with level-triggered waiting the next call reads the rest.
    /// </summary>
    /// <param name="handler">The method that is called for each event, in order.</param>
    /// <returns>
    /// False if the device is gone (unplugged, or the end of a file). Everything that was held has then been released, with the current
    /// time, and the device can only be disposed.
    /// </returns>
    public bool Drain(InputHandler handler)
    {
        for (var batch = 0; batch < MaxBatches; batch++)
        {
            int asked = _buffer.Length - _carried, got;
            fixed (byte* buffer = _buffer) got = (int)read(FileDescriptor, buffer + _carried, asked);

            if (got < 0 && errno == EINTR) continue;
            if (got < 0 && errno == EAGAIN) return true;
            if (got <= 0) // ENODEV, or the end.
            {
                ReleaseAll(handler);
                return false;
            }

            var bytes = _buffer.AsSpan(0, _carried + got);
            var records = MemoryMarshal.Cast<byte, input_event>(bytes);
            if (_isStream) Stamp(records);
            foreach (ref readonly var record in records) _decoder.Decode(record, handler);

            var rest = bytes[(records.Length * sizeof(input_event))..];
            rest.CopyTo(_buffer);
            _carried = rest.Length;
            if (got < asked) return true;
        }
        return true;
    }

    // A program may stamp its records with the wall-clock time, or not at all. Such a stamp is replaced by the time of arrival.
    private static void Stamp(Span<input_event> records)
    {
        const long oldest = 1_000_000_000;
        var now = Stopwatch.GetTimestamp();
        foreach (ref var record in records)
        {
            var stamp = unchecked(record.tv_sec * 1_000_000_000 + record.tv_usec * 1_000);
            if (stamp <= now && now - stamp <= oldest) continue;
            (record.tv_sec, record.tv_usec) = (now / 1_000_000_000, now / 1_000 % 1_000_000);
        }
    }

    /// <summary>Reports the touches that have now lasted for the least time of the settings. Call it at <see cref="DueNs"/>.</summary>
    /// <param name="handler">As for <see cref="Drain"/>.</param>
    public void Elapse(InputHandler handler) => _decoder.Elapse(Stopwatch.GetTimestamp(), handler);

    /// <summary>Releases everything that is held, with the current time. Call it for a device that is gone.</summary>
    /// <param name="handler">As for <see cref="Drain"/>.</param>
    public void ReleaseAll(InputHandler handler) =>
        _decoder.ReleaseAll(Stopwatch.GetTimestamp(), handler); // On Linux this timestamp is CLOCK_MONOTONIC in ns.

    /// <summary>Closes the file. No release events are sent; to get them, call <see cref="ReleaseAll"/> first.</summary>
    public void Dispose()
    {
        if (FileDescriptor >= 0) close(FileDescriptor);
        FileDescriptor = -1;
    }

    // The type of the file is checked through O_PATH before the file is opened, because opening some devices has effects: it starts a
    // watchdog, takes a terminal, rewinds a tape.
    private static bool TryOpenFile(string path, bool isNode, int access, out int file, out int error)
    {
        file = -1;
        int place;
        fixed (byte* utf8 = Encoding.UTF8.GetBytes(path + '\0')) place = open(utf8, O_PATH | O_CLOEXEC, 0);
        if (place < 0)
        {
            error = errno;
            return false;
        }
        stat s;
        if (fstat(place, &s) < 0) error = errno;
        else if (!(isNode ? IsInputNode(s) : IsStream(s))) error = NotOfUse;
        else
        {
            fixed (byte* utf8 = Encoding.UTF8.GetBytes($"/proc/self/fd/{place}\0")) file = open(utf8, access | O_NONBLOCK | O_CLOEXEC, 0);
            error = file < 0 ? errno : 0;
        }
        close(place);
        return file >= 0;
    }

    private static bool Passes(int error) => error == EMFILE || error == ENFILE || error == ENOMEM || error == EAGAIN || error == EINTR;

    private const uint S_IFMT = 0xf000, S_IFIFO = 0x1000, S_IFREG = 0x8000, S_IFCHR = 0x2000;
    private const int NotOfUse = -1; // Used in place of an errno: the file is of another type.

    private static bool IsInputNode(in stat s) => ((uint)s.st_mode & S_IFMT) == S_IFCHR && Major((ulong)s.st_rdev) == INPUT_MAJOR;

    private static bool IsStream(in stat s) => ((uint)s.st_mode & S_IFMT) is S_IFIFO or S_IFREG;

    private static ulong Major(ulong node) => node >> 8 & 0xfff | node >> 32 & ~0xfffUL;

    internal static string DeviceFailure(string path, int error)
    {
        if (error == EACCES || error == EPERM) return $"{path}: permission denied; add the user to the group \"input\"";
        if (error == ENOENT) return $"{path}: no such device; is it plugged in?";
        if (error == ENODEV || error == ENXIO) return $"{path}: the device is gone; plug it in again";
        if (error is NotOfUse || error == ENOTTY || error == EINVAL) return $"{path}: not an evdev device; give a /dev/input/event* node";
        return $"{path}: {Marshal.GetPInvokeErrorMessage(error)}";
    }

    private static string StreamFailure(string path, int error)
    {
        if (error == NotOfUse) return $"{path}: neither an input device nor a FIFO; make a FIFO with mkfifo";
        if (error == EACCES || error == EPERM) return $"{path}: permission denied; make it readable and writable";
        if (error == ENOENT) return $"{path}: no such file; make a FIFO with mkfifo";
        return $"{path}: {Marshal.GetPInvokeErrorMessage(error)}";
    }

    private static string NameOf(int file)
    {
        var name = stackalloc byte[256];
        return ioctl(file, EVIOCGNAME(256), name) > 0 ? Marshal.PtrToStringUTF8((nint)name)! : "unnamed";
    }

    // Returns MAJOR:MINOR of a device node, as udev's database names its files.
    private static string NodeOf(int file)
    {
        stat s;
        if (fstat(file, &s) < 0) return "";
        var node = (ulong)s.st_rdev;
        return $"{Major(node)}:{node & 0xff | node >> 12 & 0xffffff00}";
    }
}
