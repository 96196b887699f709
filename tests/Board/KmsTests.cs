namespace Board.Tests;

/// <summary>The KMS display on the emulated board's virtio-gpu, whose console (fbcon) shares it.</summary>
[Collection("device")]
[TestMethodOrderer(typeof(TopToBottom))]
public sealed class KmsTests(BoardFixture fixture, DisplayBoard displays) : IClassFixture<DisplayBoard>
{
    private const string Kms = "drm:/dev/dri/card0", Connector = "Virtual-1", Status = "/sys/class/drm/card0-Virtual-1/status";
    private const string SecondCard = "drm:/dev/dri/card1";

    [Theory]
    [InlineData("atomic")]
    [InlineData("legacy")]
    public void Flips_and_small_changes_show_what_the_screenshot_shows(string way) => Watch($"kms-{way}", () =>
    {
        displays.Start(Kms, way == "legacy" ? "MMM_DRM=legacy" : "");
        Assert.Contains($"800x480@75 XRGB8888 on /dev/dri/card0:{Connector} (virtio_gpu, {way}", displays.Host.Log);
        displays.Draw("0.5");
        displays.WaitDrawn();
        WaitScreen("a pattern that was flipped to", Pattern);
        displays.Draw("0.5 small");
        displays.WaitDrawn();
        WaitScreen("a small pattern on black", SmallPattern);
    });

    [Theory]
    [InlineData(Kms, 0)]
    [InlineData(Kms, 90)]
    [InlineData(Kms, 180)]
    [InlineData(Kms, 270)]
    [InlineData("fbdev:/dev/fb0", 90)]
    public void A_turned_panel_shows_the_picture_turned_and_is_touched_where_it_shows(
        string display, int degrees) => Watch($"kms-rotate-{display[..3]}-{degrees}", () =>
    {
        var (width, height) = degrees is 90 or 270 ? (480, 800) : (800, 480);
        displays.Start(display, arguments: $"--rotate {degrees}");
        displays.Draw("0.2");
        displays.WaitDrawn();
        WaitTurned("a pattern", degrees, Expected(Pattern, width, height));
        displays.Draw("0.2 small");
        displays.WaitDrawn();
        WaitTurned("a small pattern on black", degrees, Expected(SmallPattern, width, height));
        // Clockwise from the upright picture's top left: at 90 degrees that is the panel's top right.
        (double X, double Y)[] corners = [(0, 0), (1, 0), (1, 1), (0, 1)];
        string[] pixels = ["0 0", $"{width - 1} 0", $"{width - 1} {height - 1}", $"0 {height - 1}"];
        for (var i = 0; i < 4; i++)
        {
            var (x, y) = corners[(i + degrees / 90) % 4];
            displays.Board.Touch(x, y);
            Wait.Until($"a press at {pixels[i]}", TimeSpan.FromSeconds(10), () => displays.Pressed == pixels[i],
                () => $"the last was at {displays.Pressed}", pause: 50);
        }
    });

    [Theory]
    [InlineData("TERM")]
    [InlineData("ABRT")]
    [InlineData("KILL")]
    public void Console_text_does_not_get_over_the_picture_and_is_back_when_the_host_ends(string signal) => Watch(
        $"kms-console-{signal}", () =>
    {
        displays.Start($"{Kms}:{Connector}");
        displays.Draw("0.1");
        displays.WaitDrawn();
        displays.Device.Require("for i in 1 2 3; do echo 'some text on the console' >/dev/tty1; done");
        WaitScreen("the picture", Pattern);
        displays.Host.End(signal);
        WaitConsole();
    });

    [Theory]
    [InlineData("TERM")]
    [InlineData("KILL")]
    public void The_next_start_has_a_clean_screen(string signal) => Watch($"kms-{signal}", () =>
    {
        displays.Start(Kms);
        displays.Draw("0.1");
        displays.WaitDrawn();
        displays.Host.End(signal);
        displays.Start(Kms);
        Wait.Until("a black screen", TimeSpan.FromSeconds(10), () => displays.Board.Screen() is { IsPlain: true } s && s.At(0, 0) == 0);
        displays.Draw("0.1");
        displays.WaitDrawn();
        WaitScreen("a pattern", Pattern);
    });

