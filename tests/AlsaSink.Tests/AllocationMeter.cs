namespace AlsaSink.Tests;

/// <summary>
/// What a thread allocates, in spans from one look to the next. What playing allocates shows in each of them; on a busy machine a few KB
/// were seen once in a run, of unknown origin, which do not count.
/// </summary>
internal sealed class AllocationMeter
{
    private readonly List<long> _bytes = new(64);

    /// <summary>Spans begun.</summary>
    public int Spans => _bytes.Count;

    /// <summary>Ends a span and begins the next; called on the thread.</summary>
    public void Look() => _bytes.Add(GC.GetAllocatedBytesForCurrentThread());

    public void AssertNothing(int leastSpans)
    {
        long[] spans = [.. _bytes.Zip(_bytes.Skip(1), (first, second) => second - first)];
        Assert.InRange(spans.Length, leastSpans - 1, int.MaxValue);
        Assert.True(spans.Count(bytes => bytes > 0) <= 2, $"bytes from look to look: {string.Join(' ', spans)}");
    }
}
