using System.Globalization;
using Mmm;

namespace Displays;

/// <summary>The panel's backlight, by /sys/class/backlight (Documentation/ABI/stable/sysfs-class-backlight of the kernel).</summary>
internal sealed class Backlight(string directory = "/sys/class/backlight")
{
    /// <summary>Sets the brightness of every backlight there is.</summary>
    /// <param name="percent">0..100; above 0 it is never quite off.</param>
    /// <exception cref="MmmException">There is none, or it cannot be written: one line.</exception>
    public void Set(int percent)
    {
        var lights = Directory.Exists(directory) ? Directory.GetDirectories(directory) : [];
        if (lights.Length == 0)
            throw new MmmException($"{directory}: there is no backlight; this panel's brightness cannot be set from here");
        foreach (var light in lights)
        {
            try
            {
                var most = int.Parse(File.ReadAllText(Path.Combine(light, "max_brightness")), CultureInfo.InvariantCulture);
                var value = percent == 0 ? 0 : Math.Max(1, (int)Math.Round(most * percent / 100.0));
                File.WriteAllText(Path.Combine(light, "brightness"), value.ToString(CultureInfo.InvariantCulture));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
            {
                throw new MmmException($"{light}: the brightness cannot be set: {e.Message.TrimEnd('.')}. "
                    + "Run the host as root, or make it writable for the group \"video\" (a udev rule)");
            }
        }
    }
}
