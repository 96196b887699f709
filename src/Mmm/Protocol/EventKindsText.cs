namespace Mmm.Protocol;

/// <summary>The words of the value <c>events</c>.</summary>
internal static class EventKindsText
{
    /// <summary>The name of the value.</summary>
    public const string ValueName = "events";

    // A value holds 63 bytes. Any six of the words with spaces between them fit, all seven do not.
    private const string AllWord = "all";

    // In the order of the enum's bits.
    private static readonly string[] s_words = ["multitouch", "key-release", "scroll", "enter-leave", "focus", "visibility", "buttons"];

    /// <summary>Reads the list. Unknown words are ignored. Allocates nothing.</summary>
    public static EventKinds Parse(ReadOnlySpan<byte> text)
    {
        var kinds = EventKinds.None;
        foreach (var range in text.Split((byte)' '))
        {
            if (System.Text.Ascii.Equals(text[range], AllWord))
                kinds = EventKinds.All;
            for (var i = 0; i < s_words.Length; i++)
            {
                if (System.Text.Ascii.Equals(text[range], s_words[i]))
                    kinds |= (EventKinds)(1 << i);
            }
        }
        return kinds;
    }

    /// <summary>Writes the list, as in <c>multitouch scroll</c>; all words are written as <c>all</c>.</summary>
    public static string Of(EventKinds kinds) =>
        kinds == EventKinds.All ? AllWord : string.Join(' ', s_words.Where((_, i) => kinds.HasFlag((EventKinds)(1 << i))));
}
