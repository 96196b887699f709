using System.Text;
using static InputEvdev.LibXkbCommon;

namespace InputEvdev;

/// <summary>
/// Dead keys and compose sequences. The table of a locale (7 ms on a PC) is loaded when the first key begins a sequence. A table that the
/// configuration names is loaded at once, because its sequences may begin with any key.
/// </summary>
internal sealed unsafe class XkbCompose : IDisposable
{
    private const string FallbackLocale = "en_US.UTF-8";

    private readonly LibXkbCommon _lib;
    private readonly nint _context;
    private readonly Action<string> _log;
    private nint _table;
    private nint _state;
    private bool _tried;

    /// <param name="lib">The library.</param>
    /// <param name="context">A context that is freed after this object is disposed.</param>
    /// <param name="file">A file with the user's own sequences; null for the sequences of the locale.</param>
    /// <param name="log">Receives one line if there are no sequences.</param>
    public XkbCompose(LibXkbCommon lib, nint context, string? file, Action<string> log)
    {
        (_lib, _context, _log) = (lib, context, log);
        if (file is null) return;
        _tried = true;
        Use(FromFile(file), $"{file}: cannot be read, or has no compose sequences");
    }

    private static string Locale
    {
        get
        {
            foreach (var name in (ReadOnlySpan<string>)["LC_ALL", "LC_CTYPE", "LANG"])
                if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } locale)
                    return locale is "C" or "POSIX" or "C.UTF-8" ? FallbackLocale : locale;
            return FallbackLocale;
        }
    }

    /// <summary>Processes a key press, which may begin, continue or end a sequence. Returns what the key types.</summary>
    public Typed Feed(uint symbol, Typed plain)
    {
        if (!_tried && Keysym.BeginsSequence(symbol)) Load();
        if (_state == 0 || _lib.xkb_compose_state_feed(_state, symbol) == XKB_COMPOSE_FEED_IGNORED) return plain;
        switch (_lib.xkb_compose_state_get_status(_state))
        {
            case XKB_COMPOSE_NOTHING:
                return plain;
            case XKB_COMPOSE_COMPOSING:
                return default;
            case XKB_COMPOSE_COMPOSED:
                var typed = Composed();
                Reset();
                return typed;
            default: // Cancelled: there is no such sequence.
                Reset();
                return default;
        }
    }

    /// <summary>Discards a sequence that has begun.</summary>
    public void Reset()
    {
        if (_state != 0) _lib.xkb_compose_state_reset(_state);
    }

    private Typed Composed()
    {
        var buffer = stackalloc byte[64];
        var length = Math.Min(_lib.xkb_compose_state_get_utf8(_state, buffer, 64), 63);
        var meaning = Keysym.Meaning(_lib.xkb_compose_state_get_one_sym(_state), KeyCode.KEY_RESERVED);
        return new Typed(KeyText.Of(new ReadOnlySpan<byte>(buffer, Math.Max(0, length))), meaning);
    }

    private void Load()
    {
        _tried = true;
        Use(FromLocale(Locale) is var table and not 0 ? table : FromLocale(FallbackLocale),
            "/usr/share/X11/locale: no compose sequences; install libx11-data");
    }

    private void Use(nint table, string reason)
    {
        _table = table;
        if (table != 0) _state = _lib.xkb_compose_state_new(table, 0);
        else _log($"{reason}; dead keys type nothing");
    }

    private nint FromLocale(string locale)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(locale + '\0')) return _lib.xkb_compose_table_new_from_locale(_context, name, 0);
    }

    private nint FromFile(string file)
    {
        try
        {
            var bytes = XkbKeymap.ReadFile(file);
            fixed (byte* text = bytes, name = Encoding.UTF8.GetBytes(Locale + '\0'))
                return _lib.xkb_compose_table_new_from_buffer(_context, text, (nuint)bytes.Length, name, XKB_COMPOSE_FORMAT_TEXT_V1, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    public void Dispose()
    {
        if (_state != 0) _lib.xkb_compose_state_unref(_state);
        if (_table != 0) _lib.xkb_compose_table_unref(_table);
    }
}
