using System.Diagnostics;

namespace FbHost.Tests.Support;

/// <summary>The one place that polls: for a condition, with a generous deadline that only a broken host reaches.</summary>
internal static class Wait
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Returns when the condition holds; fails the test, naming what was waited for and what is there, when it never does.
    /// </summary>
    public static void Until(Func<bool> condition, string what, Func<string>? found = null, TimeSpan? patience = null)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > (patience ?? Patience))
                Assert.Fail($"{what}: not within {(patience ?? Patience).TotalSeconds} s{(found is null ? "" : $"; there is: {found()}")}");
            Thread.Sleep(5);
        }
    }
}
