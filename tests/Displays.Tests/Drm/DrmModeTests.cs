using static Displays.LinuxDrm;

namespace Displays.Tests;

public class DrmModeTests
{
    [Theory]
    [InlineData("1280x720", 1280, 720, 0)]
    [InlineData("1280x720@60", 1280, 720, 60)]
    public void A_mode_is_a_size_and_perhaps_a_rate(string text, int width, int height, int hz) =>
        Assert.Equal(new DrmMode(width, height, hz), DrmMode.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("1280")]
    [InlineData("1280x")]
    [InlineData("0x720")]
    [InlineData("1280x720@")]
    [InlineData("1280x720@0")]
    [InlineData("1280x720@-60")]
    [InlineData(" 1280x720")]
    [InlineData("1280x720x3")]
    [InlineData("99999x1")]
    public void Anything_else_is_no_mode(string text) => Assert.Null(DrmMode.Parse(text));

    [Fact]
    public void The_preferred_mode_is_chosen_unless_another_is_wished_for()
    {
        // As CEA-861 has them: 1080p60, 1080i60, 720p60 and 720p50 (preferred).
        drm_mode_modeinfo[] modes =
        [
            Mode(148500, 1920, 2200, 1080, 1125), Mode(74250, 1920, 2200, 1080, 1125, DRM_MODE_FLAG_INTERLACE),
            Mode(74250, 1280, 1650, 720, 750), Mode(74250, 1280, 1980, 720, 750, type: DRM_MODE_TYPE_PREFERRED),
        ];
        Assert.Equal(3, DrmMode.Find(modes, null));
        Assert.Equal(0, DrmMode.Find(modes, new DrmMode(1920, 1080, 60)));
        Assert.Equal(2, DrmMode.Find(modes, new DrmMode(1280, 720, 60)));
        Assert.Equal(3, DrmMode.Find(modes, new DrmMode(1280, 720, 0)));
        Assert.Equal(-1, DrmMode.Find(modes, new DrmMode(1280, 720, 75)));
        Assert.Equal(-1, DrmMode.Find(modes, new DrmMode(640, 480, 0)));
        Assert.Equal(["1920x1080@60", "1920x1080@60", "1280x720@60", "1280x720@50"], modes.Select(m => DrmMode.Name(m)));
    }

    // video=HDMI-A-1:1024x768@60 in the kernel's command line.
    [Fact]
    public void The_mode_that_the_user_gave_the_kernel_goes_before_the_preferred_one()
    {
        drm_mode_modeinfo[] modes = [Mode(148500, 1920, 2200, 1080, 1125, type: DRM_MODE_TYPE_PREFERRED),
            Mode(65000, 1024, 1344, 768, 806, type: DRM_MODE_TYPE_USERDEF), Mode(65000, 1024, 1344, 768, 806)];
        Assert.Equal(1, DrmMode.Find(modes, null));
        Assert.Equal(0, DrmMode.Find(modes, new DrmMode(1920, 1080, 0)));
    }

    [Theory]
    [InlineData("", 1, "HDMI-A-1")] // the first with a monitor
    [InlineData("", 2, "VGA-1")]
    [InlineData("", 3, "VGA-1")] // nothing is surely connected
    [InlineData("VGA-1", 1, "VGA-1")]
    [InlineData("VGA-1", 2, "VGA-1")]
    [InlineData("HDMI-A-1", 2, null)]
    [InlineData("HDMI-A-1", 3, "HDMI-A-1")]
    [InlineData("DP-1", 1, null)]
    public void A_connector_that_cannot_tell_is_used_by_name_or_if_nothing_else_is_connected(string name, uint hdmi, string? chosen)
    {
        drm_mode_modeinfo[] modes = [Mode(65000, 1024, 1344, 768, 806)];
        DrmConnector[] all = [new(1, "VGA-1", UnknownConnection, 0, [], modes), new(2, "Composite-1", UnknownConnection, 0, [], []),
            new(3, "HDMI-A-1", hdmi, 0, [], modes)];
        Assert.Equal(chosen, DrmConnector.Choose(all, name)?.Name);
        Assert.Equal("VGA-1 (unknown)", all[0].Description);
    }

    [Theory]
    [InlineData("Normal", 0)]
    [InlineData("Upside Down", 180)]
    [InlineData("Left Side Up", 270)]
    [InlineData("Right Side Up", 90)]
    [InlineData("Askew", null)]
    public void The_orientation_of_the_panel_is_the_angle_that_puts_its_upper_side_up(string name, int? degrees)
    {
        Assert.Equal(degrees, DrmConnector.MountingOf(name));
        if (degrees is not { } angle)
            return;
        // The client's top edge is on the side of a 4x2 panel that is up.
        var (x, y) = name switch { "Normal" => (1, 0), "Upside Down" => (1, 1), "Left Side Up" => (0, 1), _ => (3, 1) };
        Assert.Equal(0, Displays.Pixels.Orientation.Make(angle, false, false, out _)!.Value.ToClient(x, y, 4, 2).Y);
    }

    [Fact]
    public void A_mirror_without_a_preferred_mode_has_the_smallest_in_which_the_picture_fits()
    {
        drm_mode_modeinfo[] modes = [Mode(148500, 1920, 2200, 1080, 1125), Mode(65000, 1024, 1344, 768, 806),
            Mode(40000, 800, 1056, 600, 628), Mode(25000, 640, 800, 480, 525)];
        Assert.Equal(2, DrmMode.FindFor(modes, 800, 480));
        Assert.Equal(3, DrmMode.FindFor(modes, 320, 240));
        Assert.Equal(0, DrmMode.FindFor(modes, 2560, 1440));
        modes[1].type = DRM_MODE_TYPE_PREFERRED;
        Assert.Equal(1, DrmMode.FindFor(modes, 800, 480));
    }

    [Fact]
    public void Another_monitor_has_the_size_that_there_was_before_when_it_can_and_its_preferred_one_otherwise()
    {
        drm_mode_modeinfo[] modes = [Mode(148500, 1920, 2200, 1080, 1125, type: DRM_MODE_TYPE_PREFERRED),
            Mode(74250, 1280, 1650, 720, 750)];
        Assert.Equal(1, DrmMode.Choose(modes, null, (1280, 720)));
        Assert.Equal(0, DrmMode.Choose(modes, null, (800, 480)));
        Assert.Equal(0, DrmMode.Choose(modes, null, null));
        Assert.Equal(1, DrmMode.Choose(modes, new DrmMode(1280, 720, 0), (1920, 1080)));
        Assert.Equal(-1, DrmMode.Choose(modes, new DrmMode(800, 480, 0), (1280, 720))); // a mode in the configuration is the only one
    }

    private static drm_mode_modeinfo Mode(uint clock, int width, int htotal, int height, int vtotal, uint flags = 0, uint type = 0) => new()
    {
        clock = clock, hdisplay = (ushort)width, htotal = (ushort)htotal, vdisplay = (ushort)height,
        vtotal = (ushort)vtotal, flags = flags, type = type,
    };
}
