using FbHost.Figures;
using GpioButtons;
using Mmm.Linux;

namespace FbHost.Doctor;

/// <summary>GPIO chips, and the buses I2C and SPI.</summary>
internal static class BusSections
{
    private const int ReadAndWrite = 6;

    public static DoctorSection Gpio()
    {
        var section = new DoctorSection("gpio");
        foreach (var node in KernelText.Entries("/dev", "gpiochip*").Where(n => new FileInfo(n).LinkTarget is null))
        {
            try
            {
                using var chip = new GpioChip(node);
                section.Found.Add($"{node}: {chip.Label}, {chip.Lines} lines");
                section.Found.AddRange(chip.UsedLines().Select(l =>
                    $"line {l.Line}{(l.Name.Length > 0 ? $" {l.Name}" : "")}: in use by \"{l.Consumer}\""));
            }
            catch (GpioLineException e)
            {
                section.Advice.Add(e.Message);
            }
        }
        if (section.Found.Count + section.Advice.Count == 0)
            section.Advice.Add("no GPIO chip, if there should be one: load the module of its driver");
        return section;
    }

    /// <param name="root">What the paths begin with; empty for those of this machine.</param>
    public static DoctorSection I2c(string root = "")
    {
        var section = new DoctorSection("i2c");
        foreach (var bus in KernelText.Entries($"{root}/sys/bus/i2c/devices", "i2c-*"))
        {
            var number = Path.GetFileName(bus)["i2c-".Length..];
            var devices = KernelText.Entries($"{root}/sys/bus/i2c/devices", $"{number}-*")
                .Select(d => $"0x{Path.GetFileName(d)[^2..]} {KernelText.Read($"{d}/name")}");
            section.Found.Add($"bus {number}: {KernelText.Read($"{bus}/name")}{Then(devices)}");
            AddNode(section, $"{root}/dev/i2c-{number}", "i2c-dev", "i2c");
        }
        if (section.Found.Count == 0)
            section.Advice.Add("no I2C bus, if there should be one: on a Raspberry Pi, config.txt needs dtparam=i2c_arm=on");
        return section;
    }

    /// <param name="root">What the paths begin with; empty for those of this machine.</param>
    public static DoctorSection Spi(string root = "")
    {
        var section = new DoctorSection("spi");
        foreach (var bus in KernelText.Entries($"{root}/sys/class/spi_master", "spi*"))
        {
            var devices = KernelText.Entries($"{root}/sys/bus/spi/devices", $"{Path.GetFileName(bus)}.*").ToList();
            section.Found.Add($"bus {Path.GetFileName(bus)["spi".Length..]}"
                + Then(devices.Select(d => $"{Path.GetFileName(d)} {KernelText.Read($"{d}/modalias")}")));
        }
        if (section.Found.Count == 0)
            section.Advice.Add("no SPI bus, if there should be one: on a Raspberry Pi, config.txt needs dtparam=spi=on");
        return section;
    }

    private static void AddNode(DoctorSection section, string node, string module, string group)
    {
        if (!Path.Exists(node))
            section.Advice.Add($"{node} is missing, so programs cannot use the bus: load the module {module}");
        else if (Sys.AccessPath(node, ReadAndWrite) < 0)
            section.Advice.Add($"{node}: permission denied; add the user to the group \"{group}\"");
    }

    private static string Then(IEnumerable<string> devices) => string.Join(", ", devices) is { Length: > 0 } all ? $": {all}" : "";
}
