using System.Globalization;

namespace Mmm.Apps.Clock;

/// <summary>Everything that the picture depends on, besides its size.</summary>
/// <param name="Time">Local time; fractions of a second do not matter.</param>
/// <param name="Is24Hour">0..23 rather than 12, 1..11 with AM and PM.</param>
/// <param name="TickOn">The tick can be heard.</param>
internal readonly record struct ClockState(DateTime Time, bool Is24Hour, bool TickOn)
{
    private static readonly DateTimeFormatInfo s_names = CultureInfo.InvariantCulture.DateTimeFormat;

    /// <summary>The hour as shown: 0..23 or 1..12.</summary>
    public int Hour => Is24Hour ? Time.Hour : (Time.Hour + 11) % 12 + 1;

    /// <summary>AM or PM; empty in 24 hour mode.</summary>
    public string HalfDay => Is24Hour ? "" : Time.Hour < 12 ? "AM" : "PM";

    /// <summary>As in SUNDAY.</summary>
    public static string Weekday(DateTime date) => s_names.GetDayName(date.DayOfWeek).ToUpperInvariant();

    /// <summary>As in 22 NOVEMBER.</summary>
    public static string DayAndMonth(DateTime date) => $"{date.Day} {s_names.GetMonthName(date.Month).ToUpperInvariant()}";
}
