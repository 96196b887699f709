using FbHost.Loop;

namespace FbHost.Tests.Loop;

public sealed class LoopThreadTests : IDisposable
{
    private readonly EventLoop _loop = new();
    private readonly List<string> _steps = [];
    private readonly List<int> _threads = [];

    private LoopThread Thread(Action make) => new(_loop, () => Step("made", make), e => Step(e.Message), () => Step("put back"));

    private void Step(string step, Action? action = null)
    {
        _threads.Add(Environment.CurrentManagedThreadId);
        _steps.Add(step);
        action?.Invoke();
    }

    private static void Ends(Task task) => Assert.True(task.Wait(TimeSpan.FromSeconds(30)));

    [Fact]
    public void An_exception_in_the_loop_is_told_and_everything_is_put_back()
    {
        var thread = Thread(() => { });
        Ends(thread.Start());
        _loop.Post(() => throw new InvalidOperationException("a fault"));
        Ends(thread.Stop());
        Assert.Equal(["made", "a fault", "put back"], _steps);
    }

    [Fact]
    public void What_the_loop_runs_is_made_and_put_back_on_its_thread()
    {
        var thread = Thread(() => { });
        Ends(thread.Start());
        _loop.Post(() => Step("ran"));
        Ends(thread.Stop());
        Assert.Equal(["made", "ran", "put back"], _steps);
        Assert.Single(_threads.Distinct());
        Assert.DoesNotContain(Environment.CurrentManagedThreadId, _threads);
    }

    [Fact]
    public async Task What_was_made_in_part_is_put_back_before_the_start_fails()
    {
        var thread = Thread(() => throw new InvalidOperationException("no display"));
        var e = await Assert.ThrowsAsync<InvalidOperationException>(thread.Start);
        Assert.Equal("no display", e.Message);
        Assert.Equal(["made", "put back"], _steps);
        Ends(thread.Stop());
    }

    [Fact]
    public void A_stop_while_things_are_made_ends_the_loop_as_soon_as_they_are()
    {
        using var stopped = new ManualResetEventSlim();
        var thread = Thread(stopped.Wait);
        thread.Start();
        var stop = thread.Stop();
        stopped.Set();
        Ends(stop);
        Assert.Equal(["made", "put back"], _steps);
    }

    public void Dispose() => _loop.Dispose();
}
