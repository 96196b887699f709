using System.Text;
using static InputEvdev.KeyCode;

namespace InputEvdev;

/// <summary>
/// Turns the bytes that a terminal sends into typed events: UTF-8, control characters, and the escape sequences of xterm, rxvt and the
/// Linux console. A terminal sends presses only, so each press event is followed at once by a release event. Any bytes are accepted, in
/// pieces of any size; bytes that are no key are ignored.
/// </summary>
/// <remarks>
/// An Escape byte may be the Escape key or the beginning of a sequence. While <see cref="IsUndecided"/> is true, call
/// <see cref="Decide"/> when no byte has arrived for about 50 ms.
/// </remarks>
public sealed class TerminalKeys
{
    private const byte Escape = 0x1b, Delete = 0x7f;
    private const int MaxParameters = 4;

    private enum State
    {
        Ground,
        Escape,     // ESC
        Control,    // CSI: ESC [
        Linux,      // ESC [ [, the console's F1 to F5
        Single,     // SS3: ESC O
    }

    private readonly InputHandler _to;
    private readonly byte[] _character = new byte[4]; // The bytes of an incomplete UTF-8 character.
    private readonly int[] _parameters = new int[MaxParameters];
    private int _characterLength;
    private int _parameter; // The index of the parameter that is being read.
    private bool _isOdd;    // The sequence contains bytes that occur in no key's sequence.
    private bool _alt;      // An Escape byte came before the key or sequence.
    private State _state;
    private long _timeNs;

    /// <param name="to">Receives the events.</param>
    public TerminalKeys(InputHandler to) => _to = to;

    /// <summary>True after an Escape byte that may be a key by itself or begin a sequence.</summary>
    public bool IsUndecided => _state != State.Ground;

    /// <summary>Processes bytes of the terminal.</summary>
    /// <param name="bytes">The bytes; any values are accepted.</param>
    /// <param name="nowNs">The time of the events.</param>
    public void Take(ReadOnlySpan<byte> bytes, long nowNs)
    {
        _timeNs = nowNs;
        foreach (var b in bytes) Take(b);
    }

    /// <summary>
    /// Call this when no more bytes have arrived: an Escape byte then counts as the Escape key, and the beginning of a sequence as Alt with
    /// the sequence's first character.
    /// </summary>
    /// <param name="nowNs">The time of the events.</param>
    public void Decide(long nowNs)
    {
        _timeNs = nowNs;
        var (state, alt, begun) = (_state, _alt, _parameter > 0 || _parameters[0] > 0 || _isOdd);
        Clear();
        switch (state)
        {
            case State.Escape:
                Send(KEY_ESC, alt ? Modifiers.Alt : 0);
                break;
            case State.Control when !begun:
                Send(KeyText.Of(new Rune('[')), Modifiers.Alt);
                break;
            case State.Single:
                Send(KeyText.Of(new Rune('O')), Modifiers.Alt);
                break;
        }
    }

    private void Take(byte b)
    {
        switch (_state)
        {
            case State.Ground:
                Ground(b);
                break;
            case State.Escape:
                AfterEscape(b);
                break;
            case State.Control:
                InSequence(b);
                break;
            case State.Linux or State.Single when b == Escape: // The sequence was incomplete; a new one begins.
                Clear();
                _state = State.Escape;
                break;
            case State.Linux:
                End(b is >= (byte)'A' and <= (byte)'E' ? From(KEY_F1, b - 'A') : KEY_RESERVED, 0);
                break;
            case State.Single:
                End(Letter(b), b is >= (byte)'a' and <= (byte)'d' ? Modifiers.Control : 0); // rxvt's Control with an arrow
                break;
        }
    }

    private void Ground(byte b)
    {
        if (b == Escape)
        {
            (_state, _alt, _characterLength) = (State.Escape, false, 0);
            return;
        }
        if (b is >= 0x20 and < Delete || b >= 0x80) Character(b);
        else ControlCharacter(b);
    }

    private void AfterEscape(byte b)
    {
        switch (b)
        {
            case (byte)'[':
                _state = State.Control;
                break;
            case (byte)'O':
                _state = State.Single;
                break;
            case Escape when _alt: // The third Escape byte in a row: the first one was the key.
                Send(KEY_ESC, 0);
                break;
            case Escape:
                _alt = true;
                break;
            default:
                (_state, _alt) = (State.Ground, true);
                Ground(b);
                break;
        }
    }

    private void InSequence(byte b)
    {
        switch (b)
        {
            case (byte)'[' when _parameter == 0 && _parameters[0] == 0 && !_isOdd:
                _state = State.Linux;
                break;
            case >= (byte)'0' and <= (byte)'9':
                if (_parameter < MaxParameters) _parameters[_parameter] = Math.Min(_parameters[_parameter] * 10 + b - '0', 9999);
                break;
            case (byte)';':
                if (_parameter < MaxParameters) _parameter++;
                break;
            case (byte)'$' when _parameters[0] != 0: // rxvt's Shift; in other terminals an intermediate byte, which no key has
                End(Numbered(_parameters[0]), Modifiers.Shift);
                break;
            case >= 0x20 and < 0x40:
                _isOdd = true;
                break;
            case >= 0x40 and < Delete:
                EndSequence(b);
                break;
            case Escape: // The sequence was incomplete; a new one begins.
                Clear();
                _state = State.Escape;
                break;
            default: // A control character inside a sequence; terminals do not send this.
                Clear();
                Ground(b);
                break;
        }
    }

