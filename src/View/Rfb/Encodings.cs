namespace View.Rfb;

/// <summary>What a viewer understands: the numbers of SetEncodings (RFC 6143 and rfbproto).</summary>
internal sealed record Encodings
{
    /// <summary>The most numbers of one message.</summary>
    public const int Most = 1024;

    /// <summary>Numbers of pseudo-encodings.</summary>
    public const int DesktopSize = -223, ExtendedDesktopSize = -308, Cursor = -239, QemuKeys = -258, Fence = -312,
        ContinuousUpdates = -313;

    private const int BestQuality = -23, WorstQuality = -32, BestPacking = -247, LeastPacking = -256;

    /// <summary>The viewer knows Tight.</summary>
    public bool KnowsTight { get; init; }

    /// <summary>The viewer knows ZRLE.</summary>
    public bool KnowsZrle { get; init; }

    /// <summary>The viewer prefers Raw to all others that are known here.</summary>
    public bool PrefersRaw { get; init; }

    /// <summary>The quality of JPEG, 0 to 9; -1 if no loss is allowed.</summary>
    public int Quality { get; init; } = -1;

    /// <summary>The level of zlib, 1 to 3.</summary>
    public int Level { get; init; } = 1;

    private HashSet<int> All { get; init; } = [];

    /// <summary>Whether a pseudo-encoding was named.</summary>
    public bool Knows(int number) => All.Contains(number);

    /// <summary>Reads the numbers in the order of the viewer's preference.</summary>
    public static Encodings Of(IReadOnlyList<int> numbers)
    {
        const int raw = 0;
        var first = numbers.FirstOrDefault(n => n is raw or ZrleEncoder.Encoding or TightEncoder.Encoding, raw);
        return new Encodings
        {
            All = [.. numbers],
            KnowsTight = numbers.Contains(TightEncoder.Encoding),
            KnowsZrle = numbers.Contains(ZrleEncoder.Encoding),
            PrefersRaw = first == raw,
            Quality = numbers.FirstOrDefault(n => n is >= WorstQuality and <= BestQuality) is < 0 and var quality
                ? quality - WorstQuality : -1,
            Level = numbers.FirstOrDefault(n => n is >= LeastPacking and <= BestPacking) is < 0 and var level
                ? Math.Clamp((level - LeastPacking + 2) / 3, 1, 3) : 1,
        };
    }
}
