using FbHost.Loop;
using FbHost.Options;
using FbHost.Screens;

namespace FbHost;

/// <summary>
/// Carries out the schedules of the configuration: the screen is off, the backlight has another level, and an app is in front at some times
/// of the day. Only a change of what holds does something, so what a user does in between stays until the next change.
/// </summary>
internal sealed class Schedules : IDisposable
{
    private readonly EventLoop _loop;
    private readonly Worker _worker;
    private readonly Blanker _blanker;
    private readonly PanelLight _light;
    private readonly TimeProvider? _time;
    private readonly TimeSpan _nightAfter;
    private TimeSpan _blankAfter;
    private Schedule _schedule = new([]);
    private ScheduleState _state;
    private WallClock? _clock; // only with a schedule
    private TimeZoneInfo _zone = TimeZoneInfo.Utc;

    /// <param name="loop">Waits for the times.</param>
    /// <param name="worker">Reads the time zone.</param>
    /// <param name="blanker">Turns the screen off.</param>
    /// <param name="light">Sets the backlight.</param>
    /// <param name="options">The schedules, and the time without input after which the screen is turned off.</param>
    /// <param name="time">The time; null for that of the machine.</param>
    /// <param name="nightAfter">The time without input after which the screen is turned off again at night, if it is not turned off by
    /// day; null for 60 s.</param>
    public Schedules(EventLoop loop, Worker worker, Blanker blanker, PanelLight light, ServeOptions options, TimeProvider? time = null,
        TimeSpan? nightAfter = null)
    {
        (_loop, _worker, _blanker, _light, _time, _blankAfter) = (loop, worker, blanker, light, time, options.BlankAfter);
        _nightAfter = nightAfter ?? TimeSpan.FromSeconds(60);
        Set(options);
    }

    /// <summary>The app that is in front now; null for that of the configuration.</summary>
    public string? App => _state.App;

    /// <summary>Another app is in front from now on.</summary>
    public event Action? AppChanged;

    /// <summary>Sets the time without input after which the screen is turned off; zero for never.</summary>
    public void SetBlankAfter(TimeSpan after)
    {
        _blankAfter = after;
        ApplyBlankAfter();
    }

    /// <summary>Uses other schedules.</summary>
    public void Set(ServeOptions options)
    {
        _schedule = new Schedule(
            [.. options.Schedule, .. options.Apps.SelectMany(a => a.Schedule.Select(t => new ScheduleEntry(t, App: a.Name)))]);
        if (_schedule.IsEmpty)
        {
            Dispose();
            Apply(default);
            return;
        }
        if (_clock is null)
        {
            _clock = new WallClock(_loop, ReadZone, _time);
            _zone = _clock.ReadZone();
        }
        Update();
    }

    // The file of the zone may be slow.
    private void ReadZone()
    {
        var clock = _clock!;
        if (!_worker.Run(clock.ReadZone, zone =>
        {
            _zone = zone;
            Update();
        }))
            Update();
    }

    private void Update()
    {
        if (_clock is null)
            return;
        var now = _clock.Utc;
        _clock.WakeAt(_schedule.NextChange(now, _zone));
        Apply(_schedule.At(now, _zone));
    }

    private void Apply(ScheduleState state)
    {
        var before = _state;
        _state = state;
        if (state.IsOff != before.IsOff)
        {
            ApplyBlankAfter();
            if (!state.IsOff)
                _blanker.Unblank();
            else if (!_blanker.HadInputWithin(_nightAfter)) // else it is in use, and goes off when it is not any more
                _blanker.Blank();
        }
        if (state.Brightness != before.Brightness)
            _light.Schedule(state.Brightness);
        if (state.App != before.App)
            AppChanged?.Invoke();
    }

    private void ApplyBlankAfter() =>
        _blanker.SetTime(_state.IsOff && _blankAfter == TimeSpan.Zero ? _nightAfter : _blankAfter);

    public void Dispose()
    {
        _clock?.Dispose();
        _clock = null;
    }
}
