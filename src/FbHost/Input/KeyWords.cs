using System.Text;
using InputEvdev;
using Mmm;
using static InputEvdev.KeyCode;

namespace FbHost.Input;

/// <summary>Key events as the protocol's words: a name, or the text that the key types, with prefixes. Made once a combination.</summary>
internal sealed class KeyWords
{
    private readonly Dictionary<(KeyCode, Modifiers, KeyText), byte[]> _made = [];

    /// <summary>The event text; empty for a key that has none (a modifier, a key without a name).</summary>
    public ReadOnlySpan<byte> Of(in InputEvent e)
    {
        var combination = (e.Key, e.Modifiers, e.Text);
        if (!_made.TryGetValue(combination, out var word))
            _made.Add(combination, word = Make(e));
        return word;
    }

    private static byte[] Make(in InputEvent e)
    {
        var name = Name(e.Key);
        var isText = name is null;
        name ??= e.Text.ToString();
        if (name.Length == 0)
            return [];
        var modifiers = (e.Modifiers.HasFlag(Modifiers.Control) ? KeyModifiers.Control : 0)
            | (e.Modifiers.HasFlag(Modifiers.Alt) ? KeyModifiers.Alt : 0)
            | (e.Modifiers.HasFlag(Modifiers.Shift) ? KeyModifiers.Shift : 0);
        return Encoding.UTF8.GetBytes(KeyNames.WithModifiers(modifiers, name, isText));
    }

    private static string? Name(KeyCode key) => key switch
    {
        KEY_UP => KeyNames.Up,
        KEY_DOWN => KeyNames.Down,
        KEY_LEFT => KeyNames.Left,
        KEY_RIGHT => KeyNames.Right,
        KEY_HOME => KeyNames.Home,
        KEY_END => KeyNames.End,
        KEY_PAGEUP => KeyNames.PageUp,
        KEY_PAGEDOWN => KeyNames.PageDown,
        KEY_INSERT => KeyNames.Insert,
        KEY_DELETE => KeyNames.Delete,
        KEY_BACKSPACE => KeyNames.Backspace,
        KEY_TAB => KeyNames.Tab,
        KEY_ENTER or KEY_KPENTER => KeyNames.Return,
        KEY_ESC => KeyNames.Escape,
        KEY_SPACE => KeyNames.Space,
        >= KEY_F1 and <= KEY_F10 => KeyNames.Function(key - KEY_F1 + 1),
        KEY_F11 => KeyNames.Function(11),
        KEY_F12 => KeyNames.Function(12),
        _ => null,
    };
}
