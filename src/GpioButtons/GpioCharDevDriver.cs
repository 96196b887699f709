using System.Device.Gpio;
using Tmds.Linux;
using static GpioButtons.LinuxGpio;
using static Tmds.Linux.LibC;

namespace GpioButtons;

/// <summary>
/// A driver for <see cref="GpioController"/> that uses the kernel's GPIO character device, version 2 (linux/gpio.h, kernel 5.10 and later).
/// It needs no library and never polls: the caller's loop waits for <see cref="FileDescriptor"/> and calls <see cref="Dispatch"/>, which
/// runs the callbacks on that thread, with <see cref="LineEventArgs"/>. The driver is not thread-safe.
/// </summary>
public sealed unsafe class GpioCharDevDriver : GpioDriver, ILineDriver
{
    private sealed class Line(int fd)
    {
        public int Fd => fd;

        public PinMode Mode { get; set; } = PinMode.Input;

        public bool IsConfigured { get; set; }

        public uint DebounceUs { get; set; }

        public PinChangeEventHandler? Rising { get; set; }

        public PinChangeEventHandler? Falling { get; set; }

        public PinEventTypes Awaited { get; set; }
    }

    private readonly GpioChip _chip;
    private readonly LineEvents _events = new();
    private readonly Dictionary<int, Line> _lines = [];
    private readonly string _path;

    /// <summary>Opens chip <c>/dev/gpiochipN</c>.</summary>
    /// <param name="chip">The N, 0 or more.</param>
    /// <exception cref="GpioLineException">No such chip, no permission, or not a GPIO chip: one line for people.</exception>
    public GpioCharDevDriver(int chip)
        : this($"/dev/gpiochip{chip}")
    {
    }

    /// <summary>Opens a chip by its path.</summary>
    /// <param name="path">A character device, or a link to one.</param>
    /// <exception cref="GpioLineException">No such chip, no permission, or not a GPIO chip: one line for people.</exception>
    public GpioCharDevDriver(string path)
    {
        _path = path;
        try
        {
            _chip = new GpioChip(path);
        }
        catch
        {
            _events.Dispose();
            throw;
        }
        _events.Lost = line =>
            Lost?.Invoke(line, $"{path} line {line}: the chip is gone; its buttons stop working until the host is restarted");
    }

    /// <summary>
    /// A descriptor for epoll or poll, readable (EPOLLIN) while edges wait for <see cref="Dispatch"/>. The driver owns it; do not close it.
    /// </summary>
    public int FileDescriptor => _events.FileDescriptor;

    /// <summary>Receives the number of a line whose descriptor fails, for example because its chip was unplugged, and one line for people.
    /// </summary>
    public Action<int, string>? Lost { get; set; }

    /// <summary>Who uses the lines, as other programs see it (gpioinfo): up to 31 bytes.</summary>
    public string Consumer { get; init; } = "mmm";

    /// <summary>Runs the callbacks of all pending edges. Returns at once if there are none.</summary>
    /// <returns>The number of edges read.</returns>
    public int Dispatch() => _events.Dispatch(Raise);

    /// <summary>
    /// Makes the kernel ignore pulses that are shorter than a period. The kernel uses the chip's debounce if it has one, else a timer; it
    /// refuses the period if the chip does so otherwise than by -ENOTSUPP. The setting applies until the line is closed.
    /// </summary>
    /// <param name="line">An open line that is an input or will become one.</param>
    /// <param name="microseconds">The period in microseconds; 0 switches debouncing off.</param>
    public void SetDebounce(int line, uint microseconds)
    {
        var opened = Opened(line);
        opened.DebounceUs = microseconds;
        if (opened.IsConfigured && opened.Mode != PinMode.Output)
            Configure(line, opened);
    }

    /// <inheritdoc/>
    public override GpioChipInfo GetChipInfo() => new(_chip.Number, _chip.Name, _chip.Label, _chip.Lines);

    /// <inheritdoc/>
    protected override int PinCount => _chip.Lines;

    /// <inheritdoc/>
    protected override void OpenPin(int pinNumber)
    {
        if (!_lines.ContainsKey(pinNumber))
            _lines.Add(pinNumber, new Line(_chip.RequestLine(pinNumber, Consumer)));
    }

    /// <inheritdoc/>
    protected override void ClosePin(int pinNumber)
    {
        if (!_lines.Remove(pinNumber, out Line? closed))
            return;
        _events.Remove(pinNumber);
        close(closed.Fd);
    }

    /// <inheritdoc/>
    protected override void SetPinMode(int pinNumber, PinMode mode)
    {
        var line = Opened(pinNumber);
        SetPinMode(pinNumber, mode, mode == PinMode.Output && _chip.Read(pinNumber, line.Fd) ? PinValue.High : PinValue.Low);
    }

    /// <inheritdoc/>
    protected override void SetPinMode(int pinNumber, PinMode mode, PinValue initialValue)
    {
        var line = Opened(pinNumber);
        line.Mode = mode;
        Configure(pinNumber, line, initialValue == PinValue.High);
        line.IsConfigured = true;
    }

    /// <inheritdoc/>
    protected override PinMode GetPinMode(int pinNumber) => Opened(pinNumber).Mode;

    /// <inheritdoc/>
    protected override bool IsPinModeSupported(int pinNumber, PinMode mode) =>
        mode is PinMode.Input or PinMode.InputPullUp or PinMode.InputPullDown or PinMode.Output;

