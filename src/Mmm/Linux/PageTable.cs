using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace Mmm.Linux;

/// <summary>Reads which pages of this process are in its page table (/proc/self/pagemap). Access to these causes no page fault.</summary>
internal static unsafe class PageTable
{
    private const ulong Present = 1ul << 63, Moving = 1ul << 62; // a page that is being migrated is present again in a moment
    private const int MostPages = 64;
    private static readonly long PageLength = Environment.SystemPageSize;
    private static readonly int Map = Sys.Open("/proc/self/pagemap", O_RDONLY);

    /// <summary>Returns true if all pages of the range are present, or if that cannot be read.</summary>
    /// <param name="at">The first byte.</param>
    /// <param name="length">Bytes, 1 to 64 pages.</param>
    public static bool Has(byte* at, int length)
    {
        var (from, to) = PagesOf(at, length);
        var entries = (stackalloc ulong[MostPages])[..(int)(to - from + 1)];
        return !TryRead(from, entries) || AreThere(entries);
    }

    /// <summary>The same for two ranges, by one read if they are within 64 pages.</summary>
    public static bool Has(byte* first, int firstLength, byte* second, int secondLength)
    {
        var (from, to) = PagesOf(first, firstLength);
        var (secondFrom, secondTo) = PagesOf(second, secondLength);
        var (lowest, highest) = (Math.Min(from, secondFrom), Math.Max(to, secondTo));
        if (highest - lowest >= MostPages)
            return Has(first, firstLength) && Has(second, secondLength);
        var entries = (stackalloc ulong[MostPages])[..(int)(highest - lowest + 1)];
        return !TryRead(lowest, entries)
            || (AreThere(entries[(int)(from - lowest)..(int)(to - lowest + 1)])
                && AreThere(entries[(int)(secondFrom - lowest)..(int)(secondTo - lowest + 1)]));
    }

    private static bool TryRead(long first, Span<ulong> entries) =>
        Sys.PRead(Map, MemoryMarshal.AsBytes(entries), first * sizeof(ulong)) == entries.Length * sizeof(ulong);

    private static (long First, long Last) PagesOf(byte* at, int length) =>
        ((long)at / PageLength, ((long)at + length - 1) / PageLength);

    private static bool AreThere(ReadOnlySpan<ulong> entries)
    {
        foreach (var entry in entries)
        {
            if ((entry & (Present | Moving)) == 0)
                return false;
        }
        return true;
    }
}
