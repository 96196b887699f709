using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Tmds.Linux;
using static InputEvdev.LinuxInput;
using static Tmds.Linux.LibC;

namespace InputEvdev;

/// <summary>
/// One source of input: a device node of the kernel, or a stream of the same records from a program. Belongs to one thread.
/// Wait for <see cref="FileDescriptor"/> to be readable, level-triggered, then <see cref="Drain"/>.
/// </summary>
public sealed unsafe partial class EvdevDevice : IDisposable
{
    private const int BatchSize = 64;   // Records a read.
    private const int MaxBatches = 64;  // Reads a drain.

    private readonly EvdevDecoder _decoder;
    private readonly byte[] _buffer = new byte[BatchSize * sizeof(input_event)];
    private int _carried; // Bytes at the buffer's start of a record whose rest has not come yet: only a stream splits records.

    private EvdevDevice(int fileDescriptor, string path, string name, DeviceClass device)
    {
        (FileDescriptor, Path, Name) = (fileDescriptor, path, name);
        (IsKeyboard, Pointer, Unused) = (device.Keyboard, device.Pointer, device.Unused);
        _decoder = new EvdevDecoder(device);
    }

    /// <summary>
    /// The open file, non-blocking and close-on-exec; -1 after <see cref="Dispose"/>. A regular file cannot be in an epoll: drain
    /// it until it is gone.
    /// </summary>
    public int FileDescriptor { get; private set; }

    /// <summary>Where it was opened, for example /dev/input/event0.</summary>
    public string Path { get; }

    /// <summary>What the device calls itself; of a stream "stream".</summary>
    public string Name { get; }

    /// <summary>True when it has keys; a power button or a remote control counts.</summary>
    public bool IsKeyboard { get; }

    /// <summary>How it points.</summary>
    public PointerKind Pointer { get; }

    /// <summary>Why its pointer is not used, though its keys are; null when there is nothing to say.</summary>
    public string? Unused { get; }

    /// <summary>Opens a device node and asks for CLOCK_MONOTONIC times.</summary>
    /// <param name="path">A node as /dev/input/event0.</param>
    /// <param name="device">The device; dispose it.</param>
    /// <param name="reason">Otherwise one line with the path, what is wrong and what to do, or that it is no input device for us.</param>
    public static bool TryOpen(string path, [NotNullWhen(true)] out EvdevDevice? device, [NotNullWhen(false)] out string? reason)
    {
        device = null;
        if (!TryOpenFile(path, O_RDONLY, out var file, out var error))
        {
            reason = DeviceFailure(path, error);
            return false;
        }

        int clock = CLOCK_MONOTONIC;
        if (ioctl(file, EVIOCSCLOCKID, &clock) < 0)
        {
            reason = DeviceFailure(path, errno);
            close(file);
            return false;
        }

        var name = NameOf(file);
        var found = DeviceClass.Of(CapabilitiesOf(file));
        if (!found.IsOfUse)
        {
            reason = $"{path}: {name}: {found.Unused}";
            close(file);
            return false;
        }
        reason = null;
        device = new EvdevDevice(file, path, name, found);
        return true;
    }

