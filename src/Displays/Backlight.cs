using System.Globalization;
using Mmm;

namespace Displays;

/// <summary>
/// Sets the panel's backlight through /sys/class/backlight (kernel: Documentation/ABI/stable/sysfs-class-backlight). A light that cannot be
/// used does not stop the others. May be called on any thread, one call at a time: a light on a slow bus takes some milliseconds.
/// </summary>
internal sealed class Backlight(string directory = "/sys/class/backlight")
{
    private const string PowerOn = "0", PowerOff = "4"; // FB_BLANK_UNBLANK, FB_BLANK_POWERDOWN
    private readonly Dictionary<string, string> _before = []; // the brightness of lights that are off because they have no bl_power

    /// <summary>True if the panel has a backlight.</summary>
    public bool IsThere => Directory.Exists(directory) && Directory.GetDirectories(directory).Length > 0;

    /// <summary>Sets the brightness of all backlights.</summary>
    /// <param name="percent">0..100. Above 0 the backlight is never switched off completely.</param>
    /// <exception cref="MmmException">There is no backlight, or none can be set: one line.</exception>
    public void Set(int percent) => Each("set", light =>
    {
        var most = Number(light, "max_brightness");
        var value = percent == 0 ? 0 : Math.Max(1, (int)Math.Round(most * percent / 100.0));
        var text = value.ToString(CultureInfo.InvariantCulture);
        if (_before.ContainsKey(light))
            _before[light] = text; // it is set when the light is on again
        else
            Write(light, "brightness", text);
    });

    /// <summary>Switches all backlights off or on: by their power, else by the brightness 0.</summary>
    /// <exception cref="MmmException">There is no backlight, or none can be set: one line.</exception>
    public void Blank(bool blank) => Each("set", light =>
    {
        try
        {
            Write(light, "bl_power", blank ? PowerOff : PowerOn);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (blank && _before.TryAdd(light, Text(light, "brightness")))
                Write(light, "brightness", "0");
            else if (!blank && _before.Remove(light, out var before))
                Write(light, "brightness", before);
        }
    });

    /// <summary>Returns the brightness of the first backlight that can be read, 0..100.</summary>
    /// <exception cref="MmmException">There is no backlight, or none can be read: one line.</exception>
    public int Get()
    {
        int? percent = null;
        Each("read", light =>
        {
            var value = _before.TryGetValue(light, out var before)
                ? int.Parse(before, CultureInfo.InvariantCulture)
                : Number(light, "brightness");
            percent ??= (int)Math.Round(value * 100.0 / Math.Max(1, Number(light, "max_brightness")));
        });
        return percent!.Value;
    }

    private void Each(string doing, Action<string> act)
    {
        MmmException? fault = null;
        var isDone = false;
        foreach (var light in Lights())
        {
            try
            {
                act(light);
                isDone = true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or OverflowException)
            {
                var remedy = doing == "set"
                    ? ". Run the host as root, or make the file writable for the group \"video\" by a udev rule"
                    : "";
                fault ??= new MmmException($"{light}: the brightness cannot be {doing}: {e.Message.TrimEnd('.')}{remedy}");
            }
        }
        if (!isDone)
            throw fault!;
    }

    private string[] Lights()
    {
        var lights = Directory.Exists(directory) ? Directory.GetDirectories(directory) : [];
        Array.Sort(lights, StringComparer.Ordinal);
        return lights.Length > 0
            ? lights
            : throw new MmmException($"{directory}: there is no backlight; the brightness of this panel cannot be set by software");
    }

    private static string Text(string light, string name) => File.ReadAllText(Path.Combine(light, name)).Trim();

    private static int Number(string light, string name) => int.Parse(Text(light, name), CultureInfo.InvariantCulture);

    // A file of sysfs that is missing must not be created, for example in a directory of a test.
    private static void Write(string light, string name, string text)
    {
        using var file = new FileStream(Path.Combine(light, name), FileMode.Open, FileAccess.Write);
        file.SetLength(0);
        file.Write(System.Text.Encoding.ASCII.GetBytes(text));
    }
}
