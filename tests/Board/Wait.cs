using System.Diagnostics;

namespace Board.Tests;

/// <summary>Waiting for a condition, with a deadline.</summary>
internal static class Wait
{
    private const int Slower = 3; // so much may the machine be than the one that the limits were found on

    /// <summary>Asks again and again until there is an answer; throws with <paramref name="what"/> and what was seen last.</summary>
    public static T For<T>(string what, TimeSpan limit, Func<T?> probe, Func<string>? seen = null, int pause = 20) where T : class
    {
        limit *= Slower;
        var watch = Stopwatch.StartNew();
        while (true)
        {
            if (probe() is { } found)
                return found;
            if (watch.Elapsed > limit)
                throw new TimeoutException($"{what}: not within {limit.TotalSeconds:0} s{(seen is null ? "" : $"; {seen()}")}");
            Thread.Sleep(pause);
        }
    }

    public static void Until(string what, TimeSpan limit, Func<bool> condition, Func<string>? seen = null, int pause = 20) =>
        For(what, limit, () => condition() ? "" : null, seen, pause);
}
