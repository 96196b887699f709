using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using static InputEvdev.LibXkbCommon;
using static Tmds.Linux.LibC;

namespace InputEvdev;

/// <summary>A keymap of libxkbcommon: layouts and groups, locks, dead keys and compose sequences.</summary>
internal sealed unsafe class XkbKeymap : IKeymap
{
    private const int MaxFileLength = 16 << 20;
    private const int EvdevOffset = 8; // An X keycode is the kernel's key code plus 8.

    private readonly LibXkbCommon _lib;
    private readonly nint _context;
    private readonly nint _keymap;
    private readonly nint _state;
    private readonly XkbCompose? _compose;
    private readonly uint _shift, _caps, _control, _alt; // The masks of the modifiers.
    private readonly bool _numLock;
    private readonly bool _follows; // the state is set, and does not depend on the keys

    // Takes ownership of one reference of the context and one of the keymap.
    private XkbKeymap(LibXkbCommon lib, nint context, nint keymap, XkbCompose? compose, bool numLock, bool follows = false)
    {
        (_lib, _context, _keymap, _compose, _numLock, _follows) = (lib, context, keymap, compose, numLock, follows);
        _state = lib.xkb_state_new(keymap);
        _shift = Mask("Shift\0"u8);
        _caps = Mask("Lock\0"u8);
        _control = Mask("Control\0"u8);
        _alt = Mask("Mod1\0"u8);
        if (!numLock) return;
        // NumLock is pressed as a key and not set as a mask, because the keymap decides which modifier NumLock is.
        Update(KeyCode.KEY_NUMLOCK, XKB_KEY_DOWN);
        Update(KeyCode.KEY_NUMLOCK, XKB_KEY_UP);
    }

    /// <summary>
    /// Loads the library and creates the keymap that the options name. This takes about 15 ms and 1 MB on a PC, some hundred ms on a board.
    /// Returns null on failure.
    /// </summary>
    /// <param name="options">The layouts, or a keymap file.</param>
    /// <param name="log">Receives one line if there are no compose sequences.</param>
    /// <param name="libraryName">The file name of libxkbcommon.</param>
    /// <param name="reason">On failure: what is wrong and what to do. The caller appends which keymap it uses instead.</param>
    public static XkbKeymap? TryOpen(KeyboardOptions options, Action<string> log, string libraryName, out string reason) =>
        TryMake(null, options, follows: false, log, libraryName, out reason);

    /// <summary>
    /// Loads the library and creates a keymap whose state is set by <see cref="SetState"/>. Returns null on failure.
    /// </summary>
    /// <param name="text">The keymap's text; null if the options name its layouts.</param>
    /// <param name="options">The layouts.</param>
    /// <param name="log">Receives one line if there are no compose sequences.</param>
    /// <param name="libraryName">The file name of libxkbcommon.</param>
    /// <param name="reason">On failure: what is wrong.</param>
    public static XkbKeymap? TryFollow(
        byte[]? text, KeyboardOptions options, Action<string> log, string libraryName, out string reason) =>
        TryMake(text, options, follows: true, log, libraryName, out reason);

    private static XkbKeymap? TryMake(
        byte[]? text, KeyboardOptions options, bool follows, Action<string> log, string libraryName, out string reason)
    {
        reason = $"{libraryName} cannot be loaded; install libxkbcommon0{(follows ? "" : " and xkb-data")}";
        if (LibXkbCommon.TryLoad(libraryName) is not { } lib) return null;
        var context = lib.NewContext();
        var hasData = lib.xkb_context_include_path_append_default(context) != 0;
        var keymap = text is not null ? FromText(lib, context, text, out reason)
            : options.Keymap is { } file ? FromFile(lib, context, file, out reason)
            : FromNames(lib, context, options, hasData, out reason);
        if (keymap == 0)
        {
            lib.xkb_context_unref(context);
            return null;
        }
        if (text is null && options.Keymap is null)
            foreach (var line in XkbRules.Unknown(options)) log(line);
        var compose = new XkbCompose(lib, context, options.Compose, log);
        return new XkbKeymap(lib, context, keymap, compose, options.NumLock && !follows, follows);
    }

