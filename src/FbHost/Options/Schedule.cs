namespace FbHost.Options;

/// <summary>
/// A time of the day, on some days of the week, by the local clock. A time that ends at or before its start goes on until the next day, and
/// belongs to the day on which it starts.
/// </summary>
/// <param name="From">The start.</param>
/// <param name="To">The end, which is not part of the time. The start itself as the end means 24 hours.</param>
/// <param name="Days">The days, a sum of 1 &lt;&lt; <see cref="DayOfWeek"/>.</param>
internal sealed record DailyTime(TimeOnly From, TimeOnly To, int Days = DailyTime.EveryDay)
{
    /// <summary>All days of the week.</summary>
    public const int EveryDay = 127;

    /// <summary>Returns whether a local time is part of it.</summary>
    public bool Holds(DateTime local)
    {
        var time = TimeOnly.FromDateTime(local);
        if (From < To)
            return IsOn(local.DayOfWeek) && time >= From && time < To;
        return (time >= From && IsOn(local.DayOfWeek)) || (time < To && IsOn(local.AddDays(-1).DayOfWeek));
    }

    private bool IsOn(DayOfWeek day) => (Days & (1 << (int)day)) != 0;
}

/// <summary>What a time of the day is for; what is null is left to other entries.</summary>
/// <param name="When">The time.</param>
/// <param name="Screen">Whether the screen is on.</param>
/// <param name="Brightness">The brightness of the backlight, 0..100.</param>
/// <param name="App">The name of the app that is in front.</param>
internal sealed record ScheduleEntry(DailyTime When, bool? Screen = null, int? Brightness = null, string? App = null);

/// <summary>What holds at a time.</summary>
/// <param name="IsOff">Whether the screen is off.</param>
/// <param name="Brightness">The brightness of the backlight, 0..100; null for that of the user.</param>
/// <param name="App">The app that is in front; null for that of the configuration.</param>
internal readonly record struct ScheduleState(bool IsOff, int? Brightness, string? App);

/// <summary>What holds when, by the local clock. Of several entries that hold at a time, the last one decides.</summary>
/// <param name="entries">The entries.</param>
internal sealed class Schedule(IReadOnlyList<ScheduleEntry> entries)
{
    // A day's entry may be missing once, when the clock is put forward; and it holds again a week later.
    private const int DaysAhead = 15;

    /// <summary>Whether there are no entries.</summary>
    public bool IsEmpty => entries.Count == 0;

    /// <summary>Returns what holds at a local time.</summary>
    public ScheduleState At(DateTime local)
    {
        var (screen, state) = (true, default(ScheduleState));
        foreach (var entry in entries)
        {
            if (!entry.When.Holds(local))
                continue;
            screen = entry.Screen ?? screen;
            state = state with { Brightness = entry.Brightness ?? state.Brightness, App = entry.App ?? state.App };
        }
        return state with { IsOff = !screen };
    }

    /// <summary>Returns what holds at a time in a time zone.</summary>
    /// <param name="utc">The time, UTC.</param>
    /// <param name="zone">The time zone.</param>
    public ScheduleState At(DateTime utc, TimeZoneInfo zone) => At(TimeZoneInfo.ConvertTimeFromUtc(utc, zone));

    /// <summary>Returns the first time after another one at which something else holds; null if nothing changes.</summary>
    /// <param name="utc">The other time, UTC.</param>
    /// <param name="zone">The time zone.</param>
    public DateTime? NextChange(DateTime utc, TimeZoneInfo zone)
    {
        var now = At(utc, zone);
        TimeOnly[] times = [.. entries.SelectMany(e => (TimeOnly[])[e.When.From, e.When.To]).Append(TimeOnly.MinValue).Distinct()];
        for (var day = 0; day <= DaysAhead && !IsEmpty; day++)
        {
            // Local days begin at different times. UTC days do not, and each time belongs to one of them.
            var start = utc.Date.AddDays(day);
            foreach (var at in Candidates(start, times, zone).Where(t => t > utc && t >= start && t < start.AddDays(1)).Order())
            {
                if (At(at, zone) != now)
                    return at;
            }
        }
        return null;
    }

    // The times near a day of UTC at which the local clock shows one of some times, or jumps. Some of them may not exist: what holds then
    // is the same as just before.
    private static IEnumerable<DateTime> Candidates(DateTime start, TimeOnly[] times, TimeZoneInfo zone)
    {
        var (before, after) = (zone.GetUtcOffset(start), zone.GetUtcOffset(start.AddDays(1)));
        if (before != after)
            yield return Jump(start, start.AddDays(1), zone);
        foreach (var offset in before == after ? (TimeSpan[])[before] : [before, after])
        {
            for (var day = -1; day <= 1; day++)
            {
                foreach (var time in times)
                    yield return start.AddDays(day) + time.ToTimeSpan() - offset;
            }
        }
    }

    // The second at which the offset of a zone is that of the end.
    private static DateTime Jump(DateTime start, DateTime end, TimeZoneInfo zone)
    {
        var after = zone.GetUtcOffset(end);
        var (low, high) = (0L, (long)(end - start).TotalSeconds);
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (zone.GetUtcOffset(start.AddSeconds(middle)) == after)
                high = middle;
            else
                low = middle;
        }
        return start.AddSeconds(high);
    }
}
