/// <summary>
/// What a piece of work allocates, in bytes, several times measured. On a busy machine a few KB of unknown origin were seen once in a run;
/// what the work itself allocates comes again.
/// </summary>
internal static class Allocations
{
    private const int Times = 5;

    /// <summary>Nothing, or once only.</summary>
    public static void AssertNone(Action work)
    {
        var spans = Measure(work);
        Assert.True(spans.Count(bytes => bytes > 0) <= 1, $"bytes each time: {string.Join(' ', spans)}");
    }

    public static long Least(Action work) => Measure(work).Min();

    private static long[] Measure(Action work)
    {
        var spans = new long[Times];
        work(); // compiles
        for (var i = 0; i < Times; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            work();
            spans[i] = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        return spans;
    }
}
