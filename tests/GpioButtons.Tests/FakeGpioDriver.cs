using System.Device.Gpio;

namespace GpioButtons.Tests;

/// <summary>A chip of 8 lines under a real GpioController, whose edges come when and on the thread that the test wants.</summary>
internal sealed class FakeGpioDriver : GpioDriver, ILineDriver
{
    private readonly Dictionary<int, PinChangeEventHandler> _callbacks = [];

    public Dictionary<int, PinMode> Modes { get; } = [];

    /// <summary>The levels that outputs have been given, oldest first.</summary>
    public List<(int Line, bool IsHigh)> Levels { get; } = [];

    /// <summary>Thrown at the next write; null for none.</summary>
    public Exception? Fault { get; set; }

    public Dictionary<int, uint> Debounce { get; } = [];

    /// <summary>Lines that are high.</summary>
    public HashSet<int> High { get; } = [];

    public Action<int, string>? Lost { get; set; }

    public bool RefusesDebounce { get; set; }

    public bool IsDisposed { get; private set; }

    public void SetDebounce(int line, uint microseconds) => Debounce[line] = microseconds;

    public void Raise(int line, PinEventTypes edge, long? timestampNs = null) => _callbacks[line](this,
        timestampNs is { } at ? new LineEventArgs(edge, line, at) : new PinValueChangedEventArgs(edge, line));

    protected override int PinCount => 8;

    protected override void OpenPin(int pinNumber)
    {
        if (pinNumber >= PinCount)
            throw new GpioLineException($"fake: no line {pinNumber}");
    }

    protected override void ClosePin(int pinNumber)
    {
    }

    protected override void SetPinMode(int pinNumber, PinMode mode)
    {
        if (RefusesDebounce && Debounce.GetValueOrDefault(pinNumber) > 0)
            throw new GpioLineException($"fake: line {pinNumber} cannot be debounced");
        Modes[pinNumber] = mode;
    }

    protected override void SetPinMode(int pinNumber, PinMode mode, PinValue initialValue)
    {
        Modes[pinNumber] = mode;
        Levels.Add((pinNumber, initialValue == PinValue.High));
    }

    protected override PinMode GetPinMode(int pinNumber) => Modes[pinNumber];

    protected override bool IsPinModeSupported(int pinNumber, PinMode mode) => true;

    protected override PinValue Read(int pinNumber) => High.Contains(pinNumber) ? PinValue.High : PinValue.Low;

    protected override void Write(int pinNumber, PinValue value)
    {
        if (Fault is not null)
            throw Fault;
        Levels.Add((pinNumber, value == PinValue.High));
    }

    protected override WaitForEventResult WaitForEvent(int pinNumber, PinEventTypes eventTypes, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    protected override void AddCallbackForPinValueChangedEvent(int pinNumber, PinEventTypes eventTypes, PinChangeEventHandler callback) =>
        _callbacks[pinNumber] = callback;

    protected override void RemoveCallbackForPinValueChangedEvent(int pinNumber, PinChangeEventHandler callback) =>
        _callbacks.Remove(pinNumber);

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}
