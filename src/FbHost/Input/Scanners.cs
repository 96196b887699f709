using InputEvdev;

namespace FbHost.Input;

/// <summary>Barcode scanners: each device's keys become lines, by a keymap of its own.</summary>
internal sealed class Scanners : IDisposable
{
    private readonly Keyboards _keyboard;
    private readonly Action<string> _scanned;
    private readonly Action<string> _warn;
    private readonly Dictionary<EvdevDevice, ScanLine> _lines = [];

    /// <param name="keyboard">Its keymap is the scanners' too.</param>
    /// <param name="scanned">Gets each line.</param>
    /// <param name="warn">Is told of lines that are too long.</param>
    public Scanners(Keyboards keyboard, Action<string> scanned, Action<string> warn) =>
        (_keyboard, _scanned, _warn) = (keyboard, scanned, warn);

    /// <summary>A scanner appeared.</summary>
    /// <returns>What takes its events.</returns>
    public ScanLine Add(EvdevDevice device)
    {
        var line = new ScanLine(_keyboard, $"{device.Path} ({device.Name})", _scanned, _warn);
        _lines.Add(device, line);
        return line;
    }

    /// <summary>A device is gone; nothing is done for one that is no scanner.</summary>
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
