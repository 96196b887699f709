using System.Runtime.ExceptionServices;

namespace FbHost.Loop;

/// <summary>
/// One background thread for I/O that may take long (fsync, the mixer of a USB card, a file on a network), so that the loop never waits for
/// it. Work is done in the order in which it was queued. The thread is started with the worker, so the end of the host needs no new one.
/// </summary>
internal sealed class Worker : IDisposable
{
    /// <summary>The default for the most pieces of work that may wait; more are refused.</summary>
    public const int Capacity = 64;

    /// <summary>What a person is told whose request was refused because the queue is full.</summary>
    public const string Busy = "the host is busy with other files; ask again";

    private readonly EventLoop _loop;
    private readonly TimeSpan _patience;
    private readonly int _capacity;
    private readonly Queue<Action> _queue = new();
    private readonly Thread _thread;
    private bool _ending; // guarded by the queue's lock, as is the next field
    private bool _ended;

    /// <param name="loop">Runs the callbacks that follow the work.</param>
    /// <param name="patience">How long <see cref="Dispose"/> waits for queued work; null for 3 s.</param>
    /// <param name="name">The thread's name, at most 15 letters.</param>
    /// <param name="capacity">The most pieces of work that may wait; more are refused.</param>
    public Worker(EventLoop loop, TimeSpan? patience = null, string name = "worker", int capacity = Capacity)
    {
        (_loop, _patience, _capacity) = (loop, patience ?? TimeSpan.FromSeconds(3), capacity);
        _thread = new Thread(Work) { Name = name, IsBackground = true }; // background: a blocked device does not keep the process
        _thread.Start();
    }

    /// <summary>
    /// Does work on the worker's thread, then calls <paramref name="then"/> with its result on the loop's thread. May be called on any
    /// thread.
    /// </summary>
    /// <param name="work"> The work, which must not use anything that the loop changes. Its exceptions are thrown on the loop's thread, so
    /// catch those that can be expected.
    /// </param>
    /// <param name="then">The callback. It is not called after the worker was disposed.</param>
    /// <returns>False if the queue is full or the worker was disposed; nothing is done then.</returns>
    public bool Run<T>(Func<T> work, Action<T> then) => Enqueue(() =>
    {
        var result = work();
        Post(() => then(result));
    });

    /// <inheritdoc cref="Run{T}"/>
    public bool Run(Action work) => Enqueue(work);

    private bool Enqueue(Action item)
    {
        lock (_queue)
        {
            if (_ending || _queue.Count >= _capacity)
                return false;
            _queue.Enqueue(item);
            Monitor.Pulse(_queue);
            return true;
        }
    }

    private void Work()
    {
        while (Next() is { } item)
        {
            try
            {
                item();
            }
            catch (Exception e)
            {
                Post(ExceptionDispatchInfo.Capture(e).Throw);
            }
        }
    }

    private Action? Next()
    {
        lock (_queue)
        {
            while (_queue.Count == 0 && !_ending)
                Monitor.Wait(_queue);
            return !_ended && _queue.TryDequeue(out var item) ? item : null;
        }
    }

    // Work that is still running after the worker was disposed must not post to a loop that may be disposed, too.
    private void Post(Action action)
    {
        lock (_queue)
        {
            if (!_ended)
                _loop.Post(action);
        }
    }

    /// <summary>Waits for a limited time until all work that was queued so far is done. Returns false if it is not done by then.</summary>
    public bool Wait(TimeSpan patience)
    {
        var done = new TaskCompletionSource();
        return Run(done.SetResult) && done.Task.Wait(patience);
    }

    /// <summary>True if the thread has ended, so that no work is being done any more.</summary>
    public bool HasEnded => !_thread.IsAlive;

    /// <summary>
    /// Accepts no more work and waits for a limited time until the queued work is done. Work that has not begun by then is dropped.
    /// </summary>
    public void Dispose()
    {
        lock (_queue)
        {
            _ending = true;
            Monitor.Pulse(_queue);
        }
        _thread.Join(_patience);
        lock (_queue)
            _ended = true;
    }
}
