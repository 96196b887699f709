using System.Text;
using InputEvdev;
using Mmm.Protocol;
using Mmm;

namespace FbHost.Input;

/// <summary>
/// Turns typed key events into the protocol's words: a name, or the text that the key types, with prefixes. Each combination is made once.
/// </summary>
internal sealed class KeyWords
{
    private const int MostMade = 1024; // a terminal can type all of Unicode
    private readonly Dictionary<(KeyCode, Modifiers, KeyText, KeyText), KeyWord> _made = [];

    /// <summary>
    /// The event text of a press or repeat; empty for a key that has none (a modifier, a dead key, a key without a name).
    /// </summary>
    public KeyWord Of(in InputEvent e)
    {
        var combination = (e.Meaning, e.Modifiers, e.Text, e.BaseText);
        if (_made.TryGetValue(combination, out var word))
            return word;
        if (_made.Count >= MostMade)
            _made.Clear();
        _made.Add(combination, word = Make(e));
        return word;
    }

    private static KeyWord Make(in InputEvent e)
    {
        var text = e.Text.ToString();
        var isText = text.Length > 0 && text != " "; // the space bar has a name
        var name = isText ? text : text == " " ? KeyNames.Space : KeyNameTable.Of(e.Meaning);
        if (name is null)
            return KeyWord.None;
        var modifiers = (e.Modifiers.HasFlag(Modifiers.Control) ? KeyModifiers.Control : 0)
            | (e.Modifiers.HasFlag(Modifiers.Alt) ? KeyModifiers.Alt : 0)
            | (e.Modifiers.HasFlag(Modifiers.Shift) ? KeyModifiers.Shift : 0);
        return new KeyWord(Encoding.UTF8.GetBytes(KeyPrefixes.Add(modifiers, name, isText)),
            Encoding.UTF8.GetBytes(KeyPrefixes.AddSdl(modifiers, name, isText, e.BaseText.ToString())));
    }
}
