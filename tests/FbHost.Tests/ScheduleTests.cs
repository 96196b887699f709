using CsCheck;
using FbHost.Options;

namespace FbHost.Tests;

/// <summary>What holds when, against a model that looks at each minute.</summary>
public class ScheduleTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
    private static readonly TimeZoneInfo[] Zones =
    [
        Berlin, TimeZoneInfo.Utc, TimeZoneInfo.FindSystemTimeZoneById("Australia/Lord_Howe"), // by half an hour
        TimeZoneInfo.FindSystemTimeZoneById("Pacific/Kiritimati"), TimeZoneInfo.FindSystemTimeZoneById("America/New_York"),
    ];

    private static DateTime Utc(string text) => DateTime.Parse(text, null, System.Globalization.DateTimeStyles.AdjustToUniversal
        | System.Globalization.DateTimeStyles.AssumeUniversal);

    private static DailyTime Time(string from, string to, int days = DailyTime.EveryDay) =>
        new(TimeOnly.Parse(from), TimeOnly.Parse(to), days);

    // Which entries hold in each minute of the local calendar, day by day: no comparison with the time that is asked for.
    private static HashSet<DateTime> Minutes(DailyTime time, DateTime firstDay, int days)
    {
        var held = new HashSet<DateTime>();
        for (var day = firstDay; day < firstDay.AddDays(days); day = day.AddDays(1))
        {
            if ((time.Days >> (int)day.DayOfWeek & 1) == 0)
                continue;
            var length = (int)(time.To - time.From).TotalMinutes; // counted round the clock
            for (var minute = 0; minute < (length == 0 ? 24 * 60 : length); minute++)
                held.Add(DateTime.SpecifyKind(day + time.From.ToTimeSpan() + TimeSpan.FromMinutes(minute), DateTimeKind.Unspecified));
        }
        return held;
    }

    private static ScheduleState Model(ScheduleEntry[] entries, HashSet<DateTime>[] minutes, DateTime local)
    {
        var holding = entries.Where((_, i) => minutes[i].Contains(local)).Reverse().ToList();
        return new ScheduleState(
            holding.Find(e => e.Screen is not null)?.Screen == false,
            holding.Find(e => e.Brightness is not null)?.Brightness,
            holding.Find(e => e.App is not null)?.App);
    }

    private static readonly Gen<TimeOnly> AnyTime = Gen.Frequency(
        (3, Gen.Int[0, 24 * 60 - 1].Select(m => new TimeOnly(m / 60, m % 60))),
        (2, Gen.Int[90, 200].Select(m => new TimeOnly(m / 60, m % 60)))); // where the clock jumps

    private static readonly Gen<ScheduleEntry> AnyEntry =
        from when in Gen.Select(AnyTime, AnyTime, Gen.Int[1, DailyTime.EveryDay])
        from what in Gen.Select(Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 2])
        select new ScheduleEntry(new DailyTime(when.Item1, when.Item2, when.Item3),
            what.Item1 == 0 ? null : what.Item1 == 1, what.Item2 == 0 ? null : what.Item2 * 10,
            what.Item3 == 0 ? null : $"app{what.Item3}");

    // A fortnight around both changes of the clock, and any other one.
    private static readonly Gen<DateTime> AnyStart = Gen.Frequency(
        (2, Gen.Int[0, 10_000].Select(m => Utc("2026-03-23").AddMinutes(m))),
        (2, Gen.Int[0, 10_000].Select(m => Utc("2026-10-19").AddMinutes(m))),
        (1, Gen.Int[0, 500_000].Select(m => Utc("2026-01-01").AddMinutes(m))));

    [Fact]
    public void Each_minute_is_as_the_calendar_says_and_changes_are_where_minutes_differ() =>
        Gen.Select(AnyEntry.Array[0, 4], AnyStart, Gen.Int[0, Zones.Length - 1]).Sample((entries, start, zoneAt) =>
        {
            var (zone, schedule) = (Zones[zoneAt], new Schedule(entries));
            var minutes = entries.Select(e => Minutes(e.When, start.Date.AddDays(-3), 20)).ToArray();
            var states = new List<ScheduleState>();
            for (var minute = 0; minute < 9 * 24 * 60; minute++)
            {
                var utc = start.AddMinutes(minute);
                var local = DateTime.SpecifyKind(TimeZoneInfo.ConvertTimeFromUtc(utc, zone), DateTimeKind.Unspecified);
                var expected = Model(entries, minutes, local);
                Assert.Equal(expected, schedule.At(utc, zone));
                states.Add(expected);
            }
            // Each change, in turn.
            var at = 0;
            while (true)
            {
                var next = states.FindIndex(at, s => s != states[at]);
                var found = schedule.NextChange(start.AddMinutes(at), zone);
                if (next < 0)
                {
                    Assert.True(found is null || found >= start.AddMinutes(states.Count), $"{found} is no change");
                    break;
                }
                Assert.Equal(start.AddMinutes(next), found);
                at = next;
            }
        }, iter: 60, print: t => $"{string.Join("; ", t.Item1.Select(e => e.ToString()))} from {t.Item2:O} in {Zones[t.Item3].Id}");

    [Theory]
    [InlineData("2026-03-28T12:00", "2026-03-29T00:30")] // winter time: 01:30
    [InlineData("2026-03-29T00:30", "2026-03-29T01:00")] // at 02:00 it is 03:00, and 02:45 has been left out
    [InlineData("2026-10-24T12:00", "2026-10-24T23:30")]
    [InlineData("2026-10-24T23:30", "2026-10-25T00:45")] // 02:45 summer time
    [InlineData("2026-10-25T00:45", "2026-10-25T01:00")] // at 03:00 it is 02:00 again
    [InlineData("2026-10-25T01:00", "2026-10-25T01:45")] // 02:45 winter time
    public void A_time_over_the_change_of_the_clock_holds_as_the_clock_shows_it(string after, string change) =>
        Assert.Equal(Utc(change), new Schedule([new ScheduleEntry(Time("01:30", "02:45"), Screen: false)]).NextChange(Utc(after), Berlin));

    [Fact]
    public void A_time_that_a_change_of_the_clock_leaves_out_comes_a_week_later()
    {
        var schedule = new Schedule([new ScheduleEntry(Time("02:15", "02:45", 1 << (int)DayOfWeek.Sunday), Screen: false)]);
        Assert.Equal(Utc("2026-04-05T00:15"), schedule.NextChange(Utc("2026-03-28"), Berlin));
    }

    [Fact]
    public void A_night_belongs_to_the_day_on_which_it_starts_and_the_later_entry_wins()
    {
        const int friday = 1 << (int)DayOfWeek.Friday;
        var schedule = new Schedule(
        [
            new ScheduleEntry(Time("22:00", "06:30", friday), Screen: false, Brightness: 10),
            new ScheduleEntry(Time("23:00", "01:00"), Screen: true),
        ]);
        Assert.Equal(new ScheduleState(true, 10, null), schedule.At(new DateTime(2026, 11, 27, 22, 59, 59)));
        Assert.Equal(new ScheduleState(false, 10, null), schedule.At(new DateTime(2026, 11, 27, 23, 0, 0)));
        Assert.Equal(new ScheduleState(true, 10, null), schedule.At(new DateTime(2026, 11, 28, 1, 0, 0)));
        Assert.Equal(default, schedule.At(new DateTime(2026, 11, 28, 6, 30, 0)));
        Assert.Equal(default, schedule.At(new DateTime(2026, 11, 28, 22, 30, 0)));
    }

    [Fact]
    public void What_never_changes_has_no_next_change()
    {
        Assert.Null(new Schedule([]).NextChange(Utc("2026-01-01"), Berlin));
        Assert.Null(new Schedule([new ScheduleEntry(Time("08:00", "08:00"), Screen: false)]).NextChange(Utc("2026-01-01"), Berlin));
    }

    [Fact]
    public void Seconds_count()
    {
        var schedule = new Schedule([new ScheduleEntry(Time("08:00:05", "08:00:07"), App: "a")]);
        Assert.Equal(Utc("2026-01-01T07:00:05"), schedule.NextChange(Utc("2026-01-01T06:00:00"), Berlin));
        Assert.Equal(Utc("2026-01-01T07:00:07"), schedule.NextChange(Utc("2026-01-01T07:00:05"), Berlin));
    }

    private static ServeOptions Load(string config)
    {
        using var temp = new TempDirectory();
        return ConfigFile.Load(temp.Write("mmm.json", config));
    }

    [Theory]
    [InlineData("mon-fri", "mon,tue,wed,thu,fri")]
    [InlineData("fri-mon", "fri,sat,sun,mon")]
    [InlineData("wed", "wed")]
    [InlineData("mon, sat-sun", "mon,sat,sun")]
    [InlineData("mon-sun", "mon,tue,wed,thu,fri,sat,sun")]
    public void Days_are_ranges_and_lists(string days, string expected)
    {
        var options = Load($$"""
            { "display": { "schedule": [ { "from": "22:00", "to": "24:00", "days": "{{days}}", "screen": "off" } ] } }
            """);
        var when = Assert.Single(options.Schedule).When;
        Assert.Equal(expected.Split(',').Order(),
            Enum.GetValues<DayOfWeek>().Where(d => when.Holds(new DateTime(2026, 11, 22 + (int)d, 23, 59, 59)))
                .Select(d => d.ToString()[..3].ToLowerInvariant()).Order());
        Assert.False(when.Holds(new DateTime(2026, 11, 23, 0, 0, 0)));
    }

    [Fact]
    public void The_configuration_has_times_for_the_display_and_for_apps()
    {
        var options = Load("""
            { "display": { "schedule": [ { "from": "22:00", "to": "06:30", "screen": "off" },
                { "from": "18:00", "to": "22:00:30", "brightness": 40 } ] },
              "apps": [ { "command": ["x"], "schedule": [ { "from": "08:00", "to": "12:00", "days": "mon,wed" } ] } ] }
            """);
        Assert.Equal(
            [new ScheduleEntry(Time("22:00", "06:30"), Screen: false), new ScheduleEntry(Time("18:00", "22:00:30"), Brightness: 40)],
            options.Schedule);
        Assert.Equal([Time("08:00", "12:00", 1 << 1 | 1 << 3)], Assert.Single(options.Apps).Schedule);
    }
}
