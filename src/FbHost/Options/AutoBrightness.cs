namespace FbHost.Options;

/// <summary>How the backlight follows the light of the room.</summary>
/// <param name="Least">The brightness in the dark, 1 to 100 %.</param>
/// <param name="BrightLux">The illuminance from which on the brightness is 100 %, 10 to 100,000 lux.</param>
internal sealed record AutoBrightness(int Least, int BrightLux)
{
    /// <summary>
    /// Returns the brightness in percent. It rises with the logarithm of the illuminance, as eyes see it, from 1 lux on.
    /// </summary>
    /// <param name="lux">The illuminance, 0 or more.</param>
    public int Percent(double lux)
    {
        var part = Math.Clamp(Math.Log(Math.Max(1, lux)) / Math.Log(BrightLux), 0, 1);
        return (int)Math.Round(Least + (100 - Least) * part);
    }
}