    private void EndSequence(byte b)
    {
        var modifiers = Modified(_parameter >= 1 ? _parameters[1] : 0);
        switch (b)
        {
            case (byte)'~':
                End(Numbered(_parameters[0]), modifiers);
                break;
            case (byte)'^':
                End(Numbered(_parameters[0]), Modifiers.Control);
                break;
            case (byte)'@':
                End(Numbered(_parameters[0]), Modifiers.Control | Modifiers.Shift);
                break;
            case (byte)'Z':
                End(KEY_TAB, modifiers | Modifiers.Shift);
                break;
            case >= (byte)'a' and <= (byte)'d':
                End(Letter(b), modifiers | Modifiers.Shift); // rxvt's Shift with an arrow
                break;
            case >= (byte)'P' and <= (byte)'S' when _parameters[0] != 1: // the console's Pause, and sequences that are no keys
            case (byte)'M':
                End(KEY_RESERVED, 0);
                break;
            default:
                End(Letter(b), modifiers);
                break;
        }
    }

    private void End(KeyCode key, Modifiers modifiers)
    {
        var (odd, alt) = (_isOdd, _alt);
        Clear();
        if (key != KEY_RESERVED && !odd) Send(key, modifiers | (alt ? Modifiers.Alt : 0));
    }

    private void Clear()
    {
        (_state, _parameter, _isOdd, _alt) = (State.Ground, 0, false, false);
        Array.Clear(_parameters);
    }

    private void Character(byte b)
    {
        if (b < 0x80 || (b & 0xc0) == 0xc0) _characterLength = 0; // A new character begins; incomplete bytes are discarded.
        _character[_characterLength++] = b;
        var status = Rune.DecodeFromUtf8(_character.AsSpan(0, _characterLength), out var rune, out _);
        if (status == System.Buffers.OperationStatus.NeedMoreData) return;
        _characterLength = 0;
        var modifiers = _alt ? Modifiers.Alt : 0;
        _alt = false;
        if (status == System.Buffers.OperationStatus.Done && !Rune.IsControl(rune)) Send(KeyText.Of(rune), modifiers);
    }

    private void ControlCharacter(byte b)
    {
        _characterLength = 0;
        var modifiers = _alt ? Modifiers.Alt : 0;
        _alt = false;
        switch (b)
        {
            case 0x08 or Delete:
                Send(KEY_BACKSPACE, modifiers);
                break;
            case (byte)'\t':
                Send(KEY_TAB, modifiers);
                break;
            case (byte)'\r' or (byte)'\n':
                Send(KEY_ENTER, modifiers);
                break;
            case 0:
                Send(KEY_SPACE, modifiers | Modifiers.Control);
                break;
            default: // Control subtracts 0x40 from the character; letters are reported in lower case.
                Send(KeyText.Of(new Rune((char)(b <= 26 ? b + 0x60 : b + 0x40))), modifiers | Modifiers.Control);
                break;
        }
    }

    private void Send(KeyCode key, Modifiers modifiers) => Send(new InputEvent { Key = key, Meaning = key, Modifiers = modifiers });

    private void Send(KeyText text, Modifiers modifiers) =>
        Send(new InputEvent { Key = KEY_UNKNOWN, Text = text, Meaning = KEY_UNKNOWN, Modifiers = modifiers });

    private void Send(InputEvent press)
    {
        _to(press with { Kind = InputKind.KeyPress, TimeNs = _timeNs });
        _to(new InputEvent { Kind = InputKind.KeyRelease, TimeNs = _timeNs, Key = press.Key });
    }

    // xterm's parameter is 1 more than the sum of 1 for Shift, 2 for Alt, 4 for Control and 8 for Meta.
    private static Modifiers Modified(int parameter)
    {
        var bits = parameter > 0 ? parameter - 1 : 0;
        return ((bits & 1) != 0 ? Modifiers.Shift : 0) | ((bits & 2) != 0 ? Modifiers.Alt : 0) | ((bits & 4) != 0 ? Modifiers.Control : 0);
    }

    private static KeyCode From(KeyCode first, int steps) => (KeyCode)((int)first + steps);

    private static KeyCode Letter(byte letter) => letter switch
    {
        (byte)'A' or (byte)'a' => KEY_UP,
        (byte)'B' or (byte)'b' => KEY_DOWN,
        (byte)'C' or (byte)'c' => KEY_RIGHT,
        (byte)'D' or (byte)'d' => KEY_LEFT,
        (byte)'H' => KEY_HOME,
        (byte)'F' => KEY_END,
        (byte)'M' => KEY_ENTER, // of the keypad in application mode
        >= (byte)'P' and <= (byte)'S' => From(KEY_F1, letter - 'P'),
        _ => KEY_RESERVED,
    };

    private static KeyCode Numbered(int number) => number switch
    {
        1 or 7 => KEY_HOME,
        2 => KEY_INSERT,
        3 => KEY_DELETE,
        4 or 8 => KEY_END,
        5 => KEY_PAGEUP,
        6 => KEY_PAGEDOWN,
        >= 11 and <= 15 => From(KEY_F1, number - 11),
        >= 17 and <= 21 => From(KEY_F6, number - 17),
        23 or 24 => From(KEY_F11, number - 23),
        25 or 26 => From(KEY_F13, number - 25), // F13 is what the Linux console sends for Shift with F1
        28 or 29 => From(KEY_F15, number - 28),
        >= 31 and <= 34 => From(KEY_F17, number - 31),
        _ => KEY_RESERVED,
    };
}
