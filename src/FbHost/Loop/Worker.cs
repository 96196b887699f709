using System.Runtime.ExceptionServices;

namespace FbHost.Loop;

/// <summary>
/// One background thread for I/O that may take long (fsync, a mixer behind USB, a file on a network), so that the loop never waits for it.
/// Work is done in the order it was given. The thread is made with the worker: the end of the host needs no new one.
/// </summary>
internal sealed class Worker : IDisposable
{
    /// <summary>Pieces of work that may wait unless another number is given; more are refused.</summary>
    public const int Capacity = 64;

    private readonly EventLoop _loop;
    private readonly TimeSpan _patience;
    private readonly int _capacity;
    private readonly Queue<Action> _queue = new();
    private readonly Thread _thread;
    private bool _ending; // under the queue's lock, as the next
    private bool _ended;

    /// <param name="loop">Runs what follows the work.</param>
    /// <param name="patience">How long <see cref="Dispose"/> waits for what is queued; null: 3 s.</param>
    /// <param name="name">The thread's, at most 15 letters.</param>
    /// <param name="capacity">Pieces of work that may wait; more are refused.</param>
    public Worker(EventLoop loop, TimeSpan? patience = null, string name = "worker", int capacity = Capacity)
    {
        (_loop, _patience, _capacity) = (loop, patience ?? TimeSpan.FromSeconds(3), capacity);
        _thread = new Thread(Work) { Name = name, IsBackground = true }; // one that a device holds for ever does not keep the process
        _thread.Start();
    }

    /// <summary>
    /// Does work on the worker's thread, then calls <paramref name="then"/> with its result on the loop's. From any thread.
    /// </summary>
    /// <param name="work">
    /// Touches nothing that the loop changes. An exception it throws is thrown on the loop's thread: catch those that can be expected.
    /// </param>
    /// <param name="then">Not called once the worker is disposed.</param>
    /// <returns>False: as many pieces as may are waiting already, or the worker is disposed; nothing is done.</returns>
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

    // A piece of work that outlives the worker must not write to the descriptor of a loop that is gone.
    private void Post(Action action)
    {
        lock (_queue)
        {
            if (!_ended)
                _loop.Post(action);
        }
    }

    /// <summary>Waits until all that was given so far is done, for a bounded time. False: it is not.</summary>
    public bool Wait(TimeSpan patience)
    {
        var done = new TaskCompletionSource();
        return Run(done.SetResult) && done.Task.Wait(patience);
    }

    /// <summary>After <see cref="Dispose"/>: nothing that was given is being done any more.</summary>
    public bool HasEnded => !_thread.IsAlive;

    /// <summary>
    /// Takes no more work and waits until what is queued is done, for a bounded time; what is not begun by then is left out.
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
