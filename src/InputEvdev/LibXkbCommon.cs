using System.Runtime.InteropServices;

namespace InputEvdev;

/// <summary>
/// The functions of libxkbcommon that are used, with names and types as in xkbcommon/xkbcommon.h and xkbcommon-compose.h. The library is
/// loaded by name when a keymap is configured, so a board without a configured keymap does not need it.
/// </summary>
internal sealed unsafe class LibXkbCommon
{
    public const string DefaultName = "libxkbcommon.so.0";

    public const int XKB_CONTEXT_NO_DEFAULT_INCLUDES = 1, XKB_CONTEXT_NO_ENVIRONMENT_NAMES = 2;
    public const int XKB_KEYMAP_FORMAT_TEXT_V1 = 1, XKB_COMPOSE_FORMAT_TEXT_V1 = 1;
    public const int XKB_KEY_UP = 0, XKB_KEY_DOWN = 1;
    public const int XKB_STATE_MODS_EFFECTIVE = 8;
    public const int XKB_COMPOSE_FEED_IGNORED = 0;
    public const int XKB_COMPOSE_NOTHING = 0, XKB_COMPOSE_COMPOSING = 1, XKB_COMPOSE_COMPOSED = 2;

    /// <summary>struct xkb_rule_names.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct xkb_rule_names
    {
        public byte* rules, model, layout, variant, options;
    }

    public readonly delegate* unmanaged<int, nint> xkb_context_new;
    public readonly delegate* unmanaged<nint, nint> xkb_context_ref;
    public readonly delegate* unmanaged<nint, void> xkb_context_unref;
    public readonly delegate* unmanaged<nint, int> xkb_context_include_path_append_default;
    public readonly delegate* unmanaged<nint, xkb_rule_names*, int, nint> xkb_keymap_new_from_names;
    public readonly delegate* unmanaged<nint, byte*, int, int, nint> xkb_keymap_new_from_string;
    public readonly delegate* unmanaged<nint, nint> xkb_keymap_ref;
    public readonly delegate* unmanaged<nint, void> xkb_keymap_unref;
    public readonly delegate* unmanaged<nint, byte*, uint> xkb_keymap_mod_get_index;
    public readonly delegate* unmanaged<nint, uint, int> xkb_keymap_key_repeats;
    public readonly delegate* unmanaged<nint, nint> xkb_state_new;
    public readonly delegate* unmanaged<nint, void> xkb_state_unref;
    public readonly delegate* unmanaged<nint, uint, int, int> xkb_state_update_key;
    public readonly delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, int> xkb_state_update_mask;
    public readonly delegate* unmanaged<nint, uint, uint> xkb_state_key_get_one_sym;
    public readonly delegate* unmanaged<nint, uint, byte*, nuint, int> xkb_state_key_get_utf8;
    public readonly delegate* unmanaged<nint, uint, uint> xkb_state_key_get_layout;
    public readonly delegate* unmanaged<nint, uint, uint, uint, uint**, int> xkb_keymap_key_get_syms_by_level;
    public readonly delegate* unmanaged<nint, int, uint> xkb_state_serialize_mods;
    public readonly delegate* unmanaged<nint, byte*, int> xkb_state_led_name_is_active;
    public readonly delegate* unmanaged<uint, byte*, nuint, int> xkb_keysym_to_utf8;
    public readonly delegate* unmanaged<nint, byte*, int, nint> xkb_compose_table_new_from_locale;
    public readonly delegate* unmanaged<nint, byte*, nuint, byte*, int, int, nint> xkb_compose_table_new_from_buffer;
    public readonly delegate* unmanaged<nint, void> xkb_compose_table_unref;
    public readonly delegate* unmanaged<nint, int, nint> xkb_compose_state_new;
    public readonly delegate* unmanaged<nint, void> xkb_compose_state_unref;
    public readonly delegate* unmanaged<nint, uint, int> xkb_compose_state_feed;
    public readonly delegate* unmanaged<nint, void> xkb_compose_state_reset;
    public readonly delegate* unmanaged<nint, int> xkb_compose_state_get_status;
    public readonly delegate* unmanaged<nint, byte*, nuint, int> xkb_compose_state_get_utf8;
    public readonly delegate* unmanaged<nint, uint> xkb_compose_state_get_one_sym;
    private readonly delegate* unmanaged<nint, nint, void> xkb_context_set_log_fn;

