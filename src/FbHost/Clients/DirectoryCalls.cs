using System.Diagnostics;
using System.Runtime.ExceptionServices;
using FbHost.Loop;
using Mmm.Hosting;

namespace FbHost.Clients;

/// <summary>
/// The calls on one directory that may block. They are made in the order in which they were queued, and never on the loop's thread. The
/// main directory has a thread of its own (<see cref="Worker"/>). A directory of an app has none: while calls are queued, one of the
/// threads of <see cref="Background"/> makes them. A directory that blocks keeps that thread, and the next directory gets another one.
/// </summary>
internal sealed class DirectoryCalls : IDisposable
{
    private const int Most = 1024; // that may wait
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(1);
    private readonly EventLoop _loop;
    private readonly Worker? _own;
    private readonly Queue<Action> _queue = new(); // its lock guards the fields below
    private bool _isRunning;
    private bool _isClosed;
    private bool _isOver;

    /// <param name="loop">Runs the callbacks that follow the calls.</param>
    /// <param name="ownThread">Whether the directory has a thread of its own.</param>
    public DirectoryCalls(EventLoop loop, bool ownThread)
    {
        _loop = loop;
        _own = ownThread ? new Worker(loop, EndPatience, "directory", Most) : null;
    }

    /// <inheritdoc cref="Worker.Run{T}"/>
    public bool Run<T>(Func<T> work, Action<T> then) =>
        _own is { } own ? own.Run(work, then) : Enqueue(() => DoAndReport(work, then));

    /// <inheritdoc cref="Worker.Run{T}"/>
    public bool Run(Action work) => _own is { } own ? own.Run(work) : Enqueue(work);

    /// <summary>Waits for a limited time until all calls that were queued so far are made. Returns false if they are not by then.</summary>
    public bool Wait(TimeSpan patience)
    {
        var done = new TaskCompletionSource();
        return Run(done.SetResult) && done.Task.Wait(patience);
    }

    /// <summary>Queues the last call, for which there is always room. Further ones are refused. Not for a thread of its own.</summary>
    public void Close<T>(Func<T> last, Action<T> then) => Enqueue(() => DoAndReport(last, then), isLast: true);

    private void DoAndReport<T>(Func<T> work, Action<T> then)
    {
        var result = work();
        Post(() => then(result));
    }

    private bool Enqueue(Action item, bool isLast = false)
    {
        lock (_queue)
        {
            if (_isClosed || (_queue.Count >= Most && !isLast))
                return false;
            _isClosed = isLast;
            _queue.Enqueue(item);
            if (_isRunning)
                return true;
            _isRunning = true;
        }
        Background.Run(Work);
        return true;
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
            if (_queue.TryDequeue(out var item))
                return item;
            _isRunning = false;
            Monitor.PulseAll(_queue);
            return null;
        }
    }

    // A call that ends after this object was disposed must not post to a loop that may be disposed, too.
    private void Post(Action action)
    {
        lock (_queue)
        {
            if (!_isOver)
                _loop.Post(action);
        }
    }

    /// <summary>Waits for a limited time until no call is made any more. Returns false if one still is.</summary>
    public bool WaitForEnd(TimeSpan patience)
    {
        var start = Stopwatch.GetTimestamp();
        lock (_queue)
        {
            while (_isRunning && Stopwatch.GetElapsedTime(start) is var waited && waited < patience)
                Monitor.Wait(_queue, patience - waited);
            return !_isRunning;
        }
    }

    /// <summary>True if no call is being made any more.</summary>
    public bool HasEnded => _own?.HasEnded ?? WaitForEnd(TimeSpan.Zero);

    /// <summary>
    /// Accepts no more calls, and drops those that have not begun. With a thread of its own, it waits for a limited time until they are
    /// made.
    /// </summary>
    public void Dispose()
    {
        _own?.Dispose();
        lock (_queue)
        {
            (_isClosed, _isOver) = (true, true);
            _queue.Clear();
        }
    }
}
