using System.Collections.Concurrent;
using System.Device.Gpio;
using System.Device.Gpio.Drivers;
using System.Diagnostics;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace GpioButtons;

/// <summary>
/// All configured buttons. The host's loop waits for <see cref="FileDescriptor"/> and calls <see cref="Dispatch"/>. Nothing runs in
/// between, except the threads of the libgpiod driver if it is configured; they queue their edges here. A button counts as released when it
/// is opened: if it is held down at that moment, its first event is its next press. Every event is a change: there is always a release
/// between two presses. Two edges of one kind in a row mean that the kernel missed one between them; its event is added.
/// </summary>
public sealed unsafe class ButtonSet : IDisposable
{
    private readonly record struct Edge(int Index, bool Rising, long TimestampNs);

    private readonly ButtonConfig[] _configs;
    private readonly bool?[] _pressed; // null before the first edge: whether a button is held then is not known
    private readonly Dictionary<(int Chip, string Driver), (GpioController Controller, GpioCharDevDriver? CharDev)> _chips = [];
    private readonly ConcurrentQueue<Edge> _edges = new();
    private readonly int _epoll = epoll_create1(EPOLL_CLOEXEC);
    private readonly int _handedOver = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    private volatile bool _disposed;

    private ButtonSet(IEnumerable<ButtonConfig> configs)
    {
        _configs = [.. configs];
        _pressed = new bool?[_configs.Length];
    }

    /// <summary>Opens the lines of all buttons.</summary>
    /// <param name="configs">The buttons; may be empty.</param>
    /// <param name="log">Receives one line for people if a GPIO line fails later.</param>
    /// <returns>The open buttons.</returns>
    /// <exception cref="GpioLineException">
    /// A configuration is wrong, two buttons share a line, or a chip or line cannot be opened: one line for people. Nothing stays open.
    /// </exception>
    public static ButtonSet Open(IEnumerable<ButtonConfig> configs, Action<string>? log = null) => Open(configs, log, NewDriver);

