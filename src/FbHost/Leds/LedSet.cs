using FbHost.Loop;
using FbHost.Options;
using Mmm;

namespace FbHost.Leds;

/// <summary>
/// The configured LEDs. Their devices are used on the worker's thread, by at most one piece of work for each LED at a time, so whoever sets
/// an LED very often changes only what is written last. The timer runs only while an LED blinks that its device cannot make blink.
/// </summary>
internal sealed class LedSet : IDisposable
{
    private const long HalfPeriodMs = 500, RetryMs = 100;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(3), EndPatience = TimeSpan.FromSeconds(1);
    private readonly EventLoop _loop;
    private readonly Worker _worker;
    private readonly HostLog _log;
    private readonly Func<LedConfig, ILedDevice> _newDevice;
    private readonly LoopTimer _blink;
    private readonly LoopTimer _retry;
    private List<Led> _leds = [];
    private bool _isLit; // of all that blink by the timer

    /// <param name="loop">Runs the timers.</param>
    /// <param name="worker">Uses the devices.</param>
    /// <param name="log">Takes one line for each new fault.</param>
    /// <param name="newDevice">Makes the device of an LED; null for that of the machine.</param>
    public LedSet(EventLoop loop, Worker worker, HostLog log, Func<LedConfig, ILedDevice>? newDevice = null)
    {
        (_loop, _worker, _log, _newDevice) = (loop, worker, log, newDevice ?? (config => ILedDevice.Of(config)));
        _blink = loop.CreateTimer(Blink);
        _retry = loop.CreateTimer(() => _leds.ForEach(Write));
    }

    /// <summary>The LEDs in the order of the configuration.</summary>
    public IReadOnlyList<Led> All => _leds;

    /// <summary>Opens these LEDs at the start, before the loop runs, with their initial states.</summary>
    /// <returns>What is wrong with some of them, each one line. They are tried again when they are set.</returns>
    public IReadOnlyList<string> Open(IReadOnlyList<LedConfig> configs)
    {
        IReadOnlyList<string>? faults = configs.Count == 0 ? [] : null;
        Change(configs, found => faults = found);
        if (faults is null && _worker.Wait(StartPatience))
            _loop.RunPosted();
        return faults ?? ["leds: a device has not answered for 3 s; check its driver"];
    }

    /// <summary>Uses these LEDs instead of the current ones. LEDs that are the same as before, and have no fault,
    /// keep their state.</summary>
    /// <param name="configs">The LEDs.</param>
    /// <param name="done">Called with what is wrong with some of them, each one line.</param>
    public void Change(IReadOnlyList<LedConfig> configs, Action<IReadOnlyList<string>> done)
    {
        var before = _leds;
        _leds = [.. configs.Select(c => before.Find(l => l.Config == c && l.Fault is null) ?? new Led(c, _newDevice(c)))];
        Led[] left = [.. before.Except(_leds)], added = [.. _leds.Except(before)];
        if (left.Length + added.Length == 0)
        {
            done([]);
            return;
        }
        foreach (var led in added)
            led.IsBusy = true;
        var isQueued = _worker.Run(
            () =>
            {
                foreach (var led in left)
                    End(led);
                return added.Select(led => FaultLine.OfAttempt(() => led.Device.Set(led.Config.Initial))).ToArray();
            },
            faults =>
            {
                for (var i = 0; i < added.Length; i++)
                {
                    (added[i].IsBusy, added[i].Fault) = (false, faults[i]);
                    Write(added[i]);
                }
                done([.. faults.OfType<string>()]);
            });
        if (!isQueued)
        {
            _leds = before;
            done([Worker.Busy]);
            return;
        }
        foreach (var led in left)
        {
            led.IsWanted = false;
            led.Waiting.ForEach(wait => wait($"the LED {led.Config.Name} is no longer in the configuration"));
            led.Waiting.Clear();
        }
    }

    /// <summary>Sets an LED.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="state">What it shows from now on.</param>
    /// <param name="done">Called with null when it does, or with the reason why it does not.</param>
    public void Set(string name, LedState state, Action<string?>? done = null)
    {
        if (_leds.Find(l => l.Config.Name == name) is not { } led)
        {
            done?.Invoke($"no LED is named {name}; " + (_leds.Count == 0 ? "the configuration has no \"leds\""
                : $"there is {string.Join(", ", _leds.Select(l => l.Config.Name))}"));
            return;
        }
        (led.State, led.IsWanted) = (state, true);
        if (done is not null)
            led.Waiting.Add(done);
        Write(led);
    }

    // Gives an LED's device what is wanted, unless the device is still busy: it is given then what is wanted last.
    private void Write(Led led)
    {
        if (led.IsBusy || !led.IsWanted)
            return;
        var state = led.State;
        Action<string?>[] waiting = [.. led.Waiting];
        led.IsBusy = _worker.Run(
            () =>
            {
                var blinks = false;
                var fault = FaultLine.OfAttempt(() =>
                {
                    blinks = state.Blinks && led.Device.TryBlink();
                    if (!blinks)
                        led.Device.Set(state.Percent);
                });
                return (fault, byTimer: state.Blinks && !blinks);
            },
            result =>
            {
                led.IsBusy = false;
                Note(led, result.fault, isAnswered: waiting.Length > 0);
                led.BlinksByTimer = result.byTimer && result.fault is null;
                foreach (var done in waiting)
                    done(result.fault);
                Write(led);
                ArmBlink();
            });
        if (led.IsBusy)
        {
            led.IsWanted = led.BlinksByTimer = false;
            led.Waiting.Clear();
        }
        else
        {
            _retry.After(RetryMs); // the worker's queue is full
        }
    }

    private void ArmBlink()
    {
        if (!_blink.IsRunning && _leds.Exists(l => l.BlinksByTimer))
        {
            _isLit = true; // as the LED has just been set
            _blink.After(HalfPeriodMs);
        }
    }

    private void Blink()
    {
        _isLit = !_isLit;
        var percent = _isLit ? 100 : 0;
        foreach (var led in _leds.Where(l => l.BlinksByTimer))
        {
            if (!led.IsBusy)
            {
                led.IsBusy = _worker.Run(() => FaultLine.OfAttempt(() => led.Device.Set(percent)), fault =>
                {
                    led.IsBusy = false;
                    Note(led, fault);
                    led.BlinksByTimer &= fault is null;
                    Write(led);
                });
            }
            _blink.NoLaterThan(EventLoop.Now + HalfPeriodMs * 1_000_000);
        }
    }

    private void Note(Led led, string? fault, bool isAnswered = false)
    {
        if (fault is not null && fault != led.Fault && !isAnswered)
            _log.Warn(fault);
        led.Fault = fault;
    }

    private static void End(Led led)
    {
        FaultLine.OfAttempt(() => led.Device.Set(led.Config.Initial));
        led.Device.Dispose();
    }

    /// <summary>Gives all LEDs their initial states: the worker must end after this.</summary>
    public void Dispose()
    {
        var leds = _leds;
        if (leds.Count > 0 && !_worker.Run(() => leds.ForEach(End)) && _worker.Wait(EndPatience))
            _worker.Run(() => leds.ForEach(End));
        _leds = [];
        _loop.Remove(_blink);
        _loop.Remove(_retry);
    }
}
