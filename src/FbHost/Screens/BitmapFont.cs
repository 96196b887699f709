using System.Buffers.Binary;
using System.IO.Compression;

namespace FbHost.Screens;

/// <summary>
/// A font of pixels: a part of X.Org's misc-fixed (Latin, Greek, Cyrillic), which is in the public domain. tools/fonts makes the files and
/// describes their format. All characters have one size.
/// </summary>
internal sealed class BitmapFont
{
    private static readonly Lazy<BitmapFont> LazySmall = new(() => new BitmapFont("5x8.gz", 5, 8)),
        LazyLarge = new(() => new BitmapFont("6x13.gz", 6, 13));

    private readonly Dictionary<char, int> _offsets = []; // into _rows
    private readonly byte[] _rows;

    private BitmapFont(string name, int width, int height)
    {
        (Width, Height) = (width, height);
        using var packed = typeof(BitmapFont).Assembly.GetManifestResourceStream(name)!;
        using var file = new GZipStream(packed, CompressionMode.Decompress);
        using var all = new MemoryStream();
        file.CopyTo(all);
        _rows = all.ToArray();
        for (var at = 0; at < _rows.Length; at += 2 + height)
            _offsets[(char)BinaryPrimitives.ReadUInt16BigEndian(_rows.AsSpan(at))] = at + 2;
    }

    /// <summary>5x8 pixels, for small screens.</summary>
    public static BitmapFont Small => LazySmall.Value;

    /// <summary>6x13 pixels.</summary>
    public static BitmapFont Large => LazyLarge.Value;

    /// <summary>The distance from one character to the next, pixels.</summary>
    public int Width { get; }

    /// <summary>The distance from one line to the next, pixels.</summary>
    public int Height { get; }

    /// <summary>
    /// The rows of a character, from the top; the leftmost pixel is the most significant bit. Empty for a character that the font does not
    /// have.
    /// </summary>
    public ReadOnlySpan<byte> Rows(char c) => _offsets.TryGetValue(c, out var at) ? _rows.AsSpan(at, Height) : default;
}
