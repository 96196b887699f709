using System.Globalization;
using Mmm;

namespace Displays;

/// <summary>Sets the panel's backlight through /sys/class/backlight (kernel: Documentation/ABI/stable/sysfs-class-backlight).</summary>
internal sealed class Backlight(string directory = "/sys/class/backlight")
{
    /// <summary>Sets the brightness of all backlights.</summary>
    /// <param name="percent">0..100. Above 0 the backlight is never switched off completely.</param>
    /// <exception cref="MmmException">There is no backlight, or it cannot be set: one line.</exception>
    public void Set(int percent)
    {
        foreach (var light in Lights())
        {
            try
            {
                var most = Number(light, "max_brightness");
                var value = percent == 0 ? 0 : Math.Max(1, (int)Math.Round(most * percent / 100.0));
                File.WriteAllText(Path.Combine(light, "brightness"), value.ToString(CultureInfo.InvariantCulture));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
            {
                throw new MmmException($"{light}: the brightness cannot be set: {e.Message.TrimEnd('.')}. "
                    + "Run the host as root, or make the file writable for the group \"video\" by a udev rule");
            }
        }
    }

    /// <summary>Returns the brightness of the first backlight, 0..100.</summary>
    /// <exception cref="MmmException">There is no backlight, or it cannot be read: one line.</exception>
    public int Get()
    {
        var light = Lights()[0];
        try
        {
            return (int)Math.Round(Number(light, "brightness") * 100.0 / Math.Max(1, Number(light, "max_brightness")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new MmmException($"{light}: the brightness cannot be read: {e.Message.TrimEnd('.')}");
        }
    }

    private string[] Lights()
    {
        var lights = Directory.Exists(directory) ? Directory.GetDirectories(directory) : [];
        return lights.Length > 0
            ? lights
            : throw new MmmException($"{directory}: there is no backlight; the brightness of this panel cannot be set by software");
    }

    private static int Number(string light, string name) =>
        int.Parse(File.ReadAllText(Path.Combine(light, name)), CultureInfo.InvariantCulture);
}
