namespace Mmm.Host;

/// <summary>
/// Does what may wait for as long as somebody else likes, on threads of which one is always free for the next piece. The caller makes none:
/// on a busy machine that takes tens of milliseconds. The runtime's pool is not for that: where it can make no thread, it throws here
/// though it has taken the work, or ends the process from one of its own threads.
/// </summary>
internal static class Background
{
    private const int MostIdle = 2;
    private static readonly Queue<Action> Waiting = new(); // its lock is that of the numbers, too
    private static int _idle; // threads that sleep
    private static int _coming; // threads that were woken or made, and have not looked for work yet

    /// <summary>Never waits, and never throws: when no thread can be made, the work is done with the next piece.</summary>
    public static void Run(Action work)
    {
        lock (Waiting)
        {
            Waiting.Enqueue(work);
            if (_coming > 0 || TryWake()) // one that comes sees to it that there is another one
                return;
        }
        MakeThread(); // the first of all; or none could be made so far
    }

    // One more comes, under the lock. False: none sleeps, and it is to be made.
    private static bool TryWake()
    {
        _coming++;
        if (_idle == 0)
            return false;
        _idle--;
        Monitor.Pulse(Waiting);
        return true;
    }

    private static void MakeThread()
    {
        try
        {
            new Thread(Work) { Name = "background", IsBackground = true }.Start();
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            lock (Waiting)
                _coming--;
        }
    }

    private static void Work()
    {
        lock (Waiting)
            _coming--;
        while (Next() is { } work)
            work();
    }

    private static Action? Next()
    {
        Action? work;
        lock (Waiting)
        {
            while (!Waiting.TryDequeue(out work))
            {
                if (_idle >= MostIdle)
                    return null;
                _idle++;
                Monitor.Wait(Waiting);
                _coming--;
            }
            if (_coming > 0 || (_idle > 0 && Waiting.Count == 0) || TryWake())
                return work;
        }
        MakeThread(); // before the work is done, which may never end
        return work;
    }
}
