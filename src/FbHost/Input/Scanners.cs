using FbHost.Loop;
using InputEvdev;

namespace FbHost.Input;

/// <summary>Barcode scanners: turns the keys of each device into codes. Each device has its own keyboard state.</summary>
internal sealed class Scanners : IDisposable
{
    private readonly EventLoop _loop;
    private readonly Keyboards _keyboard;
    private readonly Action<string> _scanned;
    private readonly Action<string> _warn;
    private readonly LoopTimer _timer; // ends codes that have no suffix
    private readonly Dictionary<EvdevDevice, ScanLine> _lines = [];

    /// <param name="loop">Runs the timer.</param>
    /// <param name="keyboard">Its keymap is used for the scanners, too.</param>
    /// <param name="scanned">Called with each code.</param>
    /// <param name="warn">Called with a warning about a code that is too long.</param>
    public Scanners(EventLoop loop, Keyboards keyboard, Action<string> scanned, Action<string> warn)
    {
        (_loop, _keyboard, _scanned, _warn) = (loop, keyboard, scanned, warn);
        _timer = loop.CreateTimer(Elapse);
    }

    /// <summary>Adds a scanner that was plugged in.</summary>
    /// <returns>The handler of its events.</returns>
    public InputHandler Add(EvdevDevice device)
    {
        var line = new ScanLine(_keyboard, device.Settings, $"{device.Path} ({device.Name})", _scanned, _warn);
        _lines.Add(device, line);
        return (in InputEvent e) =>
        {
            line.Take(e, EventLoop.Now);
            _timer.NoLaterThan(line.DueNs);
        };
    }

    private void Elapse()
    {
        foreach (var line in _lines.Values.ToArray())
        {
            line.Elapse(EventLoop.Now);
            _timer.NoLaterThan(line.DueNs);
        }
    }

    /// <summary>Removes a device that was unplugged; does nothing for a device that is not a scanner.</summary>
    public void Remove(EvdevDevice device)
    {
        if (_lines.Remove(device, out var line))
            line.Dispose();
    }

    public void Dispose()
    {
        _loop.Remove(_timer);
        foreach (var line in _lines.Values)
            line.Dispose();
    }
}
