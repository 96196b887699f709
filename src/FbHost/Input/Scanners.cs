using FbHost.Clients;
using FbHost.Screens;
using InputEvdev;
using Mmm;

namespace FbHost.Input;

/// <summary>
/// Barcode scanners: each device's keys become lines, and each line one <c>message scan TEXT</c> to the client with the focus. A scan turns
/// the screen on and is delivered all the same: nobody scans to wake a screen.
/// </summary>
internal sealed class Scanners : IDisposable
{
    private readonly Keyboards _keyboard;
    private readonly HostLog _log;
    private readonly Action<string> _deliver;
    private readonly List<ScanLine> _lines = [];

    /// <param name="keyboard">Its keymap is the scanners' too.</param>
    /// <param name="clients">The one with the focus gets the lines.</param>
    /// <param name="blanker">Is told that somebody is there.</param>
    /// <param name="log">Is told of lines that are too long.</param>
    public Scanners(Keyboards keyboard, ClientTable clients, Blanker blanker, HostLog log)
    {
        (_keyboard, _log) = (keyboard, log);
        _deliver = line =>
        {
            blanker.NoteInput();
            if (clients.Stack.Focus is { } focus)
                clients.Events.To(focus)?.Offer(EventText.Message($"scan {line}"));
        };
    }

    /// <summary>A scanner appeared.</summary>
    /// <param name="name">For the log: its path and name.</param>
    /// <returns>What takes its events, in place of the seat's keyboard; hand it back to <see cref="Remove"/>.</returns>
    public ScanLine Add(string name)
    {
        var line = new ScanLine(_keyboard, name, _deliver, text => _log.Warn($"input: {text}"));
        _lines.Add(line);
        return line;
    }

    /// <summary>A scanner is gone.</summary>
    public void Remove(ScanLine line)
    {
        if (_lines.Remove(line))
            line.Dispose();
    }

    public void Dispose() => _lines.ForEach(l => l.Dispose());
}
