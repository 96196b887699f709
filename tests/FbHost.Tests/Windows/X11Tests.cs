namespace FbHost.Tests.Windows;

/// <summary>The host as a window of an X server. One window is there at a time.</summary>
public sealed class X11Tests(Xvfb xvfb) : IClassFixture<Xvfb>
{
    private MmmHost Host(string window = "x11", params string[] more)
    {
        var host = new MmmHost(window: window, start: false) { Environment = xvfb.Environment };
        host.Start(more);
        return host;
    }

    private void WaitForSame(MmmHost host, Func<Picture, bool>? condition = null)
    {
        Picture? of = null;
        Wait.Until(() => (of = Picture.OfHost(host)) is { } p && p.Width <= Xvfb.Width && p.Height <= Xvfb.Height
                && xvfb.Screen().Part(0, 0, p.Width, p.Height).IsSame(p) && (condition?.Invoke(p) ?? true),
            "the host's picture in the window", () => $"{of?.Width}x{of?.Height}, log {host.AllLog()}");
    }

    [Fact]
    public void A_window_shows_the_apps_picture_and_follows_its_size()
    {
        using var host = Host();
        host.Run(Programs.Hello);
        var window = xvfb.WaitForWindow("Hello");
        xvfb.Xdotool($"windowsize {window} 301 203");
        WaitForSame(host, p => (p.Width, p.Height) == (301, 203) && p[150, 101] == 0xFFFFFF);
        xvfb.Xdotool($"windowsize {window} 400 300");
        WaitForSame(host, p => (p.Width, p.Height) == (400, 300) && p[200, 150] == 0xFFFFFF);
        xvfb.Xdotool($"windowsize {window} {Xvfb.Width} {Xvfb.Height}");
        WaitForSame(host, p => p.Width == Xvfb.Width);
    }

    [Fact]
    public void A_panel_of_fixed_size_is_in_the_middle_of_its_window()
    {
        using var host = Host("x11:200x100");
        host.Run(Programs.Hello);
        WaitForSame(host, p => (p.Width, p.Height) == (200, 100));
        xvfb.Xdotool($"windowsize {xvfb.WaitForWindow("Hello")} 300 200");
        Wait.Until(() => xvfb.Screen().Part(50, 50, 200, 100).IsSame(Picture.OfHost(host)), "the picture in the middle");
        Assert.Equal(0, xvfb.Screen()[10, 10]);
    }

    [Fact]
    public void A_rotated_panel_is_shown_as_it_is_seen()
    {
        using var host = Host("x11:200x100", "--rotate", "90");
        host.Run(Programs.Hello);
        WaitForSame(host, p => (p.Width, p.Height) == (100, 200) && p[50, 100] == 0xFFFFFF);
    }

    [Fact]
    public void Keys_type_and_repeat_once_for_each_repeat_of_the_host()
    {
        using var host = Host();
        var raw = host.Raw("--size 64x48 color 00ff00");
        host.WaitForClient("raw");
        xvfb.Xdotool($"windowfocus --sync {xvfb.WaitForWindow("raw")} key a key shift+z key Return key ctrl+c key F5");
        raw.WaitForEvents("a", "Z", "return", "control-c", "F5");
    }

    [Fact]
    public void Keys_that_are_down_are_released_when_the_window_loses_the_keyboard()
    {
        using var host = Host();
        using var client = new HandMade(host, "keys");
        client.SetValue("events", "key-release");
        Assert.Equal("mmm 1 ok", client.Connect());
        client.Present();
        client.Ring();
        host.WaitForClient("keys");
        xvfb.Xdotool($"windowfocus --sync {xvfb.WaitForWindow("keys")} keydown Down");
        Wait.Until(() => client.Events.Contains("down"), "the press", () => string.Join(" | ", client.Events));
        xvfb.Xdotool("windowfocus 1"); // the root: no window has the keyboard
        Wait.Until(() => client.Events is [.., "key-release down"], "the release", () => string.Join(" | ", client.Events));
        xvfb.Xdotool("keyup Down");
    }

