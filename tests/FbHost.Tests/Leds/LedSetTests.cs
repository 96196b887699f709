using FbHost.Leds;
using FbHost.Loop;
using FbHost.Options;
using Mmm;

namespace FbHost.Tests.Leds;

/// <summary>LEDs on devices of the test's own.</summary>
public sealed class LedSetTests : IDisposable
{
    private sealed class Device(string name, List<string> log) : ILedDevice
    {
        public ManualResetEventSlim MayGoOn { get; } = new(true);

        public string? Fault { get; set; }

        public bool BlinksItself { get; set; }

        public void Set(int percent)
        {
            MayGoOn.Wait();
            Say(Fault is null ? $"{percent}" : "fault");
            if (Fault is not null)
                throw new MmmException(Fault);
        }

        public bool TryBlink()
        {
            if (BlinksItself)
                Say("blink");
            return BlinksItself;
        }

        public void Dispose() => Say("closed");

        private void Say(string what)
        {
            lock (log)
                log.Add($"{name} {what}");
        }
    }

    private readonly EventLoop _loop = new();
    private readonly Worker _worker;
    private readonly LedSet _leds;
    private readonly Dictionary<string, Device> _devices = [];
    private readonly List<string> _log = [];

    public LedSetTests()
    {
        _worker = new Worker(_loop);
        _leds = new LedSet(_loop, _worker, new HostLog(null),
            c => _devices[c.Name] = _devices.TryGetValue(c.Name, out var known) ? known : new Device(c.Name, _log));
    }

    public void Dispose()
    {
        _leds.Dispose();
        _worker.Dispose();
        _loop.Dispose();
    }

    private static LedConfig Config(string name, int initial = 0) => new() { Name = name, Led = name, Initial = initial };

    private string[] Log()
    {
        lock (_log)
            return [.. _log];
    }

    private void Turn(Func<bool> until) => Wait.Until(
        () =>
        {
            _loop.Post(_loop.Stop);
            _loop.Run();
            return until();
        }, "the loop", () => string.Join(", ", Log()));

    private string? Set(string name, string state)
    {
        var (isDone, fault) = (false, default(string));
        Assert.True(LedState.TryParse(state, out var wanted));
        _leds.Set(name, wanted, f => (isDone, fault) = (true, f));
        Turn(() => isDone);
        return fault;
    }

    [Fact]
    public void LEDs_have_their_initial_state_at_the_start_and_at_the_end()
    {
        Assert.Empty(_leds.Open([Config("a"), Config("b", 30)]));
        Assert.Equal(["a 0", "b 30"], Log());
        Assert.Null(Set("a", "on"));
        Assert.Null(Set("b", "off"));
        _leds.Dispose();
        _worker.Wait(Wait.Patience);
        Assert.Equal(["a 0", "b 30", "a 100", "b 0", "a 0", "a closed", "b 30", "b closed"], Log());
    }

    [Fact]
    public void Whoever_sets_an_LED_faster_than_its_device_is_changes_what_is_written_last()
    {
        _leds.Open([Config("a")]);
        _devices["a"].MayGoOn.Reset();
        var answers = new List<string?>();
        for (var percent = 1; percent <= 100; percent++)
            _leds.Set("a", new LedState(percent), answers.Add);
        _devices["a"].MayGoOn.Set();
        Turn(() => answers.Count == 100);
        Assert.Equal(["a 0", "a 1", "a 100"], Log());
        Assert.All(answers, Assert.Null);
    }

    [Fact]
    public void What_cannot_blink_by_itself_is_switched_by_a_timer_only_while_it_blinks()
    {
        _leds.Open([Config("a"), Config("b")]);
        _devices["b"].BlinksItself = true;
        Assert.Null(Set("a", "blink"));
        Assert.Null(Set("b", "blink"));
        Turn(() => Log().Count(l => l == "a 0") == 3); // the first is the initial state
        Assert.Null(Set("a", "40"));
        Assert.Equal(["a 0", "b 0", "a 100", "b blink", "a 0", "a 100", "a 0", "a 40"], Log());
        var timer = _loop.CreateTimer(_loop.Stop);
        timer.After(1200);
        _loop.Run();
        Assert.Equal("a 40", Log()[^1]);
        Assert.Equal(["40", "blink"], _leds.All.Select(l => l.State.ToString()));
    }

    [Fact]
    public void An_LED_with_a_fault_is_told_and_tried_again_and_the_others_work()
    {
        _devices["a"] = new Device("a", _log) { Fault = "led \"a\": no" };
        Assert.Equal(["led \"a\": no"], _leds.Open([Config("a"), Config("b")]));
        Assert.Equal(["led \"a\": no", null], _leds.All.Select(l => l.Fault));
        Assert.Equal("led \"a\": no", Set("a", "on"));
        Assert.Null(Set("b", "on"));
        Assert.Equal("led \"a\": no", Set("a", "blink"));
        _devices["a"].Fault = null;
        Assert.Null(Set("a", "on"));
        Assert.Null(_leds.All[0].Fault);
        Assert.Equal("no LED is named c; there is a, b", Set("c", "on"));
    }

    [Fact]
    public void Other_LEDs_take_the_place_of_the_former_ones_and_those_that_stay_keep_their_state()
    {
        _leds.Open([Config("stays"), Config("goes", 20), Config("changes")]);
        Set("stays", "on");
        IReadOnlyList<string>? faults = null;
        _leds.Change([Config("new"), Config("changes", 50), Config("stays")], f => faults = f);
        Turn(() => faults is not null);
        Assert.Empty(faults!);
        Assert.Equal(["goes 20", "goes closed", "changes 0", "changes closed", "new 0", "changes 50"], Log()[4..]);
        Assert.Equal([("new", "off"), ("changes", "50"), ("stays", "on")], _leds.All.Select(l => (l.Config.Name, l.State.ToString())));
        Assert.StartsWith("no LED is named goes", Set("goes", "on"));
    }

    [Fact]
    public void A_worker_without_room_gets_the_state_later()
    {
        _leds.Open([Config("a")]);
        using var busy = new ManualResetEventSlim();
        while (_worker.Run(busy.Wait))
        {
        }
        var answers = new List<string?>();
        _leds.Set("a", new LedState(100), answers.Add);
        _leds.Set("a", new LedState(70), answers.Add);
        busy.Set();
        Turn(() => answers.Count == 2);
        Assert.Equal(["a 0", "a 70"], Log());
    }

    [Theory]
    [InlineData("on", 100, false)]
    [InlineData("off", 0, false)]
    [InlineData("blink", 100, true)]
    [InlineData("0", 0, false)]
    [InlineData("100", 100, false)]
    public void A_state_is_a_word_or_a_percentage(string text, int percent, bool blinks)
    {
        Assert.True(LedState.TryParse(text, out var state));
        Assert.Equal(new LedState(percent, blinks), state);
    }

    [Theory]
    [InlineData("")]
    [InlineData("On")]
    [InlineData("101")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1.5")]
    [InlineData("99999999999")]
    public void Anything_else_is_no_state(string text) => Assert.False(LedState.TryParse(text, out _));
}
