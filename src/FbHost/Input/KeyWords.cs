using System.Text;
using InputEvdev;
using Mmm;

namespace FbHost.Input;

/// <summary>Typed key events as the protocol's words: a name, or the text that the key types, with prefixes. Made once a combination.</summary>
internal sealed class KeyWords
{
    private const int MostMade = 1024; // a terminal can type all of Unicode
    private readonly Dictionary<(KeyCode, Modifiers, KeyText), byte[]> _made = [];
    private readonly Dictionary<(int Device, KeyCode Key), byte[]> _held = [];

    /// <summary>
    /// The event text; empty for a key that has none (a modifier, a dead key, a key without a name). Of a release it is the word that the
    /// press had, whatever the modifiers are by now; empty when the press never came by here.
    /// </summary>
    public ReadOnlySpan<byte> Of(in InputEvent e)
    {
        if (e.Kind == InputKind.KeyRelease)
            return _held.Remove((e.Device, e.Key), out var pressed) ? pressed : default;
        var word = WordOf(e);
        if (e.Kind == InputKind.KeyPress && word.Length > 0)
            _held[(e.Device, e.Key)] = word;
        return word;
    }

    /// <summary>The word of a press or repeat alone; its release will not be asked for.</summary>
    public byte[] WordOf(in InputEvent e)
    {
        var combination = (e.Meaning, e.Modifiers, e.Text);
        if (_made.TryGetValue(combination, out var word))
            return word;
        if (_made.Count >= MostMade)
            _made.Clear();
        _made.Add(combination, word = Make(e));
        return word;
    }

    private static byte[] Make(in InputEvent e)
    {
        var text = e.Text.ToString();
        var isText = text.Length > 0 && text != " "; // the space bar has a name
        var name = isText ? text : text == " " ? KeyNames.Space : KeyNameTable.Of(e.Meaning);
        if (name is null)
            return [];
        var modifiers = (e.Modifiers.HasFlag(Modifiers.Control) ? KeyModifiers.Control : 0)
            | (e.Modifiers.HasFlag(Modifiers.Alt) ? KeyModifiers.Alt : 0)
            | (e.Modifiers.HasFlag(Modifiers.Shift) ? KeyModifiers.Shift : 0);
        return Encoding.UTF8.GetBytes(KeyNames.WithModifiers(modifiers, name, isText));
    }
}