    [Fact]
    public void The_pointer_reaches_the_pixel_under_it_and_the_wheel_scrolls()
    {
        using var host = Host();
        using var client = new HandMade(host, "pointer");
        client.SetValue("events", "scroll");
        Assert.Equal("mmm 1 ok", client.Connect());
        client.Present();
        client.Ring();
        host.WaitForClient("pointer");
        xvfb.WaitForWindow("pointer");
        xvfb.Xdotool("mousemove 0 0 mousemove 31 23 mousemove 5 6 mousedown 1 mousemove 20 10 mouseup 1");
        xvfb.Xdotool("click 3 click 4 click 5 click 7");
        string[] last =
        [
            "mouse-press 5 6", "mouse-drag 20 10", "mouse-release 20 10", "mouse-motion 20 10",
            "mouse-scroll 20 10 0 -1", "mouse-scroll 20 10 0 1", "mouse-scroll 20 10 1 0",
        ];
        Wait.Until(() => client.Events.Length >= 7 && client.Events[^7..].SequenceEqual(last), "the events",
            () => string.Join(" | ", client.Events));
        Assert.Contains("mouse-motion 31 23", client.Events);
    }

    [Fact]
    public void Closing_the_window_ends_the_host()
    {
        using var host = Host("x11:200x100");
        host.Run(Programs.Hello);
        WaitForSame(host);
        xvfb.Close(xvfb.WaitForWindow("Hello"));
        Assert.Equal(0, host.Process.WaitForEnd());
    }

    [Fact]
    public void The_host_takes_no_terminal_and_no_device_and_sleeps()
    {
        using var host = new MmmHost(window: "auto", start: false) { Environment = xvfb.Environment };
        host.Start("--input", "auto");
        Assert.Contains(host.Log, l => l.Contains("in a window (X11), 0 input devices", StringComparison.Ordinal));
        var open = Directory.GetFiles($"/proc/{host.Process.Pid}/fd").Select(f => new FileInfo(f).LinkTarget ?? "").ToList();
        Assert.DoesNotContain(open, f => f.StartsWith("/dev/dri", StringComparison.Ordinal)
            || f.StartsWith("/dev/input", StringComparison.Ordinal) || f.StartsWith("/dev/tty", StringComparison.Ordinal)
            || f.StartsWith("/dev/fb", StringComparison.Ordinal));
        host.Run(Programs.Hello);
        WaitForHello(host);
        Assert.Equal(0, IdleTests.SwitchesInAWindow(host, enough: 0));
    }

    private static void WaitForHello(MmmHost host) => host.WaitForClient("Hello");

    [Fact]
    public void Apps_live_on_when_the_server_ends_and_the_window_returns_with_it()
    {
        using var host = Host("x11:320x200");
        var app = host.Run(Programs.Hello);
        WaitForSame(host);
        xvfb.Stop();
        host.WaitForLog("the window is gone");
        xvfb.Start();
        host.WaitForLog("is back");
        WaitForSame(host, p => p[0, 0] == 0x203040);
        Assert.False(app.HasEnded);
    }

    [Fact]
    public void What_is_missing_is_said_in_one_line()
    {
        using var temp = new TempDirectory();
        AssertFault("x11", [("DISPLAY", ":7654")], "mmm: x11: the display :7654 cannot be connected to; ");
        AssertFault("wayland", [("XDG_RUNTIME_DIR", temp.Path), ("WAYLAND_DISPLAY", "wayland-5")],
            $"mmm: wayland: {temp["wayland-5"]}: cannot be connected to: ");
        AssertFault("wayland", [("XDG_RUNTIME_DIR", null), ("WAYLAND_DISPLAY", null)], "mmm: wayland: XDG_RUNTIME_DIR is not set, ");
        AssertFault("wayland:0x5", [], "mmm: --display is wayland:0x5; width and height must be 1 to 8192");
        AssertFault("x11:", [], "mmm: --display is x11:; it must be auto, ");

        void AssertFault(string display, (string, string?)[] environment, string line)
        {
            using var host = new Child(Programs.Mmm, ["--display", display, "--path", temp["mmm"]], environment);
            Assert.Equal(1, host.WaitForEnd());
            Assert.StartsWith(line, Assert.Single(host.Errors));
        }
    }
}
