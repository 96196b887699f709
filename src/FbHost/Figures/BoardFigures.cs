using System.Globalization;

namespace FbHost.Figures;

/// <summary>A temperature that the board measures (Documentation/driver-api/thermal/sysfs-api.rst).</summary>
/// <param name="Zone">The name of the zone's directory, as in <c>thermal_zone0</c>.</param>
/// <param name="Type">What it is the temperature of, as its driver says it.</param>
/// <param name="Celsius">Degrees.</param>
/// <param name="LimitCelsius">The temperature at which the kernel shuts the board down or warns of that; null if it has none.</param>
internal readonly record struct Temperature(string Zone, string Type, double Celsius, double? LimitCelsius);

/// <summary>A reason for which the board is slower than it could be.</summary>
/// <param name="Kind">
/// <c>under-voltage</c>, <c>frequency-capped</c>, <c>throttled</c> or <c>soft-temperature-limit</c>.
/// </param>
/// <param name="Now">Whether it holds now.</param>
/// <param name="SinceBoot">Whether it has held since the board was started; null if the board does not tell that.</param>
internal readonly record struct Throttling(string Kind, bool Now, bool? SinceBoot);

/// <summary>The speed at which processors run.</summary>
/// <param name="Policy">The name of their directory, as in <c>policy0</c>.</param>
/// <param name="Hertz">Now.</param>
/// <param name="MostHertz">At most; null if the kernel does not tell it.</param>
internal readonly record struct CpuSpeed(string Policy, long Hertz, long? MostHertz);

/// <summary>What the board tells about itself; what it does not tell is absent. Not for the loop: see <see cref="KernelText"/>.</summary>
internal sealed record BoardFigures(
    IReadOnlyList<Temperature> Temperatures, IReadOnlyList<Throttling> Throttling, IReadOnlyList<CpuSpeed> Cpus)
{
    private const int MostTrips = 16;
    private const string Firmware = "/sys/devices/platform/soc/soc:firmware";
    private const string FirmwareDriver = "/sys/bus/platform/drivers/raspberrypi-firmware";
    private static readonly string[] Kinds = ["under-voltage", "frequency-capped", "throttled", "soft-temperature-limit"];

    /// <summary>The memory of the board in bytes, and how much of it programs can still have.</summary>
    public (long Total, long Available)? Memory { get; private init; }

    /// <summary>The size of the file system on which a directory lies in bytes, and how much of it is free.</summary>
    public (string Directory, long Size, long Free)? Space { get; private init; }

    /// <param name="stateDirectory">Where the host keeps what outlives a restart; null if it keeps nothing.</param>
    public static BoardFigures Read(string? stateDirectory)
    {
        var memory = KernelText.Read("/proc/meminfo");
        return new BoardFigures(ReadTemperatures(), ReadThrottling(), ReadCpus())
        {
            Memory = KernelText.Line(memory, "MemTotal") is { } total && KernelText.Line(memory, "MemAvailable") is { } available
                ? (total, available) : null,
            Space = stateDirectory is null ? null : ReadSpace(stateDirectory),
        };
    }

    private static List<Temperature> ReadTemperatures()
    {
        var all = new List<Temperature>();
        foreach (var zone in KernelText.Entries("/sys/class/thermal", "thermal_zone*"))
        {
            if (KernelText.Number($"{zone}/temp") is not { } milli)
                continue; // the zone is off, or its sensor does not answer
            var limit = Enumerable.Range(0, MostTrips).Select(i => $"{zone}/trip_point_{i}")
                .Where(t => KernelText.Read($"{t}_type") is "critical" or "hot")
                .Select(t => KernelText.Number($"{t}_temp")).Where(t => t > 0).Min();
            all.Add(new(Path.GetFileName(zone), KernelText.Read($"{zone}/type") ?? "", milli / 1000.0, limit / 1000.0));
        }
        return all;
    }

    // The firmware of a Raspberry Pi tells it to the vendor's kernel; Linux' own kernel has only the alarm of a sensor.
    private static List<Throttling> ReadThrottling()
    {
        const int sticky = 16; // the same bits again from here on: has occurred
        foreach (var directory in (string[])[Firmware, .. KernelText.Entries(FirmwareDriver, "*firmware*")])
        {
            if (uint.TryParse(KernelText.Read($"{directory}/get_throttled"), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                out var bits))
                return [.. Kinds.Select((kind, i) => new Throttling(kind, (bits >> i & 1) != 0, (bits >> i + sticky & 1) != 0))];
        }
        foreach (var sensor in KernelText.Entries("/sys/class/hwmon", "hwmon*"))
        {
            if (KernelText.Read($"{sensor}/name") == "rpi_volt" && KernelText.Number($"{sensor}/in0_lcrit_alarm") is { } alarm)
                return [new Throttling(Kinds[0], alarm != 0, null)];
        }
        return [];
    }

    private static List<CpuSpeed> ReadCpus()
    {
        var all = new List<CpuSpeed>();
        foreach (var policy in KernelText.Entries("/sys/devices/system/cpu/cpufreq", "policy*"))
        {
            if (KernelText.Number($"{policy}/scaling_cur_freq") is { } kilohertz)
                all.Add(new(Path.GetFileName(policy), kilohertz * 1000, KernelText.Number($"{policy}/cpuinfo_max_freq") * 1000));
        }
        return all;
    }

    private static (string, long, long)? ReadSpace(string directory)
    {
        try
        {
            var drive = new DriveInfo(directory);
            return (directory, drive.TotalSize, drive.AvailableFreeSpace);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null; // the directory is gone
        }
    }
}
