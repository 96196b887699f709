namespace Mmm;

/// <summary>
/// Events that only clients get that ask for them, by the value <c>events</c>: a list of words. Source: protocol.md section 5.
/// </summary>
[Flags]
public enum EventKinds
{
    /// <summary>What every client gets: the first finger as a mouse, keys as they are pressed, messages.</summary>
    None = 0,
    /// <summary><c>multitouch</c>: every finger, each with its number.</summary>
    Multitouch = 1,
    /// <summary><c>key-release</c>: a key that went up.</summary>
    KeyRelease = 2,
    /// <summary><c>scroll</c>: wheels.</summary>
    Scroll = 4,
    /// <summary><c>enter-leave</c>: the pointer, or a finger, comes over the client and leaves it.</summary>
    EnterLeave = 8,
    /// <summary><c>focus</c>: keys go to the client, and no longer do.</summary>
    Focus = 16,
    /// <summary><c>visibility</c>: the screen is turned off and on.</summary>
    Visibility = 32,
    /// <summary>All of them.</summary>
    All = 63,
}

/// <summary>The words of the value <c>events</c>.</summary>
public static class EventKindsText
{
    /// <summary>Name of the value.</summary>
    public const string ValueName = "events";

    // In the order of the enum's bits; all of them and their spaces are 61 bytes, and a value holds 63.
    private static readonly string[] s_words = ["multitouch", "key-release", "scroll", "enter-leave", "focus", "visibility"];

    /// <summary>Reads the list; words that are not known ask for nothing. Allocates nothing.</summary>
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
