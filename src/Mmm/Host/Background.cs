using System.Collections.Concurrent;

namespace Mmm.Host;

/// <summary>
/// Does what may wait for as long as somebody else likes, each piece on a thread of its own. The runtime's pool is not for that: where it
/// can make no thread, it throws here though it has taken the work, or ends the process from one of its own threads.
/// </summary>
internal static class Background
{
    private static readonly ConcurrentQueue<Action> Waiting = new();

    /// <summary>Never waits, and never throws: when no thread can be made, the work is done with the next piece.</summary>
    public static void Run(Action work)
    {
        Waiting.Enqueue(work);
        try
        {
            new Thread(Work) { Name = "background", IsBackground = true }.Start();
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
        }
    }

    private static void Work()
    {
        while (Waiting.TryDequeue(out var work))
            work();
    }
}
