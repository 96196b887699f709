using System.Globalization;

namespace FbHost.Leds;

/// <summary>What an LED shows.</summary>
/// <param name="Percent">The brightness, 0..100. What cannot be dimmed is on above 0.</param>
/// <param name="Blinks">True if it is on and off for half a second each; the brightness is then 100.</param>
internal readonly record struct LedState(int Percent, bool Blinks = false)
{
    /// <summary>The words for people.</summary>
    public const string Forms = "on, off, blink or 0 to 100";

    /// <summary>Reads <c>on</c>, <c>off</c>, <c>blink</c> or a percentage.</summary>
    public static bool TryParse(string text, out LedState state)
    {
        state = text switch
        {
            "on" => new LedState(100),
            "blink" => new LedState(100, Blinks: true),
            _ => default,
        };
        if (text is "on" or "off" or "blink")
            return true;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var percent) || percent > 100)
            return false;
        state = new LedState(percent);
        return true;
    }

    /// <summary>As <see cref="TryParse"/> reads it.</summary>
    public override string ToString() =>
        Blinks ? "blink" : Percent == 0 ? "off" : Percent == 100 ? "on" : Percent.ToString(CultureInfo.InvariantCulture);
}
