using FbHost.Loop;
using InputEvdev;

namespace FbHost.Input;

/// <summary>
/// Connects the keyboards to the loop: turns the raw keys of all devices into typed keys, repeats keys by a timer, and sets the LEDs of
/// every device.
/// </summary>
internal sealed class SeatKeyboard : IDisposable
{
    private readonly EventLoop _loop;
    private readonly Keyboards _keyboard;
    private readonly InputHandler _typed;
    private readonly LoopTimer _timer;
    private readonly List<EvdevDevice> _devices = [];
    private KeyboardLeds _leds;

    /// <param name="loop">Runs the timer for repeats.</param>
    /// <param name="keyboard">The keyboard state. This object owns it.</param>
    /// <param name="typed">Called with the typed keys.</param>
    public SeatKeyboard(EventLoop loop, Keyboards keyboard, InputHandler typed)
    {
        (_loop, _keyboard, _typed) = (loop, keyboard, typed);
        _timer = loop.CreateTimer(Repeat);
    }

    /// <summary>Adds a device. The keymap is loaded before the device's first key, and its LEDs are set like those of the others.</summary>
    public void Add(EvdevDevice device)
    {
        if (!device.IsKeyboard)
            return;
        _keyboard.Prepare();
        _leds = _keyboard.Leds;
        _devices.Add(device);
        device.SetLeds(_leds);
    }

    /// <summary>Removes a device, whose held keys have already been released.</summary>
    public void Remove(EvdevDevice device) => _devices.Remove(device);

    /// <summary>Handles a key of a device.</summary>
    public void Take(in InputEvent e)
    {
        _keyboard.Take(e, EventLoop.Now, _typed);
        Follow();
    }

    /// <summary>Uses the keymap of a window system: see <see cref="Keyboards.UseKeymap"/>.</summary>
    public void UseKeymap(byte[]? text, KeyboardOptions? names) => _keyboard.UseKeymap(text, names);

    /// <summary>Sets the state of that keymap.</summary>
    public void SetState(uint depressed, uint latched, uint locked, uint layout) =>
        _keyboard.SetState(depressed, latched, locked, layout);

    private void Repeat()
    {
        _keyboard.Repeat(EventLoop.Now, _typed);
        Follow();
    }

    private void Follow()
    {
        _timer.At(_keyboard.NextRepeatNs);
        var leds = _keyboard.Leds;
        if (leds == _leds)
            return;
        _leds = leds;
        foreach (var device in _devices)
            device.SetLeds(leds);
    }

    public void Dispose()
    {
        _loop.Remove(_timer);
        _keyboard.Dispose();
    }
}
