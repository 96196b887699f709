using System.Text;

namespace InputEvdev;

/// <summary>The UTF-8 text that a key types, 0 to 8 bytes, stored in the struct itself so that an event needs no allocation.</summary>
public readonly record struct KeyText
{
    private readonly ulong _bytes; // The first byte is the lowest one; the bytes after the text are 0. A text contains no NUL.

    private KeyText(ulong bytes) => _bytes = bytes;

    /// <summary>Returns the text of one character; an empty text for U+0000.</summary>
    /// <param name="character">Any Unicode scalar value.</param>
    public static KeyText Of(Rune character)
    {
        Span<byte> utf8 = stackalloc byte[4];
        var bytes = 0UL;
        for (var i = character.EncodeToUtf8(utf8) - 1; i >= 0; i--) bytes = bytes << 8 | utf8[i];
        return new KeyText(bytes);
    }

    /// <summary>Returns the text, shortened to as many whole characters as fit into 8 bytes.</summary>
    /// <param name="utf8">Valid UTF-8; the text ends at a NUL.</param>
    public static KeyText Of(ReadOnlySpan<byte> utf8)
    {
        var end = Math.Min(utf8.Length, 8);
        while (end < utf8.Length && end > 0 && (utf8[end] & 0xc0) == 0x80) end--; // Do not cut inside a character.
        var nul = utf8[..end].IndexOf((byte)0);
        var bytes = 0UL;
        for (var i = (nul < 0 ? end : nul) - 1; i >= 0; i--) bytes = bytes << 8 | utf8[i];
        return new KeyText(bytes);
    }

    /// <summary>True when the key types nothing.</summary>
    public bool IsEmpty => _bytes == 0;

    /// <summary>The number of UTF-8 bytes, 0 to 8.</summary>
    public int Length => 8 - System.Numerics.BitOperations.LeadingZeroCount(_bytes) / 8;

    /// <summary>Writes the UTF-8 bytes without a NUL and returns their number.</summary>
    /// <param name="destination">At least <see cref="Length"/> bytes.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public int CopyTo(Span<byte> destination)
    {
        var length = Length;
        if (destination.Length < length)
            throw new ArgumentException($"the text has {length} bytes, the destination {destination.Length}", nameof(destination));
        for (var i = 0; i < length; i++) destination[i] = (byte)(_bytes >> 8 * i);
        return length;
    }

    /// <summary>The text as a string (allocates; for logs and tests).</summary>
    public override string ToString()
    {
        Span<byte> utf8 = stackalloc byte[8];
        return Encoding.UTF8.GetString(utf8[..CopyTo(utf8)]);
    }
}