    /// <inheritdoc/>
    protected override PinValue Read(int pinNumber) => _chip.Read(pinNumber, Opened(pinNumber).Fd);

    /// <inheritdoc/>
    protected override void Write(int pinNumber, PinValue value) => _chip.Write(pinNumber, Opened(pinNumber).Fd, value == PinValue.High);

    /// <inheritdoc/>
    protected override void Toggle(int pinNumber) => Write(pinNumber, !Read(pinNumber));

    /// <inheritdoc/>
    protected override void AddCallbackForPinValueChangedEvent(int pinNumber, PinEventTypes eventTypes, PinChangeEventHandler callback)
    {
        var line = Opened(pinNumber);
        if (eventTypes.HasFlag(PinEventTypes.Rising))
            line.Rising += callback;
        if (eventTypes.HasFlag(PinEventTypes.Falling))
            line.Falling += callback;
        try
        {
            Watch(pinNumber, line);
        }
        catch
        {
            line.Rising -= callback;
            line.Falling -= callback;
            throw;
        }
    }

    /// <inheritdoc/>
    protected override void RemoveCallbackForPinValueChangedEvent(int pinNumber, PinChangeEventHandler callback)
    {
        var line = Opened(pinNumber);
        line.Rising -= callback;
        line.Falling -= callback;
        Watch(pinNumber, line);
    }

    /// <summary>Blocks in poll until the line has an edge of the given kinds or the token is cancelled.</summary>
    /// <param name="pinNumber">An open input.</param>
    /// <param name="eventTypes">The kinds of edge to wait for.</param>
    /// <param name="cancellationToken">Ends the wait; TimedOut is then true in the result.</param>
    /// <returns>The edge, or a result with TimedOut.</returns>
    protected override WaitForEventResult WaitForEvent(int pinNumber, PinEventTypes eventTypes, CancellationToken cancellationToken)
    {
        var line = Opened(pinNumber);
        var cancelled = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        var seen = PinEventTypes.None;
        try
        {
            using CancellationTokenRegistration registration = cancellationToken.Register(() => Signal(cancelled));
            line.Awaited = eventTypes;
            Watch(pinNumber, line);
            pollfd* waited = stackalloc pollfd[2];
            waited[0] = new pollfd { fd = line.Fd, events = POLLIN };
            waited[1] = new pollfd { fd = cancelled, events = POLLIN };
            while (seen == PinEventTypes.None && !cancellationToken.IsCancellationRequested)
            {
                poll(waited, 2, -1);
                _events.Read(pinNumber, edge =>
                {
                    if (seen == PinEventTypes.None)
                        seen = edge.ChangeType & eventTypes;
                    Raise(edge);
                });
                if ((waited[0].revents & ~POLLIN) != 0)
                    throw new GpioLineException($"{_path} line {pinNumber}: the chip is gone; plug it in and restart");
            }
        }
        finally
        {
            close(cancelled);
            line.Awaited = PinEventTypes.None;
            Watch(pinNumber, line);
        }
        return new WaitForEventResult { EventTypes = seen, TimedOut = seen == PinEventTypes.None };
    }

    /// <summary>Closes all lines and the chip.</summary>
    /// <param name="disposing">True if called by Dispose, false if called by the finalizer.</param>
    protected override void Dispose(bool disposing)
    {
        // The finalizer of the base class calls this, too. Other objects may be finalized by then, so the descriptors stay
        // open until the process ends.
        if (disposing)
        {
            foreach (var line in _lines.Keys.ToArray())
                ClosePin(line);
            _events.Dispose();
            _chip.Dispose();
        }
        base.Dispose(disposing);
    }

    private Line Opened(int line) =>
        _lines.TryGetValue(line, out Line? opened) ? opened : throw new InvalidOperationException($"{_path} line {line}: not open");

    private void Watch(int number, Line line)
    {
        _events.Remove(number);
        Configure(number, line);
        if (Edges(line) != PinEventTypes.None)
            _events.Add(number, line.Fd);
    }

    private void Configure(int number, Line line, bool high = false)
    {
        if (line.Mode == PinMode.Output && Edges(line) != PinEventTypes.None)
            throw new InvalidOperationException($"{_path} line {number}: is an output; only inputs have edges");
        var flags = line.Mode switch
        {
            PinMode.Output => GPIO_V2_LINE_FLAG_OUTPUT,
            PinMode.InputPullUp => GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_BIAS_PULL_UP,
            PinMode.InputPullDown => GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN,
            _ => GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_BIAS_DISABLED,
        };
        var edges = Edges(line);
        if (edges.HasFlag(PinEventTypes.Rising))
            flags |= GPIO_V2_LINE_FLAG_EDGE_RISING;
        if (edges.HasFlag(PinEventTypes.Falling))
            flags |= GPIO_V2_LINE_FLAG_EDGE_FALLING;
        _chip.Configure(number, line.Fd, flags, line.DebounceUs, high);
    }

    private static PinEventTypes Edges(Line line) =>
        (line.Rising is null ? PinEventTypes.None : PinEventTypes.Rising)
        | (line.Falling is null ? PinEventTypes.None : PinEventTypes.Falling)
        | line.Awaited;

    private void Raise(LineEventArgs edge)
    {
        if (_lines.TryGetValue(edge.PinNumber, out Line? line))
            (edge.ChangeType == PinEventTypes.Rising ? line.Rising : line.Falling)?.Invoke(this, edge);
    }

    private static void Signal(int eventFd)
    {
        ulong one = 1;
        write(eventFd, &one, sizeof(ulong));
    }
}
