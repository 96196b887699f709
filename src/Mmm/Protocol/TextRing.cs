using System.Text;

namespace Mmm.Protocol;

/// <summary>
/// The rules of the event and message rings: the writer fills slot write+1 and then advances write; the reader advances read and then
/// reads that slot. Source: protocol.md section 5.
/// </summary>
internal static class TextRing
{
    /// <summary>Slots in a ring.</summary>
    public const int Slots = 1024;
    /// <summary>Bytes of a slot, including the final NUL.</summary>
    public const int SlotLength = 128;

    /// <summary>Returns true for a valid index, 0..1023.</summary>
    public static bool IsIndex(int index) => (uint)index < Slots;

    /// <summary>Returns the slot after <paramref name="index"/>.</summary>
    public static int Next(int index) => (index + 1) & (Slots - 1);

    /// <summary>The number of entries that wait to be read, 0..1023.</summary>
    public static int Queued(int read, int write) => (write - read) & (Slots - 1);

    /// <summary>Returns true if the ring has no room, so that the writer must drop a new entry.</summary>
    public static bool IsFull(int read, int write) => Next(write) == read;

    /// <summary>Returns the text of a slot: the bytes before its NUL, or all bytes except the last if there is none.</summary>
    public static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> slot)
    {
        var end = slot.IndexOf((byte)0);
        return end >= 0 ? slot[..end] : slot[..^1];
    }

    /// <summary>
    /// Returns the longest prefix of <paramref name="text"/> that fits into <paramref name="length"/> bytes together with a NUL, contains
    /// no NUL, and ends between two UTF-8 characters.
    /// </summary>
    public static ReadOnlySpan<byte> Fit(ReadOnlySpan<byte> text, int length = SlotLength)
    {
        var nul = text.IndexOf((byte)0);
        if (nul >= 0)
            text = text[..nul];
        if (text.Length < length)
            return text;
        var end = length - 1;
        while (end > 0 && (text[end] & 0xC0) == 0x80)
            end--;
        return text[..end];
    }

    /// <summary>Decodes text that another program wrote: invalid UTF-8 becomes U+FFFD, and control characters become '?'.</summary>
    public static string Printable(ReadOnlySpan<byte> text)
    {
        var s = Encoding.UTF8.GetString(text);
        return s.AsSpan().ContainsAnyInRange('\0', '\x1f') || s.AsSpan().ContainsAnyInRange('\x7f', '\x9f')
            ? string.Concat(s.Select(c => char.IsControl(c) ? '?' : c))
            : s;
    }
}
