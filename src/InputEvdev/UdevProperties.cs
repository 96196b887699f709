namespace InputEvdev;

/// <summary>
/// The properties of a device in udev's database (lines "E:KEY=VALUE" of /run/udev/data/c13:MINOR): the classes that its builtin input_id
/// assigns, and the properties that the system's rules set for libinput. Empty if the system has no udev.
/// </summary>
internal readonly record struct UdevProperties(bool Touchscreen, bool Touchpad, bool Tablet, bool Joystick, bool Accelerometer, bool Ignore,
    CalibrationMatrix? Calibration)
{
    /// <summary>Reads a file of the database. Returns no properties if the file is missing or cannot be read.</summary>
    public static UdevProperties Read(string file)
    {
        try
        {
            return Parse(File.ReadLines(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    public static UdevProperties Parse(IEnumerable<string> lines)
    {
        var found = default(UdevProperties);
        foreach (var line in lines)
        {
            if (!line.StartsWith("E:", StringComparison.Ordinal) || line.IndexOf('=') is not (> 2 and var equals)) continue;
            var value = line[(equals + 1)..];
            var set = value.Length > 0 && value != "0";
            found = line[2..equals] switch
            {
                "ID_INPUT_TOUCHSCREEN" => found with { Touchscreen = set },
                "ID_INPUT_TOUCHPAD" => found with { Touchpad = set },
                "ID_INPUT_TABLET" => found with { Tablet = set },
                "ID_INPUT_JOYSTICK" => found with { Joystick = set },
                "ID_INPUT_ACCELEROMETER" => found with { Accelerometer = set },
                "LIBINPUT_IGNORE_DEVICE" => found with { Ignore = set },
                "LIBINPUT_CALIBRATION_MATRIX" when CalibrationMatrix.TryParse(value, out var matrix) => found with { Calibration = matrix },
                _ => found,
            };
        }
        return found;
    }
}
