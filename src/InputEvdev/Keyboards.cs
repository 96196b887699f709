namespace InputEvdev;

/// <summary>
/// Combines all keyboards into one: it receives the raw key events of every device and sends typed events with text, meaning and
/// modifiers. It repeats the key that was pressed last while that key is held. Every press that it sends is followed by exactly one
/// release. An instance belongs to one thread.
/// </summary>
public sealed class Keyboards : IDisposable
{
    private KeyboardOptions _options;
    private readonly Action<string> _log;
    private readonly string _libraryName;
    private long _delayNs;
    private long _intervalNs;
    private readonly List<(int Device, KeyCode Key)> _held = new(16);
    private readonly Dictionary<KeyCode, (int Device, long TimeNs)> _pressed = []; // The last press of each key.
    private IKeymap? _keymap;
    private (byte[]? Text, KeyboardOptions? Names)? _window; // The keymap of the window system.
    private (uint Depressed, uint Latched, uint Locked, uint Layout) _state; // Its state.
    private bool _hasNoKeymap; // It cannot be used.
    private InputEvent _repeating; // The press that repeats, while NextRepeatNs is set.

    /// <summary>Creates the object. The keymap is opened later: see <see cref="Prepare"/>.</summary>
    /// <param name="options">The options of the keymap and the repeat.</param>
    /// <param name="log">Receives one line if another keymap has to be used.</param>
    public Keyboards(KeyboardOptions options, Action<string> log) : this(options, log, LibXkbCommon.DefaultName) { }

    internal Keyboards(KeyboardOptions options, Action<string> log, string libraryName)
    {
        (_options, _log, _libraryName) = (options, log, libraryName);
        SetRepeat();
    }

    /// <summary>
    /// Sets other options. The new keymap is opened when a keyboard appears or a key is pressed. Release all keys before: a key that is
    /// still held is forgotten, and its release is dropped.
    /// </summary>
    /// <param name="options">The options of the keymap and the repeat.</param>
    public void Change(KeyboardOptions options)
    {
        _held.Clear();
        _pressed.Clear();
        _options = options;
        SetRepeat();
        NextRepeatNs = long.MaxValue;
        _keymap?.Dispose();
        _keymap = null;
    }

    private void SetRepeat()
    {
        _delayNs = _options.RepeatDelayMs * 1_000_000L;
        _intervalNs = _options.RepeatRate > 0 ? 1_000_000_000L / _options.RepeatRate : 0;
    }

    /// <summary>When to call <see cref="Repeat"/>, in ns of the caller's clock; <see cref="long.MaxValue"/> if no key repeats.</summary>
    public long NextRepeatNs { get; private set; } = long.MaxValue;

    /// <summary>The LEDs that must be on on every keyboard.</summary>
    public KeyboardLeds Leds => Keymap.Leds;

    private IKeymap Keymap => _keymap ??= OpenKeymap();

    /// <summary>
    /// Loads the keymap. This takes some hundred milliseconds on a board if a layout is configured, so call it when a keyboard appears,
    /// before anybody types on it.
    /// </summary>
    public void Prepare() => _ = Keymap;

    /// <summary>
    /// Uses the keymap of a window system, whose state is then set by <see cref="SetState"/> and not by the keys, unless the options name a
    /// keymap.
    /// </summary>
    /// <param name="text">The keymap in the XKB text format; null if <paramref name="names"/> has the names of its layouts.</param>
    /// <param name="names">The names; null if there is a text.</param>
    public void UseKeymap(byte[]? text, KeyboardOptions? names)
    {
        _window = (text, names);
        if (_options.NeedsXkb) return;
        _keymap?.Dispose();
        _keymap = null;
    }

