using System.Collections.Concurrent;
using System.Device.Gpio;
using System.Device.Gpio.Drivers;
using System.Diagnostics;
using GpioButtons.Gestures;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace GpioButtons;

/// <summary>
/// All configured buttons. The host's loop waits for <see cref="FileDescriptor"/> and calls <see cref="Dispatch"/>. Nothing runs in
/// between, except the threads of the libgpiod driver if it is configured; they queue their edges here. A button counts as released when it
/// is opened: if it is held down at that moment, its first event is its next press. Every event is a change: there is always a release
/// between two presses. Two edges of one kind in a row mean that the kernel missed one between them; its event is added. The events of one
/// call are in the order of their times, also those of different lines.
/// </summary>
public sealed unsafe partial class ButtonSet : IDisposable
{
    private readonly record struct Edge(int Index, bool Rising, long TimestampNs);

    private readonly ButtonConfig[] _configs;
    private readonly bool?[] _pressed; // null before the first edge: whether a button is held then is not known
    private readonly Debouncer?[] _debouncers; // of the lines that the kernel does not debounce
    private readonly List<Edge> _changes = [];
    private readonly List<int> _lost = []; // buttons whose lines have failed
    private readonly Func<long> _now;
    private readonly Dictionary<(int Chip, string Driver), (GpioController Controller, GpioCharDevDriver? CharDev)> _chips = [];
    private readonly Dictionary<(int Chip, string Driver), GpioDriver> _drivers = [];
    private readonly ConcurrentQueue<Edge> _edges = new();
    private readonly int _epoll = epoll_create1(EPOLL_CLOEXEC);
    private readonly int _handedOver = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    private volatile bool _disposed;

    private ButtonSet(IEnumerable<ButtonConfig> configs, Func<long> now)
    {
        (_configs, _now) = ([.. configs], now);
        _pressed = new bool?[_configs.Length];
        _debouncers = new Debouncer?[_configs.Length];
    }

    /// <summary>Opens the lines of all buttons and keypads.</summary>
    /// <param name="configs">The buttons; may be empty.</param>
    /// <param name="keypads">The keypads. Their keys have the indices after those of the buttons, keypad by keypad and row by row.</param>
    /// <param name="log">Receives one line for people if a GPIO line fails later. Its button is released then.</param>
    /// <returns>The open buttons.</returns>
    /// <exception cref="GpioLineException">
    /// A configuration is wrong, two buttons share a line, or a chip or line cannot be opened: one line for people. Nothing stays open.
    /// </exception>
    public static ButtonSet Open(
        IEnumerable<ButtonConfig> configs, IReadOnlyList<KeypadConfig>? keypads = null, Action<string>? log = null) =>
        Open(configs, keypads ?? [], log, NewDriver, c => new KeypadLines(c), () => Stopwatch.GetElapsedTime(0).Ticks * 100);

