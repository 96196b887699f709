using System.Text;

namespace InputEvdev;

/// <summary>
/// A barcode scanner that types as a keyboard does: collects its keys up to Return or Tab, and gives them as one line. What comes after
/// a second without keys begins a new line, so that half a scan never becomes part of the next.
/// </summary>
public sealed class ScanLine : IDisposable
{
    /// <summary>
    /// Bytes of UTF-8 in a line, so that "message scan " and the line fit an event of the protocol (protocol.md section 5).
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

    /// <param name="seat">Its keymap is the scanner's too.</param>
    /// <param name="name">The device, for the log.</param>
    /// <param name="scanned">Gets each line, 1 to <see cref="MaxLength"/> bytes.</param>
    /// <param name="log">Is told once of a line that had to be cut.</param>
    public ScanLine(Keyboards seat, string name, Action<string> scanned, Action<string> log)
    {
        _keymap = seat.NewKeymap();
        (_name, _scanned, _log) = (name, scanned, log);
    }

    /// <summary>Takes an event of the scanner; those that are no keys are ignored.</summary>
    /// <param name="e">As the device sent it.</param>
    /// <param name="nowNs">The caller's clock.</param>
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
            _log($"{_name}: a scan of more than {MaxLength} bytes was cut; longer codes do not fit an event");
            _saidFull = true;
        }
        if (_length > 0) _scanned(Encoding.UTF8.GetString(_line, 0, _length));
        Clear();
    }

    private void Clear() => (_length, _isFull) = (0, false);
}
