namespace Mmm.Testing;

internal static class Waiting
{
    /// <summary>
    /// Waits until the condition is true. The caller holds the lock <paramref name="held"/>, and code that changes the state pulses it.
    /// </summary>
    public static void Until(object held, Func<bool> condition, TimeSpan patience, Func<string> fault)
    {
        var end = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (!condition())
        {
            var left = end - Environment.TickCount64;
            if (left <= 0)
                throw new TimeoutException($"{fault()} within {patience.TotalSeconds:0.###} s");
            Monitor.Wait(held, (int)Math.Min(left, 1000));
        }
    }
}
