using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace Mmm.Linux;

/// <summary>Which pages of this process are in its page table (/proc/self/pagemap): touching those makes no page fault.</summary>
internal static unsafe class PageTable
{
    private const ulong Present = 1ul << 63, Moving = 1ul << 62; // a page that is being moved is there again in a moment
    private const int MostPages = 64;
    private static readonly long PageLength = Environment.SystemPageSize;
    private static readonly int Map = Sys.Open("/proc/self/pagemap", O_RDONLY);

    /// <summary>True when all pages of the range are there, or when that cannot be found out.</summary>
    /// <param name="at">The first byte.</param>
    /// <param name="length">Bytes, 1 to 64 pages.</param>
    public static bool Has(byte* at, int length)
    {
        var first = (long)at / PageLength;
        var pages = (int)(((long)at + length - 1) / PageLength - first) + 1;
        var entries = (stackalloc ulong[MostPages])[..pages];
        if (Sys.PRead(Map, MemoryMarshal.AsBytes(entries), first * sizeof(ulong)) != pages * sizeof(ulong))
            return true;
        foreach (var entry in entries)
        {
            if ((entry & (Present | Moving)) == 0)
                return false;
        }
        return true;
    }
}
