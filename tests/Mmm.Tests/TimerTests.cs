using System.Diagnostics;

namespace Mmm.Tests;

public sealed class TimerTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private readonly MmmDirectory _directory = new();
    private readonly FakeHost _host;
    private readonly MmmClient _client;

    public TimerTests()
    {
        _host = new FakeHost(_directory);
        _client = _directory.OpenClient();
        _host.AwaitClient();
    }

    public void Dispose()
    {
        _client.Dispose();
        _host.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void A_timer_without_a_callback_is_an_event_each_period()
    {
        var clock = Stopwatch.StartNew();
        var timer = _client.Every(TimeSpan.FromMilliseconds(20));
        var ticks = 0L;
        while (ticks < 5)
            ticks += Assert.IsType<TimerElapsed>(_client.WaitEvent(Soon)).Count;
        Assert.True(clock.ElapsedMilliseconds >= 99, $"{clock.ElapsedMilliseconds} ms");
        timer.Dispose();
        Assert.Null(_client.WaitEvent(TimeSpan.FromMilliseconds(100)));
        timer.Dispose(); // again: nothing
    }

    [Fact]
    public void A_callback_runs_on_the_waiting_thread_and_is_no_event()
    {
        var threads = new List<int>();
        _client.Every(TimeSpan.FromMilliseconds(5), () =>
        {
            threads.Add(Environment.CurrentManagedThreadId);
            if (threads.Count == 3)
                _client.Close();
        });
        Assert.IsType<QuitRequested>(_client.WaitEvent(Soon));
        Assert.Equal(Enumerable.Repeat(Environment.CurrentManagedThreadId, 3), threads);
    }

    [Fact]
    public void Missed_ticks_are_merged_and_the_next_ones_stay_where_they_were()
    {
        var timer = _client.Every(TimeSpan.FromMilliseconds(10));
        Thread.Sleep(105);
        var first = Assert.IsType<TimerElapsed>(_client.WaitEvent(Soon));
        Assert.Same(timer, first.Timer);
        Assert.True(first.Count >= 10, $"{first.Count}");
        Assert.False(first.Count > 1000);
    }

    [Fact]
    public void A_fast_timer_leaves_room_for_events_and_they_for_it()
    {
        _client.Every(TimeSpan.FromMilliseconds(1));
        using var file = MmmDirectory.OpenFile(_client.FilePath);
        for (var i = 0; i < 20; i++)
            file.PushEvent("a"u8);
        Thread.Sleep(5);
        var first = new List<MmmEvent>();
        for (var i = 0; i < 4; i++)
        {
            first.Add(_client.WaitEvent(Soon)!);
            Thread.Sleep(5);
        }
        Assert.Equal(2, first.OfType<KeyPressed>().Count());
    }

    [Fact]
    public void A_timer_makes_PollHandle_readable_and_ticks_in_Frames()
    {
        var ticks = 0;
        _client.Every(TimeSpan.FromMilliseconds(5), () => ticks++);
        Assert.True(Mmm.Linux.Sys.PollIn(_client.PollHandle, 60_000));
        Assert.False(_client.TryReadEvent(out _));
        Assert.True(ticks > 0);
        var before = ticks;
        foreach (var _ in _client.Frames())
        {
            if (ticks > before + 1)
                break;
        }
    }

    [Fact]
    public void An_exception_of_a_callback_comes_out_of_the_wait_and_the_client_goes_on()
    {
        var timer = _client.Every(TimeSpan.FromMilliseconds(1), () => throw new InvalidTimeZoneException());
        Assert.Throws<InvalidTimeZoneException>(() => _client.WaitEvent(Soon));
        timer.Dispose();
        Assert.Null(_client.WaitEvent(TimeSpan.Zero));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(-1)]
    [InlineData(3e9)]
    public void A_period_out_of_range_is_refused(double ms) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _client.Every(TimeSpan.FromMilliseconds(ms)));

    [Fact]
    public void A_client_without_timers_is_not_woken()
    {
        _client.Every(TimeSpan.FromMilliseconds(1)).Dispose();
        while (_client.WaitEvent(TimeSpan.Zero) is not null)
        {
        }
        Assert.False(Mmm.Linux.Sys.PollIn(_client.PollHandle, 50));
    }
}
