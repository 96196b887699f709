using System.Buffers.Binary;
using System.Numerics;

namespace View.Web;

/// <summary>SHA-1 (RFC 3174), which the WebSocket handshake needs. The runtime's own needs a library that a board may not have.</summary>
internal static class Sha1
{
    private const int Block = 64;

    /// <summary>Returns the hash of a text of any length, 20 bytes.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> text)
    {
        var padded = new byte[(text.Length + 8) / Block * Block + Block];
        text.CopyTo(padded);
        padded[text.Length] = 0x80;
        BinaryPrimitives.WriteInt64BigEndian(padded.AsSpan(padded.Length - 8), 8L * text.Length);
        Span<uint> h = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0];
        for (var at = 0; at < padded.Length; at += Block)
            Add(padded.AsSpan(at, Block), h);
        var hash = new byte[20];
        for (var i = 0; i < h.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(4 * i), h[i]);
        return hash;
    }

    private static void Add(ReadOnlySpan<byte> block, Span<uint> h)
    {
        Span<uint> w = stackalloc uint[80];
        for (var t = 0; t < w.Length; t++)
        {
            w[t] = t < 16 ? BinaryPrimitives.ReadUInt32BigEndian(block[(4 * t)..])
                : BitOperations.RotateLeft(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
        }
        var (a, b, c, d, e) = (h[0], h[1], h[2], h[3], h[4]);
        for (var t = 0; t < w.Length; t++)
        {
            var (f, k) = t < 20 ? (b & c | ~b & d, 0x5A827999u)
                : t < 40 ? (b ^ c ^ d, 0x6ED9EBA1u)
                : t < 60 ? (b & c | b & d | c & d, 0x8F1BBCDCu)
                : (b ^ c ^ d, 0xCA62C1D6u);
            (a, b, c, d, e) = (BitOperations.RotateLeft(a, 5) + f + e + w[t] + k, a, BitOperations.RotateLeft(b, 30), c, d);
        }
        h[0] += a;
        h[1] += b;
        h[2] += c;
        h[3] += d;
        h[4] += e;
    }
}
