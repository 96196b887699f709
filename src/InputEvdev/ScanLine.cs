using System.Text;

namespace InputEvdev;

/// <summary>
/// Reads a barcode scanner that types like a keyboard: it collects the keys of one code and delivers them as one text. A code ends with
/// Return or Tab, or with the suffix of the settings, or when no key has come for a short time.
/// </summary>
/// <remarks>
/// Scanners type characters for which there is no key with Control (Control+] is U+001D, the separator of GS1), or with Alt and the digits
/// of its code (Alt+029 and Alt+0228 by the codes of Windows, Alt+132 by those of the PC).
/// </remarks>
public sealed class ScanLine : IDisposable
{
    /// <summary>The most bytes of UTF-8 in a code: more than the largest QR code can have (2,953).</summary>
    public const int MaxLength = 4096;

    /// <summary>How long after its last key a code ends if the settings do not say it, in ms.</summary>
    public const int DefaultTimeoutMs = 100;

    private readonly Keyboards? _own; // Null if the keymap is the seat's.
    private readonly IKeymap _keymap;
    private readonly string _name;
    private readonly Action<string> _scanned;
    private readonly Action<string> _log;
    private readonly byte[] _line = new byte[MaxLength];
    private readonly StringBuilder _digits = new(); // Typed while Alt is held.
    private readonly long _timeoutNs;
    private readonly string? _suffixKey;
    private readonly byte[]? _suffix;
    private int _length;
    private bool _isFull;
    private bool _saidFull;

    /// <param name="seat">The keyboards whose keymap the scanner also uses, unless the settings name a layout.</param>
    /// <param name="settings">The settings of the device.</param>
    /// <param name="name">The name of the device, for the log.</param>
    /// <param name="scanned">Receives each code, 1 to <see cref="MaxLength"/> bytes.</param>
    /// <param name="log">Receives one line when the first code had to be cut, or if the layout cannot be used.</param>
    public ScanLine(Keyboards seat, DeviceSettings settings, string name, Action<string> scanned, Action<string> log)
    {
        if (settings.Layout is { } layout)
            _own = new Keyboards(new KeyboardOptions { Layout = layout == "us" ? null : layout }, line => log($"{name}: {line}"));
        _keymap = (_own ?? seat).NewKeymap();
        (_name, _scanned, _log) = (name, scanned, log);
        _timeoutNs = (settings.ScanTimeoutMs ?? DefaultTimeoutMs) * 1_000_000L;
        if (settings.ScanSuffix is { } suffix && KeyNameTable.Has(suffix)) _suffixKey = suffix;
        else if (settings.ScanSuffix is { } text) _suffix = Encoding.UTF8.GetBytes(text);
    }

    /// <summary>When to call <see cref="Elapse"/>, in ns of the caller's clock; <see cref="long.MaxValue"/> if no code has begun.</summary>
    public long DueNs { get; private set; } = long.MaxValue;

    /// <summary>Processes an event of the scanner. Events that are not key events are ignored.</summary>
    /// <param name="e">The event as the device sent it.</param>
    /// <param name="nowNs">The time of the caller's clock.</param>
    public void Take(in InputEvent e, long nowNs)
    {
        if (e.Kind is not (InputKind.KeyPress or InputKind.KeyRelease)) return;
        Elapse(nowNs);
        if (e.Kind == InputKind.KeyRelease)
        {
            _keymap.Release(e.Key);
            if ((_keymap.Modifiers & Modifiers.Alt) == 0) EndDigits();
        }
        else
        {
            Press(e.Key);
        }
        DueNs = _length > 0 || _digits.Length > 0 ? nowNs + _timeoutNs : long.MaxValue;
    }

    /// <summary>Ends the code if no key has come in time.</summary>
    /// <param name="nowNs">The time of the caller's clock.</param>
    public void Elapse(long nowNs)
    {
        if (nowNs < DueNs) return;
        EndDigits();
        End();
    }

    private void Press(KeyCode key)
    {
        var typed = _keymap.Press(key);
        var modifiers = _keymap.Modifiers;
        var name = KeyNameTable.Of(typed.Meaning);
        var ends = _suffixKey is not null ? name == _suffixKey : _suffix is null && name is "return" or "tab";
        if (ends)
            End();
        else if (name is "return" or "tab")
            Append(KeyText.Of(new Rune(name == "tab" ? '\t' : '\n')));
        else if ((modifiers & Modifiers.Alt) != 0)
            AppendDigit(key);
        else
            Append((modifiers & Modifiers.Control) != 0 ? Command(typed.Text) : typed.Text);
    }

    // Control with @, a letter, [, \, ], ^ or _ types U+0000 to U+001F, of which the first cannot be in a text.
    private static KeyText Command(KeyText text) =>
        text.Length == 1 && char.ToUpperInvariant(text.ToString()[0]) is > '@' and <= '_' and var c
            ? KeyText.Of(new Rune(c & 0x1F))
            : default;

    // The digits count by their place, whatever the layout types there, and the keypad's as if NumLock were on.
    private void AppendDigit(KeyCode key)
    {
        const int most = 7;
        if (UsKeymap.TextOf(key, Modifiers.None) is { Length: 1 } digit && char.IsAsciiDigit(digit.ToString()[0]) && _digits.Length < most)
            _digits.Append(digit.ToString());
    }

    private void EndDigits()
    {
        if (_digits.Length == 0) return;
        var text = AltCodes.Decode(_digits.ToString());
        _digits.Clear();
        if (text is { } rune) Append(KeyText.Of(rune));
    }

    /// <summary>Frees the keymap.</summary>
    public void Dispose()
    {
        _keymap.Dispose();
        _own?.Dispose();
    }

    private void Append(KeyText text)
    {
        _isFull |= _length + text.Length > MaxLength;
        if (!_isFull) _length += text.CopyTo(_line.AsSpan(_length));
        if (_suffix is not { } suffix || !_line.AsSpan(0, _length).EndsWith(suffix)) return;
        _length -= suffix.Length;
        End();
    }

    private void End()
    {
        if (_isFull && !_saidFull)
        {
            _log($"{_name}: a code of more than {MaxLength} bytes was cut");
            _saidFull = true;
        }
        var text = _length > 0 ? Encoding.UTF8.GetString(_line, 0, _length) : null;
        (_length, _isFull, DueNs) = (0, false, long.MaxValue);
        if (text is not null) _scanned(text);
    }
}