    private static nint FromText(LibXkbCommon lib, nint context, byte[] text, out string reason)
    {
        reason = "the window system's keymap is not valid";
        return Parse(lib, context, text);
    }

    private static nint Parse(LibXkbCommon lib, nint context, byte[] text)
    {
        fixed (byte* bytes = (byte[])[.. text, 0])
            return lib.xkb_keymap_new_from_string(context, bytes, XKB_KEYMAP_FORMAT_TEXT_V1, 0);
    }

    /// <summary>Sets the state, for a keymap that does not depend on the keys.</summary>
    public void SetState(uint depressed, uint latched, uint locked, uint layout)
    {
        if (_follows) _lib.xkb_state_update_mask(_state, depressed, latched, locked, 0, 0, layout);
    }

    private static nint FromFile(LibXkbCommon lib, nint context, string file, out string reason)
    {
        reason = $"{file}: not a keymap; make one with xkbcli compile-keymap";
        try
        {
            return Parse(lib, context, ReadFile(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reason = $"{file}: the keymap cannot be read: {e.Message}";
            return 0;
        }
    }

    /// <summary>Reads a file of the configuration. A FIFO or a device, which may never end, is refused without waiting for it.</summary>
    /// <exception cref="IOException">The file is missing, empty, too large or not a plain file.</exception>
    public static byte[] ReadFile(string file)
    {
        int fd;
        fixed (byte* path = Encoding.UTF8.GetBytes(file + '\0'))
            fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd < 0)
            throw new IOException(Marshal.GetPInvokeErrorMessage(errno));
        using var handle = new SafeFileHandle(fd, ownsHandle: true);
        var length = LengthOf(handle);
        if (length is <= 0 or >= MaxFileLength)
            throw new IOException("the file is empty, too large or not a plain file");
        var bytes = new byte[length];
        var read = 0;
        for (int n; read < bytes.Length && (n = RandomAccess.Read(handle, bytes.AsSpan(read), read)) > 0; read += n) ;
        return bytes[..read];
    }

    // Returns 0 for a device or a FIFO.
    private static long LengthOf(SafeFileHandle handle)
    {
        try
        {
            return RandomAccess.GetLength(handle);
        }
        catch (NotSupportedException) // thrown for a FIFO
        {
            return 0;
        }
    }

    private static nint FromNames(LibXkbCommon lib, nint context, KeyboardOptions options, bool hasData, out string reason)
    {
        reason = hasData
            ? $"there is no layout \"{options.Layout ?? "us"}\""
                + $"{(options.Variant is null ? "" : $" with variant \"{options.Variant}\"")} in /usr/share/X11/xkb; see xkbcli list"
            : "/usr/share/X11/xkb: no keyboard layouts; install xkb-data";
        if (!hasData) return 0;
        fixed (byte* rules = "evdev\0"u8, model = Name(options.Model), layout = Name(options.Layout ?? "us"),
            variant = Name(options.Variant), names = Name(options.Options))
        {
            var rule = new xkb_rule_names { rules = rules, model = model, layout = layout, variant = variant, options = names };
            return lib.xkb_keymap_new_from_names(context, &rule, 0);
        }

