namespace Mmm.Hosting;

/// <summary>
/// Does work that another process may block for an unlimited time, on threads of which one is always free for the next piece of work. The
/// caller does not create threads, because that takes tens of milliseconds on a busy machine. The runtime's thread pool is not suitable: if
/// it cannot create a thread, it throws here although it has accepted the work, or ends the process from one of its own threads.
/// </summary>
internal static class Background
{
    private const int MostIdle = 2;
    private static readonly Queue<Action> Waiting = new(); // its lock also guards the numbers below
    private static int _idle; // threads that sleep
    private static int _coming; // threads that were woken or created, and have not looked for work yet

    /// <summary>
    /// Queues work. Never waits, and never throws: if no thread can be created, the work is done together with the next piece.
    /// </summary>
    public static void Run(Action work)
    {
        lock (Waiting)
        {
            Waiting.Enqueue(work);
            if (_coming > 0 || TryWake()) // a thread that takes work ensures that another one is free
                return;
        }
        MakeThread(); // the first thread of all, or none could be created before
    }

    // Counts one more coming thread and wakes it; call it under the lock. Returns false if none sleeps and the caller must create it.
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
        MakeThread(); // before the work is begun, which may never end
        return work;
    }
}
