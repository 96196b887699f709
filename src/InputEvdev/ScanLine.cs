using System.Text;

namespace InputEvdev;

/// <summary>
/// Reads a barcode scanner that types like a keyboard: it collects the keys up to Return or Tab and delivers them as one line. A key that
/// comes after a second without keys begins a new line, so that half a scan never becomes part of the next one.
/// </summary>
public sealed class ScanLine : IDisposable
{
    /// <summary>
    /// The most bytes of UTF-8 in a line, so that "message scan " and the line fit into one event of the protocol (protocol.md section 5).
    /// </summary>
    public const int MaxLength = 114;

    private const long PauseNs = 1_000_000_000;

    private readonly IKeymap _keymap;
    private readonly string _name;
    private readonly Action<string> _scanned;
    private readonly Action<string> _log;
    private readonly byte[] _line = new byte[MaxLength];
    private int _length;
    private bool _isFull;
    private bool _saidFull;
    private long _lastNs;

    /// <param name="seat">The keyboards whose keymap the scanner also uses.</param>
    /// <param name="name">The name of the device, for the log.</param>
    /// <param name="scanned">Receives each line, 1 to <see cref="MaxLength"/> bytes.</param>
    /// <param name="log">Receives one line when the first scan had to be cut.</param>
    public ScanLine(Keyboards seat, string name, Action<string> scanned, Action<string> log)
    {
        _keymap = seat.NewKeymap();
        (_name, _scanned, _log) = (name, scanned, log);
    }

    /// <summary>Processes an event of the scanner. Events that are not key events are ignored.</summary>
    /// <param name="e">The event as the device sent it.</param>
    /// <param name="nowNs">The time of the caller's clock.</param>
    public void Take(in InputEvent e, long nowNs)
    {
        if (e.Kind == InputKind.KeyRelease) _keymap.Release(e.Key);
        if (e.Kind != InputKind.KeyPress) return;
        if (nowNs - _lastNs > PauseNs) Clear();
        _lastNs = nowNs;
        var typed = _keymap.Press(e.Key);
        if (typed.Meaning is KeyCode.KEY_ENTER or KeyCode.KEY_KPENTER or KeyCode.KEY_TAB) End();
        else if ((_keymap.Modifiers & (Modifiers.Control | Modifiers.Alt)) == 0) Append(typed.Text);
    }

    /// <summary>Frees the keymap.</summary>
    public void Dispose() => _keymap.Dispose();

    private void Append(KeyText text)
    {
        _isFull |= _length + text.Length > MaxLength;
        if (!_isFull) _length += text.CopyTo(_line.AsSpan(_length));
    }

    private void End()
    {
        if (_isFull && !_saidFull)
        {
            _log($"{_name}: a scan of more than {MaxLength} bytes was cut; longer codes do not fit into one event");
            _saidFull = true;
        }
        if (_length > 0) _scanned(Encoding.UTF8.GetString(_line, 0, _length));
        Clear();
    }

    private void Clear() => (_length, _isFull) = (0, false);
}
