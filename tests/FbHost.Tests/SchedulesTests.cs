using System.Runtime.InteropServices;
using Displays;
using Displays.Pixels;
using FbHost.Audio;
using FbHost.Loop;
using FbHost.Options;
using FbHost.Screens;

namespace FbHost.Tests;

/// <summary>What schedules do to a screen and a backlight, at times of the test's own.</summary>
public sealed class SchedulesTests : IDisposable
{
    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Utc { get; set; } = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

        public TimeZoneInfo Zone { get; set; } = TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => Utc;

        public override TimeZoneInfo LocalTimeZone => Zone;
    }

    private readonly Clock _clock = new();
    private readonly TempDirectory _temp = new();
    private readonly EventLoop _loop = new();
    private readonly Worker _worker;
    private readonly MemoryDisplay _display;
    private readonly Screen _screen;
    private readonly Blanker _blanker;
    private readonly Volumes _volumes;
    private readonly PanelLight _light;
    private readonly ServeOptions _options = new() { Apps = [new AppOptions("a", ["a"]), new AppOptions("b", ["b"])] };
    private Schedules? _schedules;

    public SchedulesTests()
    {
        _worker = new Worker(_loop);
        _display = new MemoryDisplay(64, 48, NamedLayouts.Xrgb8888, dither: false, _temp["screen"], deleteAtEnd: true);
        _screen = new Screen(_loop, _display);
        _blanker = new Blanker(_loop, _screen, TimeSpan.Zero);
        var log = new HostLog(null);
        _volumes = new Volumes(_loop, _worker, log, _temp["volume.json"], 100);
        _light = new PanelLight(_loop, _worker, _options, _volumes, log);
    }

    public void Dispose()
    {
        _schedules?.Dispose();
        _light.Dispose();
        _volumes.Dispose();
        _worker.Dispose();
        _display.Dispose();
        _loop.Dispose();
        _temp.Dispose();
    }

    private static DailyTime Time(string from, string to) => new(TimeOnly.Parse(from), TimeOnly.Parse(to));

    private Schedules Start(params ScheduleEntry[] entries)
    {
        _options.Schedule = entries;
        return _schedules = new Schedules(_loop, _worker, _blanker, _light, _options, _clock);
    }

    // As the timer does when the time has come.
    private void At(string time)
    {
        _clock.Utc = new DateTimeOffset(2026, 11, 27, 0, 0, 0, TimeSpan.Zero) + TimeSpan.Parse(time);
        _schedules!.Set(_options);
    }

    private void Turn(Func<bool> until, string what) => Wait.Until(
        () =>
        {
            _loop.Post(_loop.Stop);
            _loop.Run();
            return until();
        }, what);

    [Fact]
    public void A_host_that_starts_at_night_has_its_screen_off_until_the_morning()
    {
        Start(new ScheduleEntry(Time("11:00", "13:00"), Screen: false));
        Assert.True(_screen.IsBlank);
        At("12:59:59");
        Assert.True(_screen.IsBlank);
        At("13:00");
        Assert.False(_screen.IsBlank);
    }

    [Fact]
    public void A_screen_that_is_in_use_is_not_turned_off_before_it_has_been_without_input()
    {
        Start(new ScheduleEntry(Time("13:00", "14:00"), Screen: false));
        _blanker.NoteInput();
        At("13:00");
        Assert.False(_screen.IsBlank);
        _schedules!.SetBlankAfter(TimeSpan.FromMilliseconds(300));
        Turn(() => _screen.IsBlank, "the screen off");
    }

    [Fact]
    public void A_touch_at_night_turns_the_screen_on_for_the_time_without_input_of_the_night()
    {
        _options.Schedule = [new ScheduleEntry(Time("11:00", "13:00"), Screen: false)];
        _schedules = new Schedules(_loop, _worker, _blanker, _light, _options, _clock, nightAfter: TimeSpan.FromMilliseconds(300));
        Assert.True(_blanker.TryWake());
        At("12:01"); // is no change
        Assert.False(_screen.IsBlank);
        Turn(() => _screen.IsBlank, "the screen off again");
        At("13:00");
        Assert.False(_screen.IsBlank);
        var timer = _loop.CreateTimer(_loop.Stop);
        timer.After(600);
        _loop.Run();
        Assert.False(_screen.IsBlank); // by day, it is never turned off
    }

    [Fact]
    public void What_a_user_does_in_between_stays_until_the_next_change()
    {
        Start(new ScheduleEntry(Time("13:00", "14:00"), Screen: false));
        _blanker.Blank();
        At("12:30");
        Assert.True(_screen.IsBlank);
        At("13:00");
        _blanker.Unblank();
        At("13:30");
        Assert.False(_screen.IsBlank);
        At("14:00");
        Assert.False(_screen.IsBlank);
    }

    [Fact]
    public void The_app_of_the_time_is_told_once_at_each_change()
    {
        _options.Apps =
        [
            new AppOptions("a", ["a"]) { Schedule = [Time("13:00", "15:00")] },
            new AppOptions("b", ["b"]) { Schedule = [Time("14:00", "15:00")] },
        ];
        var changes = new List<string?>();
        Start();
        _schedules!.AppChanged += () => changes.Add(_schedules.App);
        foreach (var time in (string[])["12:59", "13:00", "13:30", "14:00", "14:59", "15:00", "16:00"])
            At(time);
        Assert.Equal(["a", "b", null], changes);
    }

    [Fact]
    public void Without_a_schedule_nothing_is_held_open_and_the_screen_is_on()
    {
        Start();
        Assert.Equal(0, WallTimers());
        _options.Schedule = [new ScheduleEntry(Time("11:00", "13:00"), Screen: false)];
        At("12:00");
        Assert.True(_screen.IsBlank);
        Assert.Equal(1, WallTimers());
        _options.Schedule = [];
        At("12:00");
        Assert.False(_screen.IsBlank);
        Assert.Equal(0, WallTimers());
    }

    // Timers of CLOCK_REALTIME; other tests of this process have none.
    private static int WallTimers()
    {
        var count = 0;
        foreach (var file in Directory.GetFiles("/proc/self/fdinfo"))
        {
            try
            {
                count += File.ReadAllText(file).Contains("clockid: 0\n", StringComparison.Ordinal) ? 1 : 0;
            }
            catch (IOException)
            {
                // closed meanwhile
            }
        }
        return count;
    }

    [DllImport("libc.so.6", SetLastError = true)]
    private static extern unsafe int adjtimex(long* timex);

    // A step of the clock by one nanosecond is one for the kernel. The test's own time jumps by hours.
    private static unsafe void StepTheClock()
    {
        const long ADJ_SETOFFSET = 0x100, ADJ_NANO = 0x2000;
        var timex = stackalloc long[26];
        timex[0] = ADJ_SETOFFSET | ADJ_NANO;
        timex[10] = 1; // time.tv_usec, in ns
        Assert.True(adjtimex(timex) >= 0, $"the clock cannot be set: errno {Marshal.GetLastPInvokeError()}");
    }

    [Fact]
    public void A_step_of_the_clock_counts_at_once()
    {
        Programs.NeedRoot();
        Start(new ScheduleEntry(Time("22:00", "06:00"), Screen: false));
        Assert.False(_screen.IsBlank);
        _clock.Utc = _clock.Utc.AddHours(11);
        StepTheClock();
        Turn(() => _screen.IsBlank, "the screen off");
        _clock.Zone = TimeZoneInfo.FindSystemTimeZoneById("Asia/Tokyo"); // 08:00 there
        StepTheClock();
        Turn(() => !_screen.IsBlank, "the screen on");
    }

    [Fact]
    public void The_clock_is_watched_also_if_nothing_changes_any_more()
    {
        Programs.NeedRoot();
        Start(new ScheduleEntry(Time("08:00", "08:00"), Screen: false));
        var wakes = 0;
        using var clock = new WallClock(_loop, () => wakes++);
        clock.WakeAt(null);
        StepTheClock();
        Turn(() => wakes == 1, "the step");
        clock.WakeAt(DateTime.UtcNow.AddMilliseconds(50));
        Turn(() => wakes == 2, "the time");
    }
}