    /// <summary>Sets the state of a keymap of a window system; has no effect on any other keymap.</summary>
    /// <param name="depressed">The modifiers whose keys are down, as a mask of the keymap.</param>
    /// <param name="latched">The modifiers that count for the next key.</param>
    /// <param name="locked">The modifiers that are on, such as CapsLock.</param>
    /// <param name="layout">The number of the layout.</param>
    public void SetState(uint depressed, uint latched, uint locked, uint layout)
    {
        _state = (depressed, latched, locked, layout);
        (_keymap as XkbKeymap)?.SetState(depressed, latched, locked, layout);
    }

    /// <summary>Processes a key event of any device and sends it on as a typed event.</summary>
    /// <param name="e">A press or release of a key as the device sent it. Repeats and events of other kinds are dropped.</param>
    /// <param name="nowNs">The time of the caller's clock, for the repeat.</param>
    /// <param name="to">Receives the typed event.</param>
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

    /// <summary>Repeats the held key if its repeat is due. One call sends at most one repeat, however late the call is.</summary>
    /// <param name="nowNs">The time of the caller's clock.</param>
    /// <param name="to">Receives the repeat.</param>
    public void Repeat(long nowNs, InputHandler to)
    {
        if (nowNs < NextRepeatNs) return;
        NextRepeatNs += _intervalNs;
        if (NextRepeatNs <= nowNs) NextRepeatNs = nowNs + _intervalNs;

        var modifiers = Keymap.Modifiers;
        if (modifiers != _repeating.Modifiers)
        {
            var typed = Keymap.Look(_repeating.Key);
            _repeating = _repeating with { Modifiers = modifiers, Text = typed.Text, BaseText = typed.Base, Meaning = typed.Meaning };
        }
        to(_repeating with { Kind = InputKind.KeyRepeat, TimeNs = nowNs });
    }

    /// <summary>Frees the keymap. No release events are sent.</summary>
    public void Dispose() => _keymap?.Dispose();

    /// <summary>Returns the same keymap for a keyboard that is separate from the others, such as a scanner.</summary>
    internal IKeymap NewKeymap() => Keymap.Fresh();

    private IKeymap OpenKeymap()
    {
        if (!_options.NeedsXkb) return OpenWindowKeymap() ?? new UsKeyboard(_options.NumLock);
        if (XkbKeymap.TryOpen(_options, _log, _libraryName, out var reason) is { } keymap) return keymap;
        _log($"{reason}. The built-in US map is used");
        return new UsKeyboard(_options.NumLock);
    }

    private IKeymap? OpenWindowKeymap()
    {
        if (_window is not var (text, names)) return null;
        var keymap = XkbKeymap.TryFollow(text, names ?? _options, _log, _libraryName, out var reason);
        keymap?.SetState(_state.Depressed, _state.Latched, _state.Locked, _state.Layout);
        if (keymap is null && !_hasNoKeymap) _log($"{reason}. The built-in US map is used"); // said once: keymaps may change often
        _hasNoKeymap |= keymap is null;
        return keymap;
    }

    // Some machines report one button by two devices: power and mute by ACPI and by the keyboard.
    private bool IsDuplicate(in InputEvent e)
    {
        if (_options.DuplicateMs == 0 || FixedKeys.IsModifier(e.Key)) return false;
        if (IsHeldSomewhere(e.Key)) return true;
        return _pressed.TryGetValue(e.Key, out var last) && last.Device != e.Device
            && e.TimeNs - last.TimeNs < _options.DuplicateMs * 1_000_000L;
    }

    private void Press(in InputEvent e, long nowNs, InputHandler to)
    {
        if (_held.Contains((e.Device, e.Key)) || IsDuplicate(e)) return;
        _pressed[e.Key] = (e.Device, e.TimeNs);
        var first = !IsHeldSomewhere(e.Key);
        _held.Add((e.Device, e.Key));
        // A key that is already held on another keyboard must not be pressed twice: both Shift keys are one Shift.
        var typed = first ? Keymap.Press(e.Key) : Keymap.Look(e.Key);
        var press = e with { Text = typed.Text, BaseText = typed.Base, Meaning = typed.Meaning, Modifiers = Keymap.Modifiers };
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