        static byte[]? Name(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text + '\0');
    }

    public Modifiers Modifiers
    {
        get
        {
            var active = _lib.xkb_state_serialize_mods(_state, XKB_STATE_MODS_EFFECTIVE);
            return ((active & _control) != 0 ? Modifiers.Control : 0) | ((active & _alt) != 0 ? Modifiers.Alt : 0)
                | ((active & _shift) != 0 ? Modifiers.Shift : 0) | ((active & _caps) != 0 ? Modifiers.CapsLock : 0);
        }
    }

    public KeyboardLeds Leds => (Shines("Num Lock\0"u8) ? KeyboardLeds.NumLock : 0)
        | (Shines("Caps Lock\0"u8) ? KeyboardLeds.CapsLock : 0) | (Shines("Scroll Lock\0"u8) ? KeyboardLeds.ScrollLock : 0);

    public Typed Press(KeyCode key)
    {
        var symbol = Symbol(key);
        var typed = TypedBy(key, symbol);
        if ((Modifiers & (Modifiers.Control | Modifiers.Alt)) != 0) _compose?.Reset(); // A command key ends a sequence.
        else if (_compose != null) typed = _compose.Feed(symbol, typed);
        Update(key, XKB_KEY_DOWN);
        return typed;
    }

    public void Release(KeyCode key) => Update(key, XKB_KEY_UP);

    public Typed Look(KeyCode key) => TypedBy(key, Symbol(key));

    // A key that is not in the keymap may repeat: the keymap does not decide about it.
    public bool Repeats(KeyCode key) => Symbol(key) == 0 || _lib.xkb_keymap_key_repeats(_keymap, Code(key)) != 0;

    public IKeymap Fresh() =>
        new XkbKeymap(_lib, _lib.xkb_context_ref(_context), _lib.xkb_keymap_ref(_keymap), compose: null, _numLock);

    public void Dispose()
    {
        _compose?.Dispose();
        _lib.xkb_state_unref(_state);
        _lib.xkb_keymap_unref(_keymap);
        _lib.xkb_context_unref(_context);
    }

    private static uint Code(KeyCode key) => (uint)key + EvdevOffset;

    private uint Symbol(KeyCode key) => _lib.xkb_state_key_get_one_sym(_state, Code(key));

    private void Update(KeyCode key, int direction)
    {
        if (!_follows) _lib.xkb_state_update_key(_state, Code(key), direction);
    }

    private uint Mask(ReadOnlySpan<byte> name)
    {
        fixed (byte* n = name)
        {
            var index = _lib.xkb_keymap_mod_get_index(_keymap, n);
            return index < 32 ? 1u << (int)index : 0;
        }
    }

    private bool Shines(ReadOnlySpan<byte> led)
    {
        fixed (byte* name = led) return _lib.xkb_state_led_name_is_active(_state, name) > 0;
    }

    private Typed TypedBy(KeyCode key, uint symbol)
    {
        var meaning = Keysym.Meaning(symbol, key);
        var text = Keysym.Text(_lib, symbol);
        if (text.IsEmpty) return new Typed(meaning == key ? FixedKeys.TextOf(key) : default, meaning);
        // Control with a letter of another script means Control with the Latin letter on the same key. The library finds that letter if one
        // of the layouts has it; otherwise it is the letter of the US keyboard.
        if (text.Length > 1 && (Modifiers & Modifiers.Control) != 0)
        {
            var buffer = stackalloc byte[8];
            if (_lib.xkb_state_key_get_utf8(_state, Code(key), buffer, 8) == 1 && buffer[0] is >= 1 and <= 26)
                text = KeyText.Of(new Rune((char)('a' + buffer[0] - 1)));
            else if (UsKeymap.TextOf(key, Modifiers) is { Length: 1 } latin && char.IsAsciiLetter(latin.ToString()[0]))
                text = latin;
        }
        return new Typed(text, meaning) { Base = (Modifiers & (Modifiers.Control | Modifiers.Alt)) != 0 ? BaseOf(key, text) : default };
    }

    // The text of the key's first level; that of another script only if Control has not made it a Latin letter.
    private KeyText BaseOf(KeyCode key, KeyText text)
    {
        uint* symbols;
        var layout = _lib.xkb_state_key_get_layout(_state, Code(key));
        if (_lib.xkb_keymap_key_get_syms_by_level(_keymap, Code(key), layout, 0, &symbols) != 1) return default;
        var first = Keysym.Text(_lib, symbols[0]);
        return first.Length > 1 && text.Length == 1 ? default : first;
    }
}
