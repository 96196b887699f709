namespace Mmm.Protocol;

/// <summary>The words of the value <c>events</c>.</summary>
internal static class EventKindsText
{
    /// <summary>The name of the value.</summary>
    public const string ValueName = "events";

    // In the order of the enum's bits; all words with spaces between them are 61 bytes, and a value holds 63.
    private static readonly string[] s_words = ["multitouch", "key-release", "scroll", "enter-leave", "focus", "visibility"];

    /// <summary>Reads the list. Unknown words are ignored. Allocates nothing.</summary>
    public static EventKinds Parse(ReadOnlySpan<byte> text)
    {
        var kinds = EventKinds.None;
        foreach (var range in text.Split((byte)' '))
        {
            for (var i = 0; i < s_words.Length; i++)
            {
                if (System.Text.Ascii.Equals(text[range], s_words[i]))
                    kinds |= (EventKinds)(1 << i);
            }
        }
        return kinds;
    }

    /// <summary>Writes the list, as in <c>multitouch scroll</c>.</summary>
    public static string Of(EventKinds kinds) => string.Join(' ', s_words.Where((_, i) => kinds.HasFlag((EventKinds)(1 << i))));
}
