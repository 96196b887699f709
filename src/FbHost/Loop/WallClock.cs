using Mmm;
using Mmm.Linux;

namespace FbHost.Loop;

/// <summary>
/// The time of day for the loop: wakes it at a time of the clock that can be set, when the clock was set (also after a suspend), and when
/// the time zone of the machine is another one. It never polls.
/// </summary>
internal sealed class WallClock : IDisposable
{
    private const string ZoneDirectory = "/etc", ZoneName = "localtime";
    private readonly Action _wake;
    private readonly TimeProvider _time;
    private readonly int _timerFd;
    private readonly int _zoneFd;
    private readonly Watch _timerWatch;
    private readonly Watch? _zoneWatch;

    /// <param name="loop">Waits for the time.</param>
    /// <param name="wake">Called when the time has come, or when the clock or the time zone is another one.</param>
    /// <param name="time">The time; null for that of the machine.</param>
    public WallClock(EventLoop loop, Action wake, TimeProvider? time = null)
    {
        (_wake, _time) = (wake, time ?? TimeProvider.System);
        _timerFd = Sys.WallTimerCreate();
        if (_timerFd < 0)
            throw new MmmException($"no descriptor left for a timer: {Sys.ErrorText(_timerFd)}");
        _timerWatch = loop.Add(_timerFd, _ => OnTimer());
        // Without the watch, another zone counts from the next time on.
        _zoneFd = Environment.GetEnvironmentVariable("TZ") is not null ? -1
            : Sys.WatchDirectory(ZoneDirectory, Sys.IN_CREATE | Sys.IN_MOVED_TO | Sys.IN_CLOSE_WRITE | Sys.IN_DELETE);
        if (_zoneFd >= 0)
            _zoneWatch = loop.Add(_zoneFd, _ => OnZone());
    }

    /// <summary>The time, UTC.</summary>
    public DateTime Utc => _time.GetUtcNow().UtcDateTime;

    /// <summary>Reads the time zone of the machine anew: that of the environment variable TZ, else of /etc/localtime. May be called on any
    /// thread.</summary>
    public TimeZoneInfo ReadZone()
    {
        TimeZoneInfo.ClearCachedData();
        return _time.LocalTimeZone;
    }

    /// <summary>Wakes the loop once at that time, UTC; null for never.</summary>
    public void WakeAt(DateTime? utc) =>
        Sys.WallTimerSet(_timerFd, utc is { } at ? (at - DateTime.UnixEpoch).Ticks * 100 : null);

    private void OnTimer()
    {
        Span<byte> count = stackalloc byte[sizeof(long)];
        if (Sys.Read(_timerFd, count) != -Tmds.Linux.LibC.EAGAIN) // -ECANCELED if the clock was set
            _wake();
    }

    private void OnZone()
    {
        Span<byte> records = stackalloc byte[4096];
        var isOther = false;
        for (var n = Sys.Read(_zoneFd, records); n > 0; n = Sys.Read(_zoneFd, records))
        {
            var events = new InotifyEvents(records[..(int)n]);
            while (events.Next())
                isOther |= events.Name == ZoneName || (events.Mask & Sys.IN_Q_OVERFLOW) != 0;
        }
        if (isOther)
            _wake();
    }

    public void Dispose()
    {
        _timerWatch.Dispose();
        _zoneWatch?.Dispose();
        Sys.Close(_timerFd);
        Sys.Close(_zoneFd);
    }
}
