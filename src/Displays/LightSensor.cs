using System.Globalization;

namespace Displays;

/// <summary>
/// Reads an ambient light sensor of the kernel's IIO (Documentation/ABI/testing/sysfs-bus-iio, in_illuminance). A sensor on a slow bus
/// takes some 100 ms, so it is not read on the loop.
/// </summary>
internal sealed class LightSensor(string directory = "/sys/bus/iio/devices")
{
    private string? _file; // of the sensor that was found
    private double _scale = 1, _offset;

    /// <summary>Returns the illuminance in lux; null if there is no sensor, or it cannot be read now.</summary>
    public double? Read()
    {
        try
        {
            if (_file is null && !Find())
                return null;
            return Math.Max(0, (Number(_file!) + _offset) * _scale);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            _file = null;
            return null;
        }
    }

    // A processed value is in lux; a raw one is (raw + offset) * scale.
    private bool Find()
    {
        foreach (var device in Devices())
        {
            foreach (var suffix in (ReadOnlySpan<string>)["_input", "_raw"])
            {
                if (Directory.GetFiles(device, $"in_illuminance*{suffix}").Order(StringComparer.Ordinal).FirstOrDefault() is not { } file)
                    continue;
                var name = file[..^suffix.Length];
                (_scale, _offset) = suffix == "_raw" ? (Of("scale", 1), Of("offset", 0)) : (1, 0);
                _file = file;
                return true;

                // An attribute of this channel, else of all channels.
                double Of(string attribute, double otherwise) =>
                    File.Exists($"{name}_{attribute}") ? Number($"{name}_{attribute}")
                    : File.Exists(Path.Combine(device, $"in_illuminance_{attribute}"))
                        ? Number(Path.Combine(device, $"in_illuminance_{attribute}"))
                    : otherwise;
            }
        }
        return false;
    }

    private string[] Devices()
    {
        var devices = Directory.Exists(directory) ? Directory.GetDirectories(directory) : [];
        Array.Sort(devices, StringComparer.Ordinal);
        return devices;
    }

    private static double Number(string file) => double.Parse(File.ReadAllText(file), NumberStyles.Float, CultureInfo.InvariantCulture);
}