    internal static ButtonSet Open(IEnumerable<ButtonConfig> configs, Action<string>? log, Func<ButtonConfig, GpioDriver> newDriver)
    {
        var set = new ButtonSet(configs);
        try
        {
            if (set._epoll < 0 || set._handedOver < 0)
                throw new GpioLineException("GPIO: too many open files; raise the limit of open files");
            set.FindNames();
            set.Check();
            set.Watch(set._handedOver);
            for (var i = 0; i < set._configs.Length; i++)
                set.OpenButton(i, log, newDriver);
            return set;
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    /// <summary>
    /// A descriptor for epoll or poll, readable (EPOLLIN) while <see cref="Dispatch"/> has work. This object owns it; do not close it.
    /// </summary>
    public int FileDescriptor => _epoll;

    /// <summary>Calls the handler for all pending events, in order for each button. Returns at once if there are none.</summary>
    /// <param name="handler">The method that is called for each event, on the calling thread.</param>
    /// <returns>The number of events.</returns>
    public int Dispatch(Action<ButtonEvent> handler)
    {
        ulong count;
        read(_handedOver, &count, sizeof(ulong));
        foreach ((_, GpioCharDevDriver? charDev) in _chips.Values)
            charDev?.Dispatch();
        var events = 0;
        while (_edges.TryDequeue(out var edge))
        {
            var config = _configs[edge.Index];
            var pressed = edge.Rising != config.ActiveLow;
            var before = _pressed[edge.Index];
            _pressed[edge.Index] = pressed;
            if (before is null && !pressed)
                continue;
            if (before == pressed)
            {
                events++;
                handler(new ButtonEvent(edge.Index, config.Event, !pressed, edge.TimestampNs));
            }
            events++;
            handler(new ButtonEvent(edge.Index, config.Event, pressed, edge.TimestampNs));
        }
        return events;
    }

    /// <summary>Calls the handler with the release of each pressed button. Call it before <see cref="Dispose"/> if the events are followed
    /// by those of other buttons.</summary>
    /// <param name="handler">The method that is called for each event.</param>
    public void ReleaseAll(Action<ButtonEvent> handler)
    {
        for (var i = 0; i < _configs.Length; i++)
        {
            if (_pressed[i] == true)
                handler(new ButtonEvent(i, _configs[i].Event, false, Stopwatch.GetElapsedTime(0).Ticks * 100));
            _pressed[i] = null;
        }
    }

    /// <summary>Closes all lines.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        foreach ((GpioController controller, _) in _chips.Values)
            controller.Dispose();
        close(_epoll);
        close(_handedOver);
    }

    private void FindNames()
    {
        for (var i = 0; i < _configs.Length; i++)
            _configs[i] = GpioChips.Find(_configs[i]);
    }

    private void Check()
    {
        var lines = new HashSet<(int, int)>();
        foreach (var config in _configs)
        {
            if (config.Validate() is { } error)
                throw new GpioLineException(error);
            if (!lines.Add((config.Chip, config.Line)))
                throw new GpioLineException(
                    $"button \"{config.Event}\": another button uses chip {config.Chip} line {config.Line}; choose another line");
        }
    }

    private void OpenButton(int index, Action<string>? log, Func<ButtonConfig, GpioDriver> newDriver)
    {
        var config = _configs[index];
        try
        {
            if (!_chips.TryGetValue((config.Chip, config.Driver), out var chip))
            {
                var driver = newDriver(config);
                chip = (new GpioController(driver), driver as GpioCharDevDriver);
                _chips.Add((config.Chip, config.Driver), chip);
                if (chip.CharDev is not null)
                {
                    chip.CharDev.Lost = log;
                    Watch(chip.CharDev.FileDescriptor);
                }
            }
            OpenLine(index, config, chip.Controller, chip.CharDev);
        }
        catch (Exception e) when (e is not GpioLineException)
        {
            // System.Device.Gpio throws exceptions of many types, also with messages of several lines.
            var remedy = config.Driver == ButtonConfig.Libgpiod ? $"try driver \"{ButtonConfig.CharDev}\"" : "check the line's number";
            throw new GpioLineException(
                $"button \"{config.Event}\" on chip {config.Chip} line {config.Line}: {e.Message.ReplaceLineEndings(" ")}; {remedy}");
        }
    }

    private void OpenLine(int index, ButtonConfig config, GpioController controller, GpioCharDevDriver? charDev)
    {
        controller.OpenPin(config.Line);
        charDev?.SetDebounce(config.Line, (uint)config.DebounceMs * 1000);
        var pull = config.Pull switch
        {
            ButtonPull.None => PinMode.Input,
            ButtonPull.Up => PinMode.InputPullUp,
            ButtonPull.Down => PinMode.InputPullDown,
            _ => config.ActiveLow ? PinMode.InputPullUp : PinMode.InputPullDown,
        };
        controller.SetPinMode(config.Line, controller.IsPinModeSupported(config.Line, pull) ? pull : PinMode.Input);
        controller.RegisterCallbackForPinValueChangedEvent(config.Line, PinEventTypes.Rising | PinEventTypes.Falling,
            (_, change) => HandOver(index, change));
    }

    // Runs on the loop's own thread within Dispatch, or on a thread of libgpiod.
    private void HandOver(int index, PinValueChangedEventArgs change)
    {
        var exact = change as LineEventArgs;
        var now = exact?.TimestampNs ?? Stopwatch.GetElapsedTime(0).Ticks * 100;
        _edges.Enqueue(new Edge(index, change.ChangeType == PinEventTypes.Rising, now));
        if (exact is not null || _disposed)
            return;
        ulong one = 1;
        write(_handedOver, &one, sizeof(ulong));
    }

    private void Watch(int fd)
    {
        var watched = new epoll_event { events = EPOLLIN };
        epoll_ctl(_epoll, EPOLL_CTL_ADD, fd, &watched);
    }

    private static GpioDriver NewDriver(ButtonConfig config)
    {
        if (config.Driver == ButtonConfig.CharDev)
            return new GpioCharDevDriver(config.Chip);
        try
        {
            return new LibGpiodDriver(config.Chip);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or PlatformNotSupportedException)
        {
            throw new GpioLineException(
                $"libgpiod: cannot be loaded; install libgpiod2, or use driver \"{ButtonConfig.CharDev}\", which needs no library");
        }
    }
}
