using FbHost.Loop;
using InputEvdev;

namespace FbHost.Input;

/// <summary>The keyboards in the loop: raw keys of all devices in, typed ones out, repeats by a timer, lamps on every device.</summary>
internal sealed class SeatKeyboard : IDisposable
{
    private readonly EventLoop _loop;
    private readonly Keyboards _keyboard;
    private readonly InputHandler _typed;
    private readonly LoopTimer _timer;
    private readonly List<EvdevDevice> _devices = [];
    private KeyboardLeds _leds;

    /// <param name="loop">Repeats.</param>
    /// <param name="keyboard">Becomes this one's own.</param>
    /// <param name="typed">Gets the typed keys.</param>
    public SeatKeyboard(EventLoop loop, Keyboards keyboard, InputHandler typed)
    {
        (_loop, _keyboard, _typed) = (loop, keyboard, typed);
        _timer = loop.CreateTimer(Repeat);
    }

    /// <summary>A device appeared: the keymap is loaded before its first key, and its lamps show what the others' show.</summary>
    public void Add(EvdevDevice device)
    {
        if (!device.IsKeyboard)
            return;
        _keyboard.Prepare();
        _leds = _keyboard.Leds;
        _devices.Add(device);
        device.SetLeds(_leds);
    }

    /// <summary>A device is gone; what it held has been released.</summary>
    public void Remove(EvdevDevice device) => _devices.Remove(device);

    /// <summary>Takes a key of a device.</summary>
    public void Take(in InputEvent e)
    {
        _keyboard.Take(e, EventLoop.Now, _typed);
        Follow();
    }

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
