/// <summary>
/// What a piece of work allocates, in bytes: the least of some times. On a busy machine a few KB of unknown origin were seen once in a run;
/// what the work itself allocates is there each time.
/// </summary>
internal static class Allocations
{
    private const int Times = 5;

    public static void AssertNone(Action work) => Assert.Equal(0, Least(work));

    public static long Least(Action work)
    {
        work();
        var least = long.MaxValue;
        for (var i = 0; i < Times && least > 0; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
