using System.Text.Json;
using FbHost.Doctor;

namespace FbHost.Tests.Doctor;

/// <summary>What mmm-doctor reads of a machine that is made of files, and of this one.</summary>
public sealed class DoctorTests : IDisposable
{
    private readonly TempDirectory _root = new();

    public void Dispose() => _root.Dispose();

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root[path])!);
        _root.Write(path, text + "\n");
    }

    [Fact]
    public void A_display_has_its_driver_its_connectors_and_their_modes()
    {
        Directory.CreateDirectory(_root["sys/class/drm/card0/device"]);
        File.CreateSymbolicLink(_root["sys/class/drm/card0/device/driver"], "../../../bus/platform/drivers/vc4-drm");
        Write("dev/dri/card0", "");
        Write("sys/class/drm/card0-HDMI-A-1/status", "connected");
        Write("sys/class/drm/card0-HDMI-A-1/enabled", "enabled");
        Write("sys/class/drm/card0-HDMI-A-1/modes", "1920x1080\n1920x1080\n1280x720\n800x600\n640x480\n720x400");
        Write("sys/class/drm/card0-Writeback-1/status", "unknown");
        var section = DisplaySection.Of(_root.Path);
        Assert.Equal([$"{_root["dev/dri/card0"]}: vc4-drm",
            "HDMI-A-1: connected, enabled, 1920x1080 1280x720 800x600 640x480 and 1 more"], section.Found);
        Assert.Empty(section.Advice);
    }

    [Fact]
    public void Without_a_display_or_a_monitor_the_remedy_is_said()
    {
        Assert.Contains("dtoverlay=vc4-kms-v3d", Assert.Single(DisplaySection.Of(_root.Path).Advice));
        Directory.CreateDirectory(_root["sys/class/drm/card0"]);
        Write("sys/class/drm/card0-HDMI-A-1/status", "disconnected");
        var advice = DisplaySection.Of(_root.Path).Advice;
        Assert.Contains(advice, a => a.Contains("nothing is connected", StringComparison.Ordinal));
        Assert.Contains(advice, a => a.StartsWith($"{_root["dev/dri/card0"]} is missing", StringComparison.Ordinal));
    }

    [Fact]
    public void Buses_have_their_devices_and_a_missing_node_its_module()
    {
        Assert.Contains("dtparam=i2c_arm=on", Assert.Single(BusSections.I2c(_root.Path).Advice));
        Assert.Contains("dtparam=spi=on", Assert.Single(BusSections.Spi(_root.Path).Advice));
        Write("sys/bus/i2c/devices/i2c-1/name", "bcm2835 (i2c@7e804000)");
        Write("sys/bus/i2c/devices/1-0048/name", "tmp105");
        var i2c = BusSections.I2c(_root.Path);
        Assert.Equal("bus 1: bcm2835 (i2c@7e804000): 0x48 tmp105", Assert.Single(i2c.Found));
        Assert.Contains("load the module i2c-dev", Assert.Single(i2c.Advice));
        Directory.CreateDirectory(_root["sys/class/spi_master/spi0"]);
        Write("sys/bus/spi/devices/spi0.0/modalias", "spi:ili9341");
        Assert.Equal("bus 0: spi0.0 spi:ili9341", Assert.Single(BusSections.Spi(_root.Path).Found));
    }

    [Fact]
    public void A_network_interface_tells_of_its_cable_and_its_signal()
    {
        Assert.Contains("no network interface", Assert.Single(NetworkSection.Of(_root.Path).Advice));
        Write("sys/class/net/test-eth/operstate", "down");
        Write("sys/class/net/test-eth/carrier", "0");
        Write("sys/class/net/test-wlan/operstate", "up");
        Write("sys/class/net/test-wlan/phy80211/name", "phy0");
        Write("proc/net/wireless",
            "Inter-| sta-|   Quality\n face | tus | link level noise\ntest-wlan: 0000   20.  -82.  -256        0      0");
        var section = NetworkSection.Of(_root.Path);
        Assert.Equal(["test-eth: down", "test-wlan (Wi-Fi): up, signal -82 dBm"], section.Found);
        Assert.Equal(["test-eth: no cable, or the other end is off",
            "test-wlan: the signal is weak (-82 dBm); move the antenna or the access point"], section.Advice);
    }

    [Fact]
    public void Errors_of_a_card_are_told()
    {
        Write("proc/mounts", "proc /proc proc rw 0 0\n/dev/mmcblk0p7 / ext4 ro,noatime,errors=remount-ro 0 0");
        Write("sys/fs/ext4/mmcblk0p7/errors_count", "3");
        var section = StorageSection.Of(_root.Path);
        Assert.Equal("/: /dev/mmcblk0p7, ext4, read-only", Assert.Single(section.Found));
        Assert.StartsWith("/: read-only after an error", section.Advice[0]);
        Assert.StartsWith("mmcblk0p7: 3 errors in the file system", section.Advice[1]);
    }

    [Fact]
    public void Every_section_of_this_machine_says_something_as_text_and_as_JSON()
    {
        var sections = DoctorReport.Sections();
        Assert.All(sections, s => Assert.True(s.Found.Count + s.Advice.Count > 0, s.Name));
        Assert.All(sections.SelectMany(s => s.Lines), l => Assert.DoesNotContain('\n', l));
        using var json = JsonDocument.Parse(DoctorReport.Json(sections));
        Assert.Equal(sections.Select(s => s.Name), json.RootElement.EnumerateArray().Select(s => s.GetProperty("name").GetString()));
        Assert.Equal(sections[1].Found, json.RootElement[1].GetProperty("found").EnumerateArray().Select(f => f.GetString()));
    }
}
