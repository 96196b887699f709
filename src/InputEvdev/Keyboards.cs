namespace InputEvdev;

/// <summary>
/// All keyboards of a seat as one: takes the raw key events of every device and gives typed ones, with text, meaning and modifiers,
/// and repeats the last key held. Of every press that went in there is exactly one release out. Belongs to one thread.
/// </summary>
public sealed class Keyboards : IDisposable
{
    private readonly KeyboardOptions _options;
    private readonly Action<string> _log;
    private readonly string _libraryName;
    private readonly long _delayNs;
    private readonly long _intervalNs;
    private readonly List<(int Device, KeyCode Key)> _held = new(16);
    private IKeymap? _keymap;
    private InputEvent _repeating; // The press that repeats, while NextRepeatNs says so.

    /// <summary>Opens nothing yet.</summary>
    /// <param name="options">The keymap and the repeat.</param>
    /// <param name="log">Is told, in one line, when another keymap has to be used.</param>
    public Keyboards(KeyboardOptions options, Action<string> log) : this(options, log, LibXkbCommon.DefaultName) { }

    internal Keyboards(KeyboardOptions options, Action<string> log, string libraryName)
    {
        (_options, _log, _libraryName) = (options, log, libraryName);
        _delayNs = options.RepeatDelayMs * 1_000_000L;
        _intervalNs = options.RepeatRate > 0 ? 1_000_000_000L / options.RepeatRate : 0;
    }

    /// <summary>When <see cref="Repeat"/> is to be called, in ns of the caller's clock; <see cref="long.MaxValue"/>: not at all.</summary>
    public long NextRepeatNs { get; private set; } = long.MaxValue;

    /// <summary>The lamps that should shine on every keyboard.</summary>
    public KeyboardLeds Leds => Keymap.Leds;

    private IKeymap Keymap => _keymap ??= OpenKeymap();

    /// <summary>
    /// Loads the keymap, which takes some hundred milliseconds on a board when a layout is configured: call it when a keyboard appears,
    /// before anybody types on it.
    /// </summary>
    public void Prepare() => _ = Keymap;

    /// <summary>Takes a key event of any device, which goes on typed.</summary>
    /// <param name="e">A press or release of a key as the device sent it; repeats, and what is no key's, are dropped.</param>
    /// <param name="nowNs">The caller's clock, for the repeat.</param>
    /// <param name="to">Gets the event.</param>
    public void Take(in InputEvent e, long nowNs, InputHandler to)
    {
        switch (e.Kind)
        {
            case InputKind.KeyPress:
                Press(e, nowNs, to);
                break;
            case InputKind.KeyRelease:
                Release(e, to);
                break;
        }
    }

    /// <summary>Repeats the key held, when its time has come: once, however late the call.</summary>
    /// <param name="nowNs">The caller's clock.</param>
    /// <param name="to">Gets the event.</param>
    public void Repeat(long nowNs, InputHandler to)
    {
        if (nowNs < NextRepeatNs) return;
        NextRepeatNs += _intervalNs;
        if (NextRepeatNs <= nowNs) NextRepeatNs = nowNs + _intervalNs;

        var modifiers = Keymap.Modifiers;
        if (modifiers != _repeating.Modifiers)
        {
            var typed = Keymap.Look(_repeating.Key);
            _repeating = _repeating with { Modifiers = modifiers, Text = typed.Text, Meaning = typed.Meaning };
        }
        to(_repeating with { Kind = InputKind.KeyRepeat, TimeNs = nowNs });
    }

    /// <summary>Frees the keymap. Releases nothing: who disposes knows that no more events come.</summary>
    public void Dispose() => _keymap?.Dispose();

    /// <summary>The same keymap for a keyboard apart from the others, as a scanner is.</summary>
    internal IKeymap NewKeymap() => Keymap.Fresh();

    private IKeymap OpenKeymap()
    {
        if (!_options.NeedsXkb) return new UsKeyboard(_options.NumLock);
        if (XkbKeymap.TryOpen(_options, _log, _libraryName, out var reason) is { } keymap) return keymap;
        _log($"{reason}. The built-in US map is used");
        return new UsKeyboard(_options.NumLock);
    }

    private void Press(in InputEvent e, long nowNs, InputHandler to)
    {
        if (_held.Contains((e.Device, e.Key))) return;
        var first = !IsHeldSomewhere(e.Key);
        _held.Add((e.Device, e.Key));
        // A second keyboard's Shift is the same Shift.
        var typed = first ? Keymap.Press(e.Key) : Keymap.Look(e.Key);
        var press = e with { Text = typed.Text, Meaning = typed.Meaning, Modifiers = Keymap.Modifiers };
        if (_intervalNs > 0 && !typed.IsNothing && Repeats(e.Key, typed)) (_repeating, NextRepeatNs) = (press, nowNs + _delayNs);
        to(in press);
    }

    private void Release(in InputEvent e, InputHandler to)
    {
        if (!_held.Remove((e.Device, e.Key))) return;
        if (!IsHeldSomewhere(e.Key)) Keymap.Release(e.Key);
        if (_repeating.Key == e.Key && _repeating.Device == e.Device) NextRepeatNs = long.MaxValue;
        to(e with { Modifiers = Keymap.Modifiers });
    }

    private bool Repeats(KeyCode key, Typed typed) =>
        FixedKeys.MayRepeat(typed.Meaning == KeyCode.KEY_RESERVED ? key : typed.Meaning) && Keymap.Repeats(key);

    private bool IsHeldSomewhere(KeyCode key)
    {
        foreach (var (_, held) in _held)
            if (held == key) return true;
        return false;
    }
}
