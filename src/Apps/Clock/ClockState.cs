using System.Globalization;

namespace Mmm.Apps.Clock;

/// <summary>Everything on which the picture depends, except its size.</summary>
/// <param name="Time">The local time; fractions of a second are ignored.</param>
/// <param name="Is24Hour">True for hours from 0 to 23; false for 12 and 1 to 11 with AM and PM.</param>
/// <param name="TickOn">True if the tick sound is on.</param>
internal readonly record struct ClockState(DateTime Time, bool Is24Hour, bool TickOn)
{
    private static readonly DateTimeFormatInfo s_names = CultureInfo.InvariantCulture.DateTimeFormat;

    /// <summary>The hour as shown: 0..23 or 1..12.</summary>
    public int Hour => Is24Hour ? Time.Hour : (Time.Hour + 11) % 12 + 1;

    /// <summary>AM or PM; empty in 24 hour mode.</summary>
    public string HalfDay => Is24Hour ? "" : Time.Hour < 12 ? "AM" : "PM";

    /// <summary>Returns the weekday, as in SUNDAY.</summary>
    public static string Weekday(DateTime date) => s_names.GetDayName(date.DayOfWeek).ToUpperInvariant();

    /// <summary>Returns day and month, as in 22 NOVEMBER.</summary>
    public static string DayAndMonth(DateTime date) => $"{date.Day} {s_names.GetMonthName(date.Month).ToUpperInvariant()}";
}
