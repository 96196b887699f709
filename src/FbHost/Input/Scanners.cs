using InputEvdev;

namespace FbHost.Input;

/// <summary>Barcode scanners: turns the keys of each device into lines of text. Each device has its own keyboard state.</summary>
internal sealed class Scanners : IDisposable
{
    private readonly Keyboards _keyboard;
    private readonly Action<string> _scanned;
    private readonly Action<string> _warn;
    private readonly Dictionary<EvdevDevice, ScanLine> _lines = [];

    /// <param name="keyboard">Its keymap is used for the scanners, too.</param>
    /// <param name="scanned">Called with each line.</param>
    /// <param name="warn">Called with a warning about a line that is too long.</param>
    public Scanners(Keyboards keyboard, Action<string> scanned, Action<string> warn) =>
        (_keyboard, _scanned, _warn) = (keyboard, scanned, warn);

    /// <summary>Adds a scanner that was plugged in.</summary>
    /// <returns>The handler of its events.</returns>
    public ScanLine Add(EvdevDevice device)
    {
        var line = new ScanLine(_keyboard, $"{device.Path} ({device.Name})", _scanned, _warn);
        _lines.Add(device, line);
        return line;
    }

    /// <summary>Removes a device that was unplugged; does nothing for a device that is not a scanner.</summary>
    public void Remove(EvdevDevice device)
    {
        if (_lines.Remove(device, out var line))
            line.Dispose();
    }

    public void Dispose()
    {
        foreach (var line in _lines.Values)
            line.Dispose();
    }
}
