using System.Text.Json;

namespace FbHost.Tests;

/// <summary>What mmmctl health tells of the board, with folders in place of those of /sys.</summary>
public sealed class HealthBoardTests : IDisposable
{
    private readonly TempDirectory _sys = new();

    public void Dispose() => _sys.Dispose();

    private void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_sys[file])!);
        File.WriteAllText(_sys[file], text + "\n");
    }

    private MmmHost Host(string state = "state")
    {
        Programs.NeedRoot();
        foreach (var directory in (string[])["class", "bus", "devices", "state"])
            Directory.CreateDirectory(_sys[directory]);
        var host = new MmmHost(start: false, config: $$"""{ "audio": { "state": "{{_sys[$"{state}/volume.json"]}}" } }""");
        host.Launcher = ["unshare", "-m", "sh", "-c",
            $"for d in class bus devices; do mount --bind {_sys.Path}/$d /sys/$d || exit; done; "
            + $"mkdir {_sys["small"]} && mount -t tmpfs -o size=512k small {_sys["small"]} && exec \"$@\"", "sh"];
        host.Start();
        return host;
    }

    private static (int Code, string[] Lines) Health(MmmHost host)
    {
        using var ctl = host.Ctl("health");
        return (ctl.WaitForEnd(), ctl.Output);
    }

    private static Exposition Metrics(MmmHost host)
    {
        using var ctl = host.Ctl("metrics");
        Assert.Equal(0, ctl.WaitForEnd());
        return new Exposition(string.Join('\n', ctl.Output) + "\n");
    }

    private static JsonElement Board(MmmHost host) => host.Ask("health").GetProperty("board");

    [Fact]
    public void What_the_board_does_not_tell_is_absent()
    {
        using var host = Host();
        var board = Board(host);
        foreach (var member in (string[])["temperatures", "throttling", "cpus"])
            Assert.False(board.TryGetProperty(member, out _), member);
        Assert.True(board.GetProperty("memoryAvailableBytes").GetInt64() > 0);
        Assert.Equal(_sys["state"], board.GetProperty("stateDirectory").GetString());
        Assert.True(board.GetProperty("stateFreeBytes").GetInt64() > 0);
        Assert.Equal(["mmm_board_memory_total_bytes", "mmm_board_memory_available_bytes", "mmm_board_state_size_bytes",
            "mmm_board_state_free_bytes"], Metrics(host).Metrics.Where(m => m.StartsWith("mmm_board_", StringComparison.Ordinal)));
        Assert.Equal(0, Health(host).Code);
    }

    [Fact]
    public void A_temperature_at_its_limit_is_told()
    {
        Write("class/thermal/thermal_zone0/type", "cpu-thermal");
        Write("class/thermal/thermal_zone0/temp", "52173");
        Write("class/thermal/thermal_zone0/trip_point_0_type", "passive");
        Write("class/thermal/thermal_zone0/trip_point_0_temp", "50000");
        Write("class/thermal/thermal_zone0/trip_point_1_type", "critical");
        Write("class/thermal/thermal_zone0/trip_point_1_temp", "90000");
        Write("class/thermal/thermal_zone1/type", "cpu-thermal");
        Write("class/thermal/thermal_zone1/temp", "-5000");
        Write("class/thermal/thermal_zone2/type", "off");
        using var host = Host();
        var (code, lines) = Health(host);
        Assert.Equal(0, code);
        Assert.Contains("board    52.2 °C cpu-thermal, limit 90.0 °C", lines);
        Assert.Contains("         -5.0 °C cpu-thermal", lines);
        Assert.DoesNotContain(lines, l => l.Contains(" off", StringComparison.Ordinal));
        Write("class/thermal/thermal_zone0/temp", "90000");
        (code, lines) = Health(host);
        Assert.Equal(1, code);
        Assert.Equal("! board: cpu-thermal (thermal_zone0) has 90.0 °C, its limit is 90.0 °C; cool the board", lines[1]);
        var metrics = Metrics(host);
        Assert.Equal(90, metrics["mmm_board_temperature_celsius", ("zone", "thermal_zone0"), ("type", "cpu-thermal")]);
        Assert.Equal(-5, metrics["mmm_board_temperature_celsius", ("zone", "thermal_zone1")]);
        Assert.Equal(90, metrics["mmm_board_temperature_limit_celsius"]);
    }

    [Theory]
    [InlineData("devices/platform/soc/soc:firmware")]
    [InlineData("bus/platform/drivers/raspberrypi-firmware/soc@107c000000:firmware")]
    public void Throttling_now_is_told_and_throttling_before_is_shown(string firmware)
    {
        Write($"{firmware}/get_throttled", "50000");
        using var host = Host();
        var (code, lines) = Health(host);
        Assert.Equal(0, code);
        Assert.Contains("board    not throttled", lines);
        Assert.Contains("         since boot: under-voltage, throttled", lines);
        Write($"{firmware}/get_throttled", "7000b");
        (code, lines) = Health(host);
        Assert.Equal(1, code);
        Assert.Equal(["! board: under-voltage; use a stronger power supply or a better cable",
            "! board: frequency-capped; cool the board, and use a stronger power supply",
            "! board: soft-temperature-limit; cool the board, and use a stronger power supply"], lines[1..4]);
        var metrics = Metrics(host);
        Assert.Equal([1.0, 1, 0, 1], metrics.Values("mmm_board_throttled"));
        Assert.Equal([1.0, 1, 1, 0], metrics.Values("mmm_board_throttled_since_boot"));
        Write($"{firmware}/get_throttled", "what");
        Assert.False(Board(host).TryGetProperty("throttling", out _));
    }

    [Fact]
    public void A_sensor_of_the_supply_tells_under_voltage_only()
    {
        Write("class/hwmon/hwmon0/name", "cpu_thermal");
        Write("class/hwmon/hwmon1/name", "rpi_volt");
        Write("class/hwmon/hwmon1/in0_lcrit_alarm", "1");
        using var host = Host();
        Assert.Equal(1, Health(host).Code);
        var metrics = Metrics(host);
        Assert.Equal(1, metrics["mmm_board_throttled"]);
        Assert.Equal(1, metrics["mmm_board_throttled", ("kind", "under-voltage")]);
        Assert.Empty(metrics.Values("mmm_board_throttled_since_boot"));
    }

    [Fact]
    public void The_speed_of_the_processors_is_shown()
    {
        Write("devices/system/cpu/cpufreq/policy0/scaling_cur_freq", "600000");
        Write("devices/system/cpu/cpufreq/policy0/cpuinfo_max_freq", "1500000");
        Write("devices/system/cpu/cpufreq/policy4/scaling_cur_freq", "1800000");
        using var host = Host();
        Assert.Contains("board    policy0 600 MHz of 1500", Health(host).Lines);
        Assert.Contains("         policy4 1800 MHz", Health(host).Lines);
        Assert.Equal(600e6, Metrics(host)["mmm_board_cpu_frequency_hertz", ("policy", "policy0")]);
    }

    [Fact]
    public void A_full_state_directory_is_told()
    {
        using var host = Host(state: "small");
        var (code, lines) = Health(host);
        Assert.Equal(1, code);
        Assert.Matches($"^! {_sys["small"]}: [0-9,]+ bytes are free, so the host cannot keep its files; delete what is not needed$",
            lines[1]);
    }
}
