using System.Collections.Concurrent;
using System.Device.Gpio;
using System.Device.Gpio.Drivers;
using System.Diagnostics;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace GpioButtons;

/// <summary>
/// All configured buttons. The host's loop watches <see cref="FileDescriptor"/> and calls <see cref="Dispatch"/>; nothing runs in
/// between unless the libgpiod driver was chosen, whose threads hand their edges over. A button is up when it is opened: one that is held
/// down then says nothing until it is pressed anew. Every event is a change: two presses always have a release between them.
/// </summary>
public sealed unsafe class ButtonSet : IDisposable
{
    private readonly record struct Edge(int Index, bool Rising, long TimestampNs);

    private readonly ButtonConfig[] _configs;
    private readonly bool[] _pressed;
    private readonly Dictionary<(int Chip, string Driver), (GpioController Controller, GpioCharDevDriver? CharDev)> _chips = [];
    private readonly ConcurrentQueue<Edge> _edges = new();
    private readonly int _epoll = epoll_create1(EPOLL_CLOEXEC);
    private readonly int _handedOver = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    private volatile bool _disposed;

    private ButtonSet(IEnumerable<ButtonConfig> configs)
    {
        _configs = [.. configs];
        _pressed = new bool[_configs.Length];
    }

    /// <summary>Opens the lines of all buttons.</summary>
    /// <param name="configs">The buttons; may be empty.</param>
    /// <param name="log">Is given one line for people when a line fails later.</param>
    /// <returns>The open buttons.</returns>
    /// <exception cref="GpioLineException">
    /// A configuration is wrong, two buttons share a line, or a chip or line cannot be had: one line for people. Nothing stays open.
    /// </exception>
    public static ButtonSet Open(IEnumerable<ButtonConfig> configs, Action<string>? log = null) => Open(configs, log, NewDriver);

    internal static ButtonSet Open(IEnumerable<ButtonConfig> configs, Action<string>? log, Func<ButtonConfig, GpioDriver> newDriver)
    {
        var set = new ButtonSet(configs);
        try
        {
            if (set._epoll < 0 || set._handedOver < 0)
                throw new GpioLineException("GPIO: no descriptor left; raise the limit of open files");
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

    /// <summary>For epoll or poll: readable (EPOLLIN) while <see cref="Dispatch"/> has work. The set's; do not close it.</summary>
    public int FileDescriptor => _epoll;

    /// <summary>Hands over what happened, in order for each button; returns at once if nothing did.</summary>
    /// <param name="handler">Is called on this thread.</param>
    /// <returns>Events handed over.</returns>
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
            if (_pressed[edge.Index] == pressed)
                continue;
            _pressed[edge.Index] = pressed;
            events++;
            handler(new ButtonEvent(edge.Index, config.Event, pressed, edge.TimestampNs));
        }
        return events;
    }

    /// <summary>Lets go of all lines.</summary>
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

    private void Check()
    {
        var lines = new HashSet<(int, int)>();
        foreach (var config in _configs)
        {
            if (config.Validate() is { } error)
                throw new GpioLineException(error);
            if (!lines.Add((config.Chip, config.Line)))
                throw new GpioLineException(
                    $"button \"{config.Event}\": chip {config.Chip} line {config.Line} is another button's already; choose another line");
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
            // System.Device.Gpio throws whatever comes, also texts of several lines.
            var remedy = config.Driver == ButtonConfig.Libgpiod ? $"try driver \"{ButtonConfig.CharDev}\"" : "check the line's number";
            throw new GpioLineException(
                $"button \"{config.Event}\" on chip {config.Chip} line {config.Line}: {e.Message.ReplaceLineEndings(" ")}; {remedy}");
        }
    }

    private void OpenLine(int index, ButtonConfig config, GpioController controller, GpioCharDevDriver? charDev)
    {
        controller.OpenPin(config.Line);
        charDev?.SetDebounce(config.Line, (uint)config.DebounceMs * 1000);
        var pull = config.ActiveLow ? PinMode.InputPullUp : PinMode.InputPullDown;
        controller.SetPinMode(config.Line, controller.IsPinModeSupported(config.Line, pull) ? pull : PinMode.Input);
        controller.RegisterCallbackForPinValueChangedEvent(config.Line, PinEventTypes.Rising | PinEventTypes.Falling,
            (_, change) => HandOver(index, change));
    }

    // On the loop's own thread within Dispatch, or on one of libgpiod's.
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