    [Fact]
    public void A_monitor_that_is_unplugged_and_plugged_in_again_shows_what_was_drawn_meanwhile() => Watch("kms-unplug", () =>
    {
        displays.Start(Kms);
        displays.Draw("4");
        Plug("off");
        displays.Host.WaitLog("the host sees it", $"{Connector} was unplugged", TimeSpan.FromSeconds(10));
        displays.WaitDrawn();
        Assert.Equal(0, Expected(Pattern).Differences(displays.Host.Screenshot()));
        Plug("detect");
        displays.Host.WaitLog("the host sees it", $"{Connector} is back, 800x480@75", TimeSpan.FromSeconds(10));
        WaitScreen("what was drawn without a monitor", Pattern);
        displays.Draw("0.2");
        displays.WaitDrawn();
        WaitScreen("what is drawn now", Pattern);
    });

    [Fact]
    public void A_host_without_a_monitor_runs_its_clients_and_shows_them_when_one_is_connected() => Watch("kms-no-monitor", () =>
    {
        displays.Device.Require($"echo off >{Status}");
        displays.Start(Kms);
        displays.Host.WaitLog("the host waits", "no monitor is connected; it has Virtual-1 (nothing connected), "
            + "Virtual-2 (nothing connected); the picture is shown when a monitor is connected", TimeSpan.FromSeconds(10));
        displays.Draw("0.2");
        displays.WaitDrawn();
        Plug("detect");
        displays.Host.WaitLog("the host sees it", $"800x480@75 XRGB8888 on /dev/dri/card0:{Connector}", TimeSpan.FromSeconds(10));
        displays.Draw("0.2");
        displays.WaitDrawn();
        WaitScreen("what is drawn now", Pattern);
    });

    [Fact]
    public void A_mode_that_the_monitor_does_not_have_is_told_and_its_best_one_is_used() => Watch("kms-no-mode", () =>
    {
        displays.Device.Require("""echo '{ "display": { "mode": "123x45" } }' >/tmp/mode.json""");
        displays.Start(Kms, arguments: "--config /tmp/mode.json");
        Assert.Contains("Virtual-1 has no mode 123x45; it has 800x480@75, ", displays.Host.Log);
        displays.Draw("0.2");
        displays.WaitDrawn();
        WaitScreen("a pattern", Pattern);
    });

    [Fact]
    public void A_configuration_with_a_fault_is_told_on_the_screen_and_the_rest_of_it_is_used() => Watch("kms-page", () =>
    {
        displays.Device.Require("""echo '{ "display": { "format": "rgb656", "rotate": 180 } }' >/tmp/fault.json""");
        displays.Start(Kms, arguments: "--config /tmp/fault.json");
        Assert.Contains("mmm: /tmp/fault.json:1: display.format is \"rgb656\"; did you mean \"rgb565\"?", displays.Host.Log);
        Wait.Until("a page of text", TimeSpan.FromSeconds(10),
            () => displays.Board.Screen().Count(p => p == 0xFFFFFF) is > 500 and < 800 * 480 / 2, pause: 100);
    });

    // The console never lights the second output here, so that it is switched off cannot be seen.
    [Theory]
    [InlineData("mirror", "enabled")]
    [InlineData("off", "disabled")]
    public void The_other_output_of_the_card_mirrors_the_picture_if_it_is_to(string others, string state) => Watch(
        $"kms-others-{others}", () =>
    {
        const string second = "/sys/class/drm/card0-Virtual-2";
        displays.Host.End();
        displays.Device.Require($$"""
            echo on >{{second}}/status
            echo '{ "display": { "others": "{{others}}" } }' >/tmp/others.json
            """);
        displays.Start(Kms, arguments: "--config /tmp/others.json");
        Assert.Equal(state, displays.Device.Require($"cat {second}/enabled").Trim());
        displays.Draw("0.2");
        displays.WaitDrawn();
        WaitScreen("a pattern on the first output", Pattern);
        if (others == "mirror")
        {
            WaitMirror();
            Assert.Equal(0, displays.Device.Run("MMM_PATH=/tmp/mmm mmmctl blank").ExitCode);
            Wait.Until("no picture on the second output", TimeSpan.FromSeconds(10),
                () => displays.Device.Require($"cat {second}/enabled").Trim() == "disabled", pause: 100);
            Assert.Equal(0, displays.Device.Run("MMM_PATH=/tmp/mmm mmmctl unblank").ExitCode);
            WaitMirror();
        }
        displays.Host.End();
        displays.Device.Require($"echo detect >{second}/status");
    });