    internal static ButtonSet Open(IEnumerable<ButtonConfig> configs, IReadOnlyList<KeypadConfig> keypads, Action<string>? log,
        Func<ButtonConfig, GpioDriver> newDriver, Func<KeypadConfig, IKeypadLines> newLines, Func<long> now)
    {
        var set = new ButtonSet(configs, now);
        try
        {
            if (set._epoll < 0 || set._handedOver < 0)
                throw new GpioLineException("GPIO: too many open files; raise the limit of open files");
            set.FindNames();
            KeypadConfig[] found = [.. keypads.Select(Find)];
            set.Check(found);
            set.Watch(set._handedOver);
            for (var i = 0; i < set._configs.Length; i++)
                set.OpenButton(i, log, newDriver);
            set.OpenKeypads(found, log, newLines);
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

    /// <summary>
    /// When <see cref="Dispatch"/> must be called although the descriptor is not readable, CLOCK_MONOTONIC in nanoseconds;
    /// <see cref="long.MaxValue"/> if it need not be called. <see cref="Dispatch"/> changes this.
    /// </summary>
    public long DueNs
    {
        get
        {
            var due = long.MaxValue;
            foreach (var debouncer in _debouncers)
                due = Math.Min(due, debouncer?.DueNs ?? long.MaxValue);
            foreach (var keypad in _keypads)
                due = Math.Min(due, keypad.Keypad.DueNs);
            return due;
        }
    }

    /// <summary>Whether a line is active, as far as its edges have been handled.</summary>
    /// <param name="index">The index of its configuration, which has <see cref="ButtonConfig.ReadsLevel"/>.</param>
    public bool IsPressed(int index) => _pressed[index] == true;

    /// <summary>Calls the handler for all pending events. Returns at once if there are none.</summary>
    /// <param name="handler">The method that is called for each event, on the calling thread.</param>
    /// <returns>The number of events.</returns>
    public int Dispatch(Action<ButtonEvent> handler)
    {
        ulong count;
        var now = _now(); // all edges before it are read below
        read(_handedOver, &count, sizeof(ulong));
        foreach ((_, GpioCharDevDriver? charDev) in _chips.Values)
            charDev?.Dispatch();
        foreach (var edge in InOrder(_edges.Count, TakeEdges()))
        {
            if (_debouncers[edge.Index] is { } debouncer)
                debouncer.Feed(edge.Rising, edge.TimestampNs);
            else
                _changes.Add(edge);
        }
        foreach (var debouncer in _debouncers)
            debouncer?.Elapse(now);
        ScanKeypads(now);
        var events = 0;
        foreach (var change in InOrder(_changes.Count, _changes.ToArray()))
            events += Report(change, handler);
        _changes.Clear();
        foreach (var index in _lost)
            events += Release(index, handler);
        _lost.Clear();
        return events;
    }

    // The levels of an encoder's lines are no presses.
    private int Release(int index, Action<ButtonEvent> handler)
    {
        var isHeld = _pressed[index] == true && !_configs[index].ReadsLevel;
        _pressed[index] = null;
        if (isHeld)
            handler(new ButtonEvent(index, _configs[index].Event, false, _now()));
        return isHeld ? 1 : 0;
    }

    private IEnumerable<Edge> TakeEdges()
    {
        while (_edges.TryDequeue(out var edge))
            yield return edge;
    }

    // By time, without changing the order of the edges of one line, whatever their times are.
    private IEnumerable<Edge> InOrder(int about, IEnumerable<Edge> edges)
    {
        if (about < 2)
            return edges;
        var latest = new Dictionary<int, long>();
        return edges.Select(e => (Edge: e, Ns: latest[e.Index] = Math.Max(e.TimestampNs, latest.GetValueOrDefault(e.Index))))
            .ToList().OrderBy(e => e.Ns).Select(e => e.Edge);
    }

    private int Report(Edge edge, Action<ButtonEvent> handler)
    {
        if (edge.Index >= _configs.Length)
        {
            handler(new ButtonEvent(edge.Index, KeyAt(edge.Index), edge.Rising, edge.TimestampNs));
            return 1;
        }
        var config = _configs[edge.Index];
        var pressed = edge.Rising != config.ActiveLow;
        var before = _pressed[edge.Index];
        _pressed[edge.Index] = pressed;
        if (before is null && !pressed)
            return 0;
        if (before == pressed)
            handler(new ButtonEvent(edge.Index, config.Event, !pressed, edge.TimestampNs));
        handler(new ButtonEvent(edge.Index, config.Event, pressed, edge.TimestampNs));
        return before == pressed ? 2 : 1;
    }

    /// <summary>Calls the handler with the release of each pressed button. Call it before <see cref="Dispose"/> if the events are followed
    /// by those of other buttons.</summary>
    /// <param name="handler">The method that is called for each event.</param>
    public void ReleaseAll(Action<ButtonEvent> handler)
    {
        for (var i = 0; i < _configs.Length; i++)
            Release(i, handler);
        foreach (var keypad in _keypads)
            keypad.Keypad.ReleaseAll(_now());
        foreach (var change in _changes)
            handler(new ButtonEvent(change.Index, KeyAt(change.Index), false, change.TimestampNs));
        _changes.Clear();
    }

    /// <summary>Closes all lines.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        foreach ((GpioController controller, _) in _chips.Values)
            controller.Dispose();
        foreach (var keypad in _keypads)
            keypad.Keypad.Dispose();
        close(_epoll);
        close(_handedOver);
    }

    private void FindNames()
    {
        for (var i = 0; i < _configs.Length; i++)
            _configs[i] = GpioChips.Find(_configs[i]);
    }

    private void Check(IReadOnlyList<KeypadConfig> keypads)
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
        foreach (var keypad in keypads)
        {
            if (keypad.Validate() is { } error)
                throw new GpioLineException(error);
            foreach (var line in keypad.Rows.Concat(keypad.Columns).Where(l => !lines.Add((keypad.Chip, l.Number))))
                throw new GpioLineException(
                    $"keypad \"{keypad.Name}\": chip {keypad.Chip} line {line.Number} is used twice; choose another line");
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
                _drivers.Add((config.Chip, config.Driver), driver);
                _chips.Add((config.Chip, config.Driver), chip);
                if (driver is ILineDriver lines)
                    lines.Lost = (line, text) => Lose(config.Chip, line, text, log);
                if (chip.CharDev is not null)
                    Watch(chip.CharDev.FileDescriptor);
            }
            OpenLine(index, config, chip.Controller);
        }
        catch (Exception e) when (e is not GpioLineException)
        {
            // System.Device.Gpio throws exceptions of many types, also with messages of several lines.
            var remedy = config.Driver == ButtonConfig.Libgpiod ? $"try driver \"{ButtonConfig.CharDev}\"" : "check the line's number";
            throw new GpioLineException(
                $"button \"{config.Event}\" on chip {config.Chip} line {config.Line}: {e.Message.ReplaceLineEndings(" ")}; {remedy}");
        }
    }

    private void OpenLine(int index, ButtonConfig config, GpioController controller)
    {
        controller.OpenPin(config.Line);
        var driver = _drivers[(config.Chip, config.Driver)] as ILineDriver;
        var isDebounced = config.DebounceMs == 0;
        try
        {
            if (driver is not null && !isDebounced)
            {
                driver.SetDebounce(config.Line, (uint)config.DebounceMs * 1000);
                Listen(index, config, controller);
                isDebounced = true;
            }
        }
        catch (GpioLineException)
        {
            // The chip refuses the period, or something else, which the second attempt shows.
            driver!.SetDebounce(config.Line, 0);
        }
        if (driver is null || config.DebounceMs == 0 || !isDebounced)
            Listen(index, config, controller);
        if (!isDebounced)
            _debouncers[index] = new Debouncer(config.DebounceMs * 1_000_000L, (high, ns) => _changes.Add(new Edge(index, high, ns)));
        if (config.ReadsLevel)
            _pressed[index] = (controller.Read(config.Line) == PinValue.High) != config.ActiveLow;
    }

    private void Listen(int index, ButtonConfig config, GpioController controller)
    {
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
        var now = exact?.TimestampNs ?? _now();
        _edges.Enqueue(new Edge(index, change.ChangeType == PinEventTypes.Rising, now));
        if (exact is not null || _disposed)
            return;
        ulong one = 1;
        write(_handedOver, &one, sizeof(ulong));
    }

    // A held button whose line has failed would be held for ever.
    private void Lose(int chip, int line, string text, Action<string>? log)
    {
        log?.Invoke(text);
        var index = Array.FindIndex(_configs, c => c.Chip == chip && c.Line == line);
        _debouncers[index] = null;
        _lost.Add(index);
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
