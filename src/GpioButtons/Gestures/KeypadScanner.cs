using System.Numerics;

namespace GpioButtons.Gestures;

/// <summary>
/// Finds the keys of a matrix keypad in what its columns show while each row is driven. A change counts when it has been seen for the
/// debounce time. While three keys at the corners of a rectangle are down, current flows backwards through them and the fourth corner
/// looks down, too; then nothing is known about these four, and none of them changes. So no key is ever reported as pressed that is not.
/// A key that is down in the first scan counts as released until it has been up.
/// </summary>
public sealed class KeypadScanner
{
    private readonly int _columns;
    private readonly long _debounceNs;
    private readonly Action<int, bool, long> _report;
    private readonly MonotonicTime _time = new();
    private readonly ulong[] _down; // by row, a bit for each column
    private readonly ulong[] _pending; // keys that look changed
    private readonly long[] _sinceNs; // by key
    private readonly ulong[] _ambiguous;
    private readonly ulong[] _early; // keys that have been down since the first scan

    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of columns, at most 64.</param>
    /// <param name="debounceNs">How long a change must be seen.</param>
    /// <param name="report">Receives the number of the key (row * columns + column), whether it is down, and the time.</param>
    public KeypadScanner(int rows, int columns, long debounceNs, Action<int, bool, long> report)
    {
        (_columns, _debounceNs, _report) = (columns, debounceNs, report);
        (_down, _pending, _ambiguous) = (new ulong[rows], new ulong[rows], new ulong[rows]);
        _sinceNs = new long[rows * columns];
        _early = new ulong[rows];
        Array.Fill(_early, ulong.MaxValue);
    }

    /// <summary>True if no key is down and none looks changed.</summary>
    public bool IsQuiet => Array.TrueForAll(_down, r => r == 0) && Array.TrueForAll(_pending, r => r == 0);

    /// <summary>Handles one scan.</summary>
    /// <param name="seen">For each row: the columns that showed a key while it was driven, the first column in bit 0.</param>
    /// <param name="nowNs">The time of the scan.</param>
    public void Take(ReadOnlySpan<ulong> seen, long nowNs)
    {
        var now = _time.Advance(nowNs);
        for (var key = 0; key < _sinceNs.Length; key++)
            _sinceNs[key] += _time.Shift;
        FindAmbiguous(seen);
        for (var row = 0; row < _down.Length; row++)
        {
            _early[row] &= seen[row];
            var changed = (seen[row] ^ _down[row]) & ~_ambiguous[row] & ~_early[row];
            for (var column = 0; column < _columns; column++)
                Look(row, column, (changed >> column & 1) != 0, now);
        }
    }

    private void Look(int row, int column, bool isChanged, long now)
    {
        var (key, bit) = (row * _columns + column, 1UL << column);
        if (!isChanged)
        {
            _pending[row] &= ~bit;
            return;
        }
        if ((_pending[row] & bit) == 0)
            _sinceNs[key] = now;
        _pending[row] |= bit;
        if (now - _sinceNs[key] < _debounceNs)
            return;
        _pending[row] &= ~bit;
        _down[row] ^= bit;
        _report(key, (_down[row] & bit) != 0, now);
    }

    // Two rows that share two columns form a rectangle.
    private void FindAmbiguous(ReadOnlySpan<ulong> seen)
    {
        Array.Clear(_ambiguous);
        for (var row = 0; row < _down.Length; row++)
        {
            for (var other = row + 1; other < _down.Length; other++)
            {
                var common = seen[row] & seen[other];
                if (BitOperations.PopCount(common) < 2)
                    continue;
                _ambiguous[row] |= common;
                _ambiguous[other] |= common;
            }
        }
    }

    /// <summary>Reports the release of all keys that are down.</summary>
    public void ReleaseAll(long nowNs)
    {
        for (var row = 0; row < _down.Length; row++)
        {
            for (var column = 0; column < _columns; column++)
            {
                if ((_down[row] >> column & 1) != 0)
                    _report(row * _columns + column, false, nowNs);
            }
            (_down[row], _pending[row]) = (0, 0);
        }
    }
}