    private void WaitMirror()
    {
        Picture? whole = null;
        Wait.Until("the same pattern in the middle of the second output", TimeSpan.FromSeconds(10), () =>
        {
            whole = displays.Board.Screen("gpu", output: 1);
            var (x, y) = ((whole.Width - 800) / 2, (whole.Height - 480) / 2);
            return x >= 0 && y >= 0
                && Enumerable.Range(0, 480).All(row => whole.At(x + 3 * row / 2, y + row) == Pattern(3 * row / 2, row));
        }, () => $"{whole?.Width}x{whole?.Height}", pause: 100);
    }

    [Theory]
    [InlineData(Kms)]
    [InlineData("fbdev:/dev/fb0")]
    public void A_display_whose_device_goes_shows_what_was_drawn_meanwhile_when_it_is_back(string display) => Watch(
        $"kms-gone-{display[..3]}", () =>
    {
        const string Driver = "/sys/bus/virtio/drivers/virtio_gpu";
        displays.Start(display);
        displays.Draw("3");
        var device = displays.Device.Require($"basename $(ls -d {Driver}/virtio*)");
        displays.Device.Require($"echo {device} >{Driver}/unbind");
        displays.Host.WaitLog("the host sees it", ") is gone; the clients continue without it", TimeSpan.FromSeconds(10));
        displays.WaitDrawn();
        displays.Device.Require($"echo {device} >{Driver}/bind");
        displays.Host.WaitLog("the host has it again", "is back", TimeSpan.FromSeconds(20));
        WaitScreen("what was drawn without a display", Pattern);
        displays.Draw("0.2");
        displays.WaitDrawn();
        WaitScreen("what is drawn now", Pattern);
    });

    [Fact]
    public void A_blanked_screen_comes_back_with_what_was_drawn_meanwhile() => Watch("kms-blank", () =>
    {
        displays.Start(Kms);
        displays.Draw("3");
        displays.Host.Control("blank");
        Wait.Until("the screen is off", TimeSpan.FromSeconds(10),
            () => displays.Device.Require("cat /sys/class/drm/card0-Virtual-1/enabled") == "disabled", pause: 100);
        displays.WaitDrawn();
        displays.Host.Control("unblank");
        WaitScreen("what was drawn while it was off", Pattern);
    });

    [Fact]
    public void What_cannot_be_shown_says_what_there_is() => Watch("kms-faults", () =>
    {
        displays.Start(Kms);
        Assert.Equal("mmm: /dev/dri/card0: another program uses it (a desktop, or another mmm); end that program first\n",
            displays.Refused(Kms));
        Assert.Equal("mmm: /dev/dri/card7: no such device. To run without a display, use --display memory:800x480\n",
            displays.Refused("drm:/dev/dri/card7"));
        Assert.StartsWith("mmm: /dev/dri/renderD128: drives no display", displays.Refused("drm:/dev/dri/renderD128"));
        Assert.StartsWith("mmm: /dev/null: drives no display", displays.Refused("drm:/dev/null"));
        displays.Host.End();
        Assert.Equal("mmm: /dev/dri/card0 (virtio_gpu): no connector DSI-3; it has Virtual-1, "
            + "Virtual-2 (nothing connected)\n", displays.Refused($"{Kms}:DSI-3"));
        Assert.Equal("mmm: /dev/dri/card0 (virtio_gpu): cannot create a buffer of 800x480 RGB565: Invalid argument; "
            + "it offers XRGB8888; remove display.format to use a format that the driver supports\n",
            displays.Refused(Kms, """{ "display": { "format": "rgb565" } }"""));
    });

    [Theory]
    [InlineData(Kms, "/dev/dri/card0: another program uses it")]
    [InlineData("auto", "/dev/fb0: uses the same screen as /dev/dri/card0")]
    public void A_second_host_is_refused_and_leaves_the_screen_and_the_terminal_alone(
        string display, string line) => Watch($"kms-second-{display[..3]}", () =>
    {
        displays.Start(Kms);
        displays.Draw("0.1");
        displays.WaitDrawn();
        Assert.Contains(line, displays.Refused(display));
        StaysShown();
    });

    [Fact]
    public void A_second_host_is_refused_a_framebuffer_and_its_card_while_another_shows_on_them() => Watch("kms-second-fbdev", () =>
    {
        displays.Start("fbdev:/dev/fb0");
        displays.Draw("0.1");
        displays.WaitDrawn();
        Assert.Equal("mmm: /dev/fb0: another mmm uses it; end that one first\n", displays.Refused("fbdev:/dev/fb0"));
        Assert.Equal("mmm: /dev/dri/card0: another mmm shows on its /dev/fb0; end that one first\n", displays.Refused(Kms));
        StaysShown();
    });

