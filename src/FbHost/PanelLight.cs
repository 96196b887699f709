using Displays;
using FbHost.Audio;
using FbHost.Loop;
using FbHost.Options;
using Mmm;

namespace FbHost;

/// <summary>
/// The panel's backlight: off while the screen is, at the level that a user has set, also after a restart, and by the light of the room if
/// that is configured. A schedule may set another level for a time. The files are read and written on the worker's thread.
/// </summary>
internal sealed class PanelLight : IDisposable
{
    private const long MeasureMs = 2000, FadeMs = 100, RetryMs = 500;
    private const int Hysteresis = 5; // percent: smaller changes of the room's light change nothing
    private readonly EventLoop _loop;
    private readonly Worker _worker;
    private readonly HostLog _log;
    private readonly Volumes _kept;
    private readonly AutoBrightness? _auto;
    private readonly Backlight _backlight = new();
    private readonly LightSensor _sensor = new();
    private readonly LoopTimer _timer; // runs only with a sensor, while the screen is on; and while the worker has no room
    private int _shown = -1; // percent; -1 before the first
    private int _target = -1;
    private int? _scheduled; // the level of the schedule; null while that of the user applies
    private int? _found; // the level before the first one of a schedule; only the worker uses it
    private bool _isBlank;
    private bool _saidNoSensor;
    private bool _saidNoLight;

    /// <param name="loop">Runs the timer.</param>
    /// <param name="worker">Reads and writes the files.</param>
    /// <param name="options">Whether the light of the room counts.</param>
    /// <param name="kept">Keeps the level.</param>
    /// <param name="log">Takes a line if there is no sensor.</param>
    public PanelLight(EventLoop loop, Worker worker, ServeOptions options, Volumes kept, HostLog log)
    {
        (_loop, _worker, _kept, _log, _auto) = (loop, worker, kept, log, options.AutoBrightness);
        _timer = loop.CreateTimer(Turn);
        if (_auto is not null)
            _timer.After(0);
        else if (kept.Brightness is { } percent)
            worker.Run(() => Ignore(() => _backlight.Set(percent)));
    }

    /// <summary>The screen was turned off or on.</summary>
    public void Blank(bool blank)
    {
        _isBlank = blank;
        _worker.Run(() => Ignore(() => _backlight.Blank(blank)));
        if (_auto is null)
            return;
        if (blank)
            _timer.Cancel();
        else
            _timer.After(0);
    }

    /// <summary>
    /// Sets the level of a schedule, which is not kept. With a sensor, it is the level in bright light. If a user sets the level after
    /// that, the user's applies.
    /// </summary>
    /// <param name="percent">0..100; null for the level that the user has set, else the one that was found.</param>
    public void Schedule(int? percent)
    {
        _scheduled = percent;
        if (_auto is not null)
        {
            _target = -1;
            if (!_isBlank)
                _timer.After(0);
            return;
        }
        var kept = _kept.Brightness;
        var isQueued = _worker.Run(() => FaultLine.OfAttempt(() => SetScheduled(percent, kept)), fault =>
        {
            if (fault is not null && !_saidNoLight)
                _log.Warn($"display.schedule: {fault}");
            _saidNoLight |= fault is not null;
        });
        if (!isQueued)
            _timer.After(RetryMs);
    }

    // Runs on the worker's thread.
    private void SetScheduled(int? percent, int? kept)
    {
        if (percent is not null)
            _found ??= _backlight.Get();
        if ((percent ?? kept ?? _found) is { } level)
            _backlight.Set(level);
    }

    /// <summary>Sets the level, and keeps it. With a sensor, it is the level in bright light.</summary>
    /// <param name="percent">0..100.</param>
    /// <param name="done">Called with null, or with what is wrong.</param>
    /// <returns>False if the worker is busy.</returns>
    public bool Set(int percent, Action<string?> done) => _worker.Run(() => FaultLine.OfAttempt(() => _backlight.Set(percent)), fault =>
    {
        if (fault is null)
        {
            _kept.SetBrightness(percent);
            _scheduled = null;
        }
        (_shown, _target) = (percent, -1);
        if (_auto is not null && !_isBlank)
            _timer.After(MeasureMs);
        done(fault);
    });

    /// <summary>Changes the level by a step, to 1 % at least, and keeps it.</summary>
    /// <param name="by">Percent.</param>
    /// <param name="done">Called with null, or with what is wrong.</param>
    /// <returns>False if the worker is busy.</returns>
    public bool Change(int by, Action<string?> done) => Get((percent, fault) =>
    {
        var wanted = Math.Clamp((_auto is null ? percent : _kept.Brightness ?? 100) + by, 1, 100);
        if (fault is not null || !Set(wanted, done))
            done(fault ?? Worker.Busy);
    });

    /// <summary>Reads the level.</summary>
    /// <param name="done">Called with it, 0..100, or with what is wrong.</param>
    /// <returns>False if the worker is busy.</returns>
    public bool Get(Action<int, string?> done) => _worker.Run(() =>
    {
        var percent = 0;
        var fault = FaultLine.OfAttempt(() => percent = _backlight.Get());
        return (percent, fault);
    }, result => done(result.percent, result.fault));

    // A panel without a backlight is no fault here: mmmctl brightness says so.
    private static void Ignore(Action act) => FaultLine.OfAttempt(act);

    // One step of a fade, one measurement, or another attempt to set the level of a schedule.
    private void Turn()
    {
        if (_auto is null)
        {
            Schedule(_scheduled);
            return;
        }
        if (_isBlank)
            return;
        if (_target >= 0 && _shown != _target)
        {
            _shown += Math.Sign(_target - _shown);
            var percent = _shown;
            _worker.Run(() => Ignore(() => _backlight.Set(percent)));
            _timer.After(FadeMs);
            return;
        }
        if (!_worker.Run(_sensor.Read, Measured))
            _timer.After(MeasureMs);
    }

    private void Measured(double? lux)
    {
        if (_isBlank)
            return;
        if (lux is not { } light)
        {
            if (!_saidNoSensor)
                _log.Warn("display.autoBrightness: no light sensor can be read in /sys/bus/iio/devices; the brightness stays as it is");
            _saidNoSensor = true;
            _timer.After(15 * MeasureMs);
            return;
        }
        var wanted = _auto!.Percent(light) * (_scheduled ?? _kept.Brightness ?? 100) / 100;
        if (_shown < 0) // the first time at once
            _shown = wanted == 0 ? 1 : wanted - 1;
        if (_target < 0 || Math.Abs(wanted - _target) >= Hysteresis)
            _target = wanted;
        _timer.After(_shown == _target ? MeasureMs : FadeMs);
    }

    /// <summary>Gives back the level before that of the schedule: the worker must end after this.</summary>
    public void Dispose()
    {
        _loop.Remove(_timer);
        if (_scheduled is not null && _auto is null)
            Schedule(null);
    }
}
