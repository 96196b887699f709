using GpioButtons.Gestures;

namespace GpioButtons;

/// <summary>
/// A matrix keypad. While no key is down, all rows are driven, and an edge of a column wakes the host; nothing is polled. While a key is
/// down, the rows are scanned every few milliseconds, because another key of the same column makes no edge.
/// </summary>
internal sealed class Keypad : IDisposable
{
    private const long ScanNs = 8_000_000;
    private readonly IKeypadLines _lines;
    private readonly KeypadScanner _scanner;
    private readonly ulong[] _seen;
    private readonly ulong _allRows;

    /// <param name="lines">The lines, which this object disposes.</param>
    /// <param name="config">The keypad.</param>
    /// <param name="report">Receives the number of the key, whether it is down, and the time.</param>
    public Keypad(IKeypadLines lines, KeypadConfig config, Action<int, bool, long> report)
    {
        (_lines, _seen) = (lines, new ulong[config.Rows.Count]);
        _allRows = ulong.MaxValue >> (64 - config.Rows.Count);
        _scanner = new KeypadScanner(config.Rows.Count, config.Columns.Count, config.DebounceMs * 1_000_000L, report);
    }

    /// <summary>Readable when a column has changed.</summary>
    public int FileDescriptor => _lines.FileDescriptor;

    /// <summary>When <see cref="Scan"/> must be called; <see cref="long.MaxValue"/> if only an edge begins the next scan.</summary>
    public long DueNs { get; private set; } = long.MaxValue;

    /// <summary>Scans all rows once.</summary>
    /// <returns>False if the chip is gone; nothing is scanned any more then.</returns>
    public bool Scan(long nowNs)
    {
        DueNs = long.MaxValue;
        for (var row = 0; row < _seen.Length; row++)
        {
            if (!_lines.TryRead(1UL << row, out _seen[row]))
                return false;
        }
        _scanner.Take(_seen, nowNs);
        // The scan has made edges of its own. A key that goes down after they are discarded makes a new one, or is seen here.
        if (!_lines.TryRead(_allRows, out _))
            return false;
        _lines.DiscardEdges();
        if (!_lines.TryRead(_allRows, out var columns))
            return false;
        if (columns != 0 || !_scanner.IsQuiet)
            DueNs = nowNs + ScanNs;
        return true;
    }

    /// <summary>Reports the release of all keys that are down.</summary>
    public void ReleaseAll(long nowNs) => _scanner.ReleaseAll(nowNs);

    public void Dispose() => _lines.Dispose();
}