    // The kernel lets a user drop and take back what makes a program the one that shows, if it is the thread that opened the card.
    [Fact]
    public void A_host_of_another_user_lets_the_screen_go_to_another_terminal_and_has_it_back() => Watch("kms-user", () =>
    {
        displays.StartAsUser(Kms);
        displays.Draw("0.1");
        displays.WaitDrawn();
        WaitScreen("the picture", Pattern);
        displays.Device.Require("chvt 2");
        displays.Host.WaitLog("the host hears of it", "another terminal has the screen", TimeSpan.FromSeconds(10));
        displays.StartSecond(Kms);
        displays.EndSecond("TERM");
        displays.Device.Require("chvt 1");
        displays.Host.WaitLog("the host hears of it", "the screen is back", TimeSpan.FromSeconds(10));
        WaitScreen("the picture again", Pattern);
        Assert.DoesNotContain("the screen cannot be", displays.Host.Log);
    });

    [Theory]
    [InlineData("TERM")]
    [InlineData("KILL")]
    public void Of_two_hosts_on_two_cards_the_end_of_the_second_leaves_the_first_its_screen(string signal) => Watch(
        $"kms-two-second-{signal}", () =>
    {
        displays.LoadCirrus();
        displays.Start(Kms);
        displays.Draw("0.1");
        displays.WaitDrawn();
        displays.StartSecond(SecondCard);
        Assert.Contains("terminal 1 is used by another mmm", displays.SecondLog);
        StaysShown();
        displays.EndSecond(signal);
        StaysShown();
    });

    [Theory]
    [InlineData("TERM")]
    [InlineData("KILL")]
    public void Of_two_hosts_on_two_cards_the_last_has_the_terminal_and_gives_it_back(string signal) => Watch(
        $"kms-two-first-{signal}", () =>
    {
        displays.LoadCirrus();
        displays.Host.End();
        displays.StartSecond(SecondCard);
        displays.StartBeside(Kms);
        displays.Draw("0.1");
        displays.WaitDrawn();
        StaysShown();
        displays.EndSecond(signal);
        displays.Host.WaitLog("the host has the terminal", "this mmm has taken the terminal", TimeSpan.FromSeconds(10));
        StaysShown();
        displays.Host.End();
        WaitConsole();
    });

    // The driver prefers 16 bits: at 1024x768, more are too many bytes a row for the card.
    [Fact]
    public void A_card_of_16_bits_shows_dithered_RGB565() => Watch("kms-rgb565", () =>
    {
        displays.LoadCirrus();
        displays.Start("drm:/dev/dri/card1");
        Assert.Contains("ready: 1024x768@60 RGB565 on /dev/dri/card1:VGA-1 (cirrus, atomic", displays.Host.Log);
        displays.Draw("0.5");
        displays.WaitDrawn();
        WaitCirrus("a pattern", Pattern);
        displays.Draw("0.5 small");
        displays.WaitDrawn();
        WaitCirrus("a small pattern on black", SmallPattern);
    });

    [Fact]
    public void A_host_whose_card_goes_shows_on_another_one_of_another_size() => Watch("kms-other-card", () =>
    {
        const string Driver = "/sys/bus/virtio/drivers/virtio_gpu";
        displays.LoadCirrus();
        displays.Start("auto");
        displays.Draw("0.2");
        displays.WaitDrawn();
        var device = displays.Device.Require($"basename $(ls -d {Driver}/virtio*)");
        displays.Device.Require($"echo {device} >{Driver}/unbind");
        displays.Host.WaitLog("the host has a display again", "1024x768@60 RGB565 on /dev/dri/card1:VGA-1", TimeSpan.FromSeconds(20));
        displays.Draw("0.2"); // as large as the screen that it finds
        displays.WaitDrawn();
        WaitCirrus("a pattern", Pattern);
        displays.Host.End();
        displays.Device.Require($"echo {device} >{Driver}/bind");
        Wait.Until("the first card", TimeSpan.FromSeconds(20),
            () => displays.Device.Run("test -c /dev/dri/card0").ExitCode == 0, pause: 100);
    });

