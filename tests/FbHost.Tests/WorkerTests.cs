using System.Collections.Concurrent;
using FbHost.Loop;

namespace FbHost.Tests;

/// <summary>The thread that does what the loop cannot wait for.</summary>
public sealed class WorkerTests : IDisposable
{
    private readonly EventLoop _loop = new();

    public void Dispose() => _loop.Dispose();

    [Fact]
    public void Work_is_done_in_order_and_its_results_come_on_the_loop_s_thread()
    {
        using var worker = new Worker(_loop);
        var threads = new ConcurrentBag<int>();
        var results = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            var number = i;
            Assert.True(worker.Run(() =>
            {
                threads.Add(Environment.CurrentManagedThreadId);
                return number;
            }, result =>
            {
                Assert.DoesNotContain(Environment.CurrentManagedThreadId, threads);
                results.Add(result);
                if (result == 4)
                    _loop.Stop();
            }));
        }
        _loop.Run();
        Assert.Equal([0, 1, 2, 3, 4], results);
    }

    [Fact]
    public void More_work_than_may_wait_is_refused()
    {
        using var go = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        using var worker = new Worker(_loop);
        worker.Run(() =>
        {
            begun.Set();
            go.Wait();
        });
        begun.Wait();
        var taken = 0;
        while (taken <= Worker.Capacity && worker.Run(() => { }))
            taken++;
        Assert.Equal(Worker.Capacity, taken);
        go.Set();
        Wait.Until(() => worker.Run(() => { }), "work to be taken again");
    }

    [Fact]
    public void What_is_queued_is_done_before_the_worker_ends_and_nothing_after()
    {
        var done = 0;
        using var go = new ManualResetEventSlim();
        var worker = new Worker(_loop);
        worker.Run(go.Wait);
        for (var i = 0; i < 10; i++)
            worker.Run(() => done++);
        go.Set();
        worker.Dispose();
        Assert.Equal(10, done);
        Assert.False(worker.Run(() => done++));
    }

    [Fact]
    public void Work_that_never_ends_does_not_hold_up_the_end()
    {
        using var go = new ManualResetEventSlim();
        var worker = new Worker(_loop, TimeSpan.FromMilliseconds(50));
        var after = false;
        worker.Run(() =>
        {
            go.Wait();
            return 1;
        }, _ => after = true);
        worker.Run(() => after = true);
        worker.Dispose();
        go.Set();
        _loop.Post(_loop.Stop);
        _loop.Run();
        Assert.False(after);
    }

    [Fact]
    public void An_exception_of_the_work_is_thrown_on_the_loop_s_thread()
    {
        using var worker = new Worker(_loop);
        worker.Run(() => throw new FormatException("unforeseen"));
        Assert.Equal("unforeseen", Assert.Throws<FormatException>(_loop.Run).Message);
    }
}