    /// <summary>
    /// Opens a FIFO or a file with raw 24-byte struct input_event, for tests and development: taken as a touch screen (BTN_TOUCH,
    /// ABS_X 0 to width-1, ABS_Y 0 to height-1) and a keyboard (KEY_*, value 1, 2 or 0). End each frame with SYN_REPORT. Writers of
    /// a FIFO may come and go; a record may come in pieces; a file is gone at its end.
    /// </summary>
    /// <param name="path">A FIFO (mkfifo) or a file, readable and writable.</param>
    /// <param name="width">Of the screen, in pixels, 2 or more.</param>
    /// <param name="height">Of the screen, in pixels, 2 or more.</param>
    /// <param name="device">The device; dispose it.</param>
    /// <param name="reason">Otherwise one line with the path, what is wrong and what to do.</param>
    public static bool TryOpenStream(string path, int width, int height,
        [NotNullWhen(true)] out EvdevDevice? device, [NotNullWhen(false)] out string? reason)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 2);

        device = null;
        // Writable too, so that the FIFO always has a writer and never ends.
        if (!TryOpenFile(path, O_RDWR, out var file, out var error))
        {
            reason = StreamFailure(path, error);
            return false;
        }
        reason = null;
        device = new EvdevDevice(file, path, "stream", DeviceClass.OfStream(width, height));
        return true;
    }

    /// <summary>
    /// Takes what is pending, without blocking and without allocating: up to 4096 records a call, so that a flooding writer
    /// cannot hold the caller's loop; level-triggered waiting brings the rest.
    /// </summary>
    /// <param name="handler">Called for each event, in order.</param>
    /// <returns>
    /// False when the device is gone (unplugged, or the end of a file): everything held has then been released, with the time
    /// now, and the device is only to be disposed.
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
                _decoder.ReleaseAll(Stopwatch.GetTimestamp(), handler); // On Linux CLOCK_MONOTONIC in ns.
                return false;
            }

            var bytes = _buffer.AsSpan(0, _carried + got);
            var records = MemoryMarshal.Cast<byte, input_event>(bytes);
            foreach (ref readonly var record in records) _decoder.Decode(record, handler);

            var rest = bytes[(records.Length * sizeof(input_event))..];
            rest.CopyTo(_buffer);
            _carried = rest.Length;
            if (got < asked) return true;
        }
        return true;
    }

    /// <summary>Closes the file. Releases nothing: who disposes knows that no more events come.</summary>
    public void Dispose()
    {
        if (FileDescriptor >= 0) close(FileDescriptor);
        FileDescriptor = -1;
    }

    private static bool TryOpenFile(string path, int access, out int file, out int error)
    {
        fixed (byte* utf8 = Encoding.UTF8.GetBytes(path + '\0')) file = open(utf8, access | O_NONBLOCK | O_CLOEXEC, 0);
        error = file < 0 ? errno : 0;
        return file >= 0;
    }

    internal static string DeviceFailure(string path, int error)
    {
        if (error == EACCES || error == EPERM) return $"{path}: permission denied; add the user to the group \"input\"";
        if (error == ENOENT) return $"{path}: no such device; is it plugged in?";
        if (error == ENODEV || error == ENXIO) return $"{path}: the device is gone; plug it in again";
        if (error == ENOTTY || error == EINVAL) return $"{path}: not an evdev device; give a /dev/input/event* node";
        return $"{path}: {Marshal.GetPInvokeErrorMessage(error)}";
    }

    private static string StreamFailure(string path, int error)
    {
        if (error == EACCES || error == EPERM) return $"{path}: permission denied; it must be readable and writable";
        if (error == ENOENT) return $"{path}: no such file; make it with mkfifo";
        return $"{path}: {Marshal.GetPInvokeErrorMessage(error)}";
    }

    private static string NameOf(int file)
    {
        var name = stackalloc byte[256];
        return ioctl(file, EVIOCGNAME(256), name) > 0 ? Marshal.PtrToStringUTF8((nint)name)! : "unnamed";
    }

    // What cannot be asked for (a device without that type) stays zero: no bits, no range.
    private static EvdevCapabilities CapabilitiesOf(int file)
    {
        var capabilities = new EvdevCapabilities();
        Ask(EVIOCGBIT(EV_KEY, capabilities.Keys.Length), ref capabilities.Keys[0]);
        Ask(EVIOCGBIT(EV_REL, capabilities.Relative.Length), ref capabilities.Relative[0]);
        Ask(EVIOCGBIT(EV_ABS, capabilities.Absolute.Length), ref capabilities.Absolute[0]);
        Ask(EVIOCGPROP(capabilities.Properties.Length), ref capabilities.Properties[0]);
        Ask(EVIOCGABS(ABS_X), ref Unsafe.As<input_absinfo, byte>(ref capabilities.X));
        Ask(EVIOCGABS(ABS_Y), ref Unsafe.As<input_absinfo, byte>(ref capabilities.Y));
        return capabilities;

        void Ask(int request, ref byte answer)
        {
            fixed (byte* bytes = &answer) _ = ioctl(file, request, bytes);
        }
    }
}