    private LibXkbCommon(nint library)
    {
        nint Export(string function) => NativeLibrary.GetExport(library, function);
        xkb_context_new = (delegate* unmanaged<int, nint>)Export(nameof(xkb_context_new));
        xkb_context_ref = (delegate* unmanaged<nint, nint>)Export(nameof(xkb_context_ref));
        xkb_context_unref = (delegate* unmanaged<nint, void>)Export(nameof(xkb_context_unref));
        xkb_context_include_path_append_default = (delegate* unmanaged<nint, int>)Export(nameof(xkb_context_include_path_append_default));
        xkb_keymap_new_from_names = (delegate* unmanaged<nint, xkb_rule_names*, int, nint>)Export(nameof(xkb_keymap_new_from_names));
        xkb_keymap_new_from_string = (delegate* unmanaged<nint, byte*, int, int, nint>)Export(nameof(xkb_keymap_new_from_string));
        xkb_keymap_ref = (delegate* unmanaged<nint, nint>)Export(nameof(xkb_keymap_ref));
        xkb_keymap_unref = (delegate* unmanaged<nint, void>)Export(nameof(xkb_keymap_unref));
        xkb_keymap_mod_get_index = (delegate* unmanaged<nint, byte*, uint>)Export(nameof(xkb_keymap_mod_get_index));
        xkb_keymap_key_repeats = (delegate* unmanaged<nint, uint, int>)Export(nameof(xkb_keymap_key_repeats));
        xkb_state_new = (delegate* unmanaged<nint, nint>)Export(nameof(xkb_state_new));
        xkb_state_unref = (delegate* unmanaged<nint, void>)Export(nameof(xkb_state_unref));
        xkb_state_update_key = (delegate* unmanaged<nint, uint, int, int>)Export(nameof(xkb_state_update_key));
        xkb_state_update_mask =
            (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, int>)Export(nameof(xkb_state_update_mask));
        xkb_state_key_get_one_sym = (delegate* unmanaged<nint, uint, uint>)Export(nameof(xkb_state_key_get_one_sym));
        xkb_state_key_get_utf8 = (delegate* unmanaged<nint, uint, byte*, nuint, int>)Export(nameof(xkb_state_key_get_utf8));
        xkb_state_key_get_layout = (delegate* unmanaged<nint, uint, uint>)Export(nameof(xkb_state_key_get_layout));
        xkb_keymap_key_get_syms_by_level =
            (delegate* unmanaged<nint, uint, uint, uint, uint**, int>)Export(nameof(xkb_keymap_key_get_syms_by_level));
        xkb_state_serialize_mods = (delegate* unmanaged<nint, int, uint>)Export(nameof(xkb_state_serialize_mods));
        xkb_state_led_name_is_active = (delegate* unmanaged<nint, byte*, int>)Export(nameof(xkb_state_led_name_is_active));
        xkb_keysym_to_utf8 = (delegate* unmanaged<uint, byte*, nuint, int>)Export(nameof(xkb_keysym_to_utf8));
        xkb_compose_table_new_from_locale =
            (delegate* unmanaged<nint, byte*, int, nint>)Export(nameof(xkb_compose_table_new_from_locale));
        xkb_compose_table_new_from_buffer =
            (delegate* unmanaged<nint, byte*, nuint, byte*, int, int, nint>)Export(nameof(xkb_compose_table_new_from_buffer));
        xkb_compose_table_unref = (delegate* unmanaged<nint, void>)Export(nameof(xkb_compose_table_unref));
        xkb_compose_state_new = (delegate* unmanaged<nint, int, nint>)Export(nameof(xkb_compose_state_new));
        xkb_compose_state_unref = (delegate* unmanaged<nint, void>)Export(nameof(xkb_compose_state_unref));
        xkb_compose_state_feed = (delegate* unmanaged<nint, uint, int>)Export(nameof(xkb_compose_state_feed));
        xkb_compose_state_reset = (delegate* unmanaged<nint, void>)Export(nameof(xkb_compose_state_reset));
        xkb_compose_state_get_status = (delegate* unmanaged<nint, int>)Export(nameof(xkb_compose_state_get_status));
        xkb_compose_state_get_utf8 = (delegate* unmanaged<nint, byte*, nuint, int>)Export(nameof(xkb_compose_state_get_utf8));
        xkb_compose_state_get_one_sym = (delegate* unmanaged<nint, uint>)Export(nameof(xkb_compose_state_get_one_sym));
        xkb_context_set_log_fn = (delegate* unmanaged<nint, nint, void>)Export(nameof(xkb_context_set_log_fn));
    }

    /// <summary>Loads the library. Returns null if it is not installed or is older than 0.6.</summary>
    public static LibXkbCommon? TryLoad(string name)
    {
        if (!NativeLibrary.TryLoad(name, out var library)) return null;
        try
        {
            return new LibXkbCommon(library);
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Creates a context that prints nothing: faults are logged once, by this project.</summary>
    public nint NewContext()
    {
        // A context with the default directories would print before its log function can be replaced.
        var context = xkb_context_new(XKB_CONTEXT_NO_DEFAULT_INCLUDES | XKB_CONTEXT_NO_ENVIRONMENT_NAMES);
        xkb_context_set_log_fn(context, (nint)(delegate* unmanaged<nint, int, byte*, nint, void>)&Quiet);
        return context;
    }

    // The last argument is a va_list, which is a pointer, or a structure that is passed as a pointer. It is not read.
    [UnmanagedCallersOnly]
    private static void Quiet(nint context, int level, byte* format, nint arguments)
    {
    }
}
