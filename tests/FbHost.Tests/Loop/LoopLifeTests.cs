using FbHost.Loop;

namespace FbHost.Tests.Loop;

public sealed class LoopLifeTests : IDisposable
{
    private readonly EventLoop _loop = new();
    private readonly List<string> _steps = [];
    private readonly List<int> _threads = [];

    private void Step(string step)
    {
        _threads.Add(Environment.CurrentManagedThreadId);
        _steps.Add(step);
    }

    private void Run(Action make)
    {
        LoopLife.Run(_loop, () =>
        {
            Step("made");
            make();
        }, e => Step(e.Message), () => Step("put back"));
    }

    [Fact]
    public void An_exception_in_the_loop_is_told_and_everything_is_put_back()
    {
        _loop.Post(() => throw new InvalidOperationException("a fault"));
        Run(() => { });
        Assert.Equal(["made", "a fault", "put back"], _steps);
    }

    [Fact]
    public void What_the_loop_runs_is_made_and_put_back_on_its_thread()
    {
        _loop.Post(() => Step("ran"));
        _loop.Post(_loop.Stop);
        Run(() => { });
        Assert.Equal(["made", "ran", "put back"], _steps);
        Assert.Equal([Environment.CurrentManagedThreadId], _threads.Distinct());
    }

    [Fact]
    public void What_was_made_in_part_is_put_back_before_the_start_fails()
    {
        var e = Assert.Throws<InvalidOperationException>(() => Run(() => throw new InvalidOperationException("no display")));
        Assert.Equal("no display", e.Message);
        Assert.Equal(["made", "put back"], _steps);
    }

    [Fact]
    public void A_stop_while_things_are_made_ends_the_loop_as_soon_as_they_are()
    {
        Run(() => _loop.Post(_loop.Stop));
        Assert.Equal(["made", "put back"], _steps);
    }

    public void Dispose() => _loop.Dispose();
}