    [Fact]
    public void Frames_and_processor_time_are_measured() => Watch("kms-speed", () =>
    {
        (string Name, string Display, string Environment)[] kinds =
            [("KMS atomic", Kms, ""), ("KMS legacy", Kms, "MMM_DRM=legacy"), ("fbdev", "fbdev:/dev/fb0", "")];
        foreach (var (name, display, environment) in kinds)
        {
            var pid = displays.Start(display, environment);
            foreach (var size in new[] { "full", "small" })
            {
                displays.Draw($"30 {size}");
                Thread.Sleep(1000);
                var begin = displays.Measure(pid);
                Thread.Sleep(3000);
                var end = displays.Measure(pid);
                var (frames, seconds) = (end.Frames - begin.Frames, end.Seconds - begin.Seconds);
                Assert.True(frames > 0);
                fixture.Measured($"{name}, {(size == "full" ? "800x480" : "64x64")} frames",
                    $"{frames / seconds:0.0} a second, {(end.CpuMs - begin.CpuMs) / frames:0.00} ms of the host's CPU a frame");
            }
        }
    });

    private void Plug(string status) => displays.Device.Require($"echo {status} >{Status}; echo change >/sys/class/drm/card0/uevent");

    // What DrawApp draws last.
    private static int Pattern(int x, int y) => x << 16 & 0xFF0000 | y << 8 & 0xFF00 | x * y & 0xFF;

    private static int SmallPattern(int x, int y) => x is >= 100 and < 164 && y is >= 100 and < 164 ? Pattern(x - 100, y) : 0;

    private static Picture Expected(Func<int, int, int> colour, int width = 800, int height = 480) =>
        new(width, height, [.. Enumerable.Range(0, width * height).Select(i => colour(i % width, i / width))]);

    // No console text gets over it.
    private void StaysShown()
    {
        displays.Device.Require("for i in 1 2 3; do echo 'some text on the console' >/dev/tty1; done; sleep 0.5");
        WaitScreen("the picture", Pattern);
    }

    private void WaitConsole()
    {
        displays.Device.Require("echo 'more text' >/dev/tty1");
        Wait.Until("the console's text", TimeSpan.FromSeconds(10), () =>
        {
            var screen = displays.Board.Screen();
            return screen.At(400, 470) == 0 && screen.Count(p => p is not (0 or 0xAAAAAA)) == 0 && screen.Count(p => p == 0xAAAAAA) > 100;
        });
    }

    private void WaitTurned(string what, int degrees, Picture upright)
    {
        var turned = upright.Turned(degrees);
        var differences = 0;
        Wait.Until($"{what}, turned by {degrees} degrees", TimeSpan.FromSeconds(10),
            () => (differences = turned.Differences(displays.Board.Screen())) == 0, () => $"{differences} pixels differ", pause: 50);
        Assert.Equal(0, upright.Differences(displays.Host.Screenshot()));
    }

    private void WaitScreen(string what, Func<int, int, int> colour)
    {
        var expected = Expected(colour);
        var differences = 0;
        Wait.Until(what, TimeSpan.FromSeconds(10), () => (differences = expected.Differences(displays.Board.Screen())) == 0,
            () => $"{differences} pixels differ", pause: 50);
        Assert.Equal(0, expected.Differences(displays.Host.Screenshot()));
    }

    // Each colour is one of the two that 5 or 6 bits have nearest to it.
    private void WaitCirrus(string what, Func<int, int, int> colour)
    {
        var expected = Expected(colour, 1024, 768);
        var wrong = 0;
        Wait.Until(what, TimeSpan.FromSeconds(20), () =>
        {
            var screen = displays.Board.Screen(DisplayBoard.Cirrus);
            Assert.Equal((1024, 768), (screen.Width, screen.Height));
            wrong = Enumerable.Range(0, 1024 * 768).Count(i => !IsRgb565(expected.Pixels[i], screen.Pixels[i]));
            return wrong == 0;
        }, () => $"{wrong} pixels are wrong", pause: 50);
        Assert.Equal(0, expected.Differences(displays.Host.Screenshot()));
    }

    private static bool IsRgb565(int colour, int seen)
    {
        return Near(16, 5) && Near(8, 6) && Near(0, 5);

        bool Near(int shift, int bits)
        {
            var max = (1 << bits) - 1;
            var steps = (colour >> shift & 255) * max / 255.0;
            return Math.Abs(((seen >> shift & 255) >> (8 - bits)) - steps) < 1;
        }
    }

    private void Watch(string test, Action steps) => BoardFixture.Watch(displays.Board, test, steps);
}
