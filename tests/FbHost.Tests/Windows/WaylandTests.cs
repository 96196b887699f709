namespace FbHost.Tests.Windows;

/// <summary>The host as a window of sway. One window is there at a time.</summary>
public sealed class WaylandTests(Sway sway) : IClassFixture<Sway>
{
    private MmmHost Host(string window = "wayland", string? config = null)
    {
        var host = new MmmHost(window: window, start: false, config: config) { Environment = sway.Environment };
        host.Start();
        return host;
    }

    private void WaitForWindow(Func<(string Name, int X, int Y, int Width, int Height, bool FullScreen), bool> condition, string what) =>
        Wait.Until(() => sway.Window() is { } w && condition(w), what, () => $"{sway.Window()}");

    // The window shows pixel for pixel what the host has.
    private void WaitForSame(MmmHost host, Func<Picture, bool>? condition = null)
    {
        Picture? shown = null;
        Wait.Until(() =>
        {
            var window = sway.Window();
            var screen = sway.Screen();
            if (window is not { } w || w.Width < 0 || w.X + w.Width > screen.Width || w.Y + w.Height > screen.Height)
                return false;
            shown = screen.Part(w.X, w.Y, w.Width, w.Height);
            return shown.IsSame(Picture.OfHost(host)) && (condition?.Invoke(shown) ?? true);
        }, "the host's picture in the window", () => $"{sway.Window()}, shown {shown?.Width}x{shown?.Height}, log {host.AllLog()}");
    }

    [Fact]
    public void A_window_fills_the_screen_and_shows_the_apps_picture()
    {
        using var host = Host();
        host.Run(Programs.Hello);
        WaitForSame(host, p => (p.Width, p.Height) == (Sway.Width, Sway.Height) && p[0, 0] == 0x203040);
        host.WaitForClient("Hello", c => (c.Width, c.Height) == (Sway.Width, Sway.Height));
        WaitForWindow(w => w.Name == "Hello", "the app's name in the title");
    }

    [Fact]
    public void A_change_of_a_part_is_shown_in_both_buffers()
    {
        using var host = Host();
        using var client = new HandMade(host, "part");
        Assert.Equal("mmm 1 ok", client.Connect());
        for (var i = 0; i < 5; i++)
        {
            client.Present();
            client.Ring();
            Wait.Until(() => client.Peek(HandMade.Flip) == 1, "the host has taken the frame");
            WaitForSame(host);
        }
    }

    [Fact]
    public void A_window_is_resized_and_its_app_with_it()
    {
        using var host = Host();
        host.Run(Programs.Hello);
        WaitForSame(host);
        sway.Message("floating enable, resize set 301 203");
        WaitForSame(host, p => (p.Width, p.Height) == (301, 203) && p[150, 101] == 0xFFFFFF);
        sway.Message("resize set 500 333");
        WaitForSame(host, p => (p.Width, p.Height) == (500, 333) && p[250, 166] == 0xFFFFFF);
        host.WaitForClient("Hello", c => (c.Width, c.Height) == (500, 333));
    }

    [Fact]
    public void A_panel_of_fixed_size_keeps_it()
    {
        using var host = Host("wayland:320x200");
        host.Run(Programs.Hello);
        WaitForSame(host, p => (p.Width, p.Height) == (320, 200)); // a window of fixed size floats
        sway.Message("floating disable");
        WaitForWindow(w => w.Width == Sway.Width, "the tiled window");
        Wait.Until(() => sway.Screen() is var s && s[5, 5] == 0x203040 && s[Sway.Width / 2, Sway.Height / 2] == 0xFFFFFF,
            "the picture, scaled to the window");
        Assert.Equal((320, 200), (Picture.OfHost(host).Width, Picture.OfHost(host).Height));
    }

    [Fact]
    public void A_screen_of_scale_2_gets_every_pixel()
    {
        using var host = Host("wayland");
        host.Run(Programs.Hello);
        WaitForSame(host);
        sway.Message("floating enable, resize set 200 100, move position 20 30");
        WaitForSame(host, p => p.Width == 200);
        try
        {
            sway.Message("output HEADLESS-1 scale 2");
            Wait.Until(() => Picture.OfHost(host) is { Width: 400, Height: 200 }, "a panel of twice the size", host.AllLog);
            Wait.Until(() => sway.Screen().Part(40, 60, 400, 200).IsSame(Picture.OfHost(host)), "the same pixels",
                () => $"{sway.Window()}");
        }
        finally
        {
            sway.Message("output HEADLESS-1 scale 1");
        }
    }

    [Fact]
    public void Keys_type_by_the_compositors_keymap()
    {
        using var host = Host();
        var raw = host.Raw("--size 64x48 color 00ff00");
        host.WaitForClient("raw");
        WaitForWindow(w => w.Name == "raw", "the window");
        sway.Run("wtype", "-s", "600", "aZ€ß", "-k", "Return", "-M", "ctrl", "-k", "c", "-m", "ctrl", "-s", "200");
        raw.WaitForEvents("a", "Z", "€", "ß", "return", "control-c");
    }

    [Fact]
    public void The_pointer_reaches_the_pixel_under_it()
    {
        using var host = Host();
        var raw = host.Raw($"--size {Sway.Width}x{Sway.Height} color 00ff00");
        host.WaitForClient("raw");
        WaitForWindow(w => w is { Name: "raw", Width: Sway.Width }, "the window");
        using var pointer = new VirtualPointer(sway);
        pointer.MoveTo(3, 5);
        pointer.MoveTo(Sway.Width - 1, Sway.Height - 1);
        pointer.MoveTo(0, 0);
        pointer.Button(0x110, true);
        pointer.MoveTo(100, 200);
        pointer.Button(0x110, false);
        pointer.Button(0x111, true); // the protocol has no event for other buttons
        pointer.Button(0x111, false);
        pointer.MoveTo(7, 8);
        string[] last = ["mouse-press 0 0", "mouse-drag 100 200", "mouse-release 100 200", "mouse-motion 7 8"];
        Wait.Until(() => raw.Events.TakeLast(4).SequenceEqual(last), "the last motion", () => string.Join(" | ", raw.Events));
    }

    [Fact]
    public void The_wheel_scrolls()
    {
        using var host = Host();
        using var client = new HandMade(host, "wheel");
        client.SetValue("events", "scroll");
        Assert.Equal("mmm 1 ok", client.Connect());
        client.Present();
        client.Ring();
        host.WaitForClient("wheel");
        WaitForWindow(w => w.Name == "wheel", "the window");
        using var pointer = new VirtualPointer(sway);
        pointer.MoveTo(2, 2);
        pointer.MoveTo(1, 1);
        pointer.Wheel(horizontal: false, 2);
        pointer.Wheel(horizontal: true, -1);
        Wait.Until(() => client.Events is [.., "mouse-scroll 1 1 0 2", "mouse-scroll 1 1 -1 0"], "two scrolls",
            () => string.Join(" | ", client.Events));
    }

    [Fact]
    public void Host_keys_full_screen_portrait_and_screenshot()
    {
        using var host = Host();
        host.Run(Programs.Hello);
        WaitForSame(host);
        sway.Message("floating enable, resize set 300 200");
        WaitForSame(host, p => p.Width == 300);
        sway.Run("wtype", "-s", "600", "-M", "ctrl", "-M", "shift", "R", "-m", "shift", "-m", "ctrl", "-s", "200");
        WaitForSame(host, p => (p.Width, p.Height) == (200, 300) && p[100, 150] == 0xFFFFFF);
        sway.Run("wtype", "-s", "600", "-k", "F11", "-s", "200");
        WaitForWindow(w => w.FullScreen, "the full screen");
        WaitForSame(host, p => p.Width == Sway.Width);
        sway.Run("wtype", "-s", "600", "-k", "F11", "-s", "200");
        WaitForWindow(w => !w.FullScreen, "the window");
        sway.Run("wtype", "-s", "600", "-M", "ctrl", "-M", "shift", "S", "-m", "shift", "-m", "ctrl", "-s", "200");
        host.WaitForLog("screenshot: ");
        var file = host.Log.Last(l => l.Contains("screenshot: ")).Split("screenshot: ")[1];
        Wait.Until(() => File.Exists(file), file);
        File.Delete(file);
    }

    [Fact]
    public void Closing_the_window_ends_the_host()
    {
        using var host = Host();
        host.Run(Programs.Hello);
        WaitForSame(host);
        sway.Message("kill");
        Assert.Equal(0, host.Process.WaitForEnd());
    }

    [Fact]
    public void The_host_takes_no_terminal_and_no_device()
    {
        using var host = new MmmHost(window: "auto", start: false) { Environment = sway.Environment };
        host.Start("--input", "auto");
        Assert.Contains(host.Log, l => l.Contains("in a window (Wayland), 0 input devices", StringComparison.Ordinal));
        var open = Directory.GetFiles($"/proc/{host.Process.Pid}/fd").Select(f => new FileInfo(f).LinkTarget ?? "").ToList();
        Assert.DoesNotContain(open, f => f.StartsWith("/dev/dri", StringComparison.Ordinal)
            || f.StartsWith("/dev/input", StringComparison.Ordinal) || f.StartsWith("/dev/tty", StringComparison.Ordinal)
            || f.StartsWith("/dev/fb", StringComparison.Ordinal));
    }

    [Fact]
    public void A_hidden_window_slows_its_clients_and_an_idle_one_sleeps()
    {
        using var host = Host();
        host.Raw("animate");
        host.WaitForClient("raw");
        sway.Message("workspace 2");
        try
        {
            Wait.Until(() => Rate() is > 0 and < 15, "a slow animation", () => $"{Rate()} frames a second");
        }
        finally
        {
            sway.Message("workspace 1");
        }
        Wait.Until(() => Rate() > 15, "a fast animation", () => $"{Rate()} frames a second");

        double Rate()
        {
            var (start, before) = (Environment.TickCount64, host.Client("raw")!.Frames);
            Thread.Sleep(1000);
            return (host.Client("raw")!.Frames - before) * 1000.0 / (Environment.TickCount64 - start);
        }
    }

    [Fact]
    public void An_idle_window_costs_no_wakeup()
    {
        using var host = Host();
        host.Run(Programs.Hello);
        WaitForSame(host);
        Assert.Equal(0, IdleTests.SwitchesInAWindow(host, enough: 0));
    }

    [Fact]
    public void Apps_live_on_when_the_compositor_ends_and_the_window_returns_with_it()
    {
        using var host = Host();
        var app = host.Run(Programs.Hello);
        WaitForSame(host);
        sway.Kill();
        host.WaitForLog("the window is gone");
        sway.Start();
        host.WaitForLog("is back");
        WaitForSame(host, p => p[0, 0] == 0x203040);
        Assert.False(app.HasEnded);
        sway.Run("wtype", "-s", "600", "-k", "Return", "-s", "200");
        WaitForSame(host, p => p[0, 0] == 0xFFC030);
    }

    [Fact]
    public void An_app_that_starts_its_own_host_ends_when_its_window_is_closed()
    {
        using var app = new Child(Programs.Hello, [], [.. sway.Environment, ("PATH", Programs.PathWithMmm)]);
        WaitForWindow(w => w.Name == "Hello", "the window");
        sway.Message("kill");
        Assert.Equal(0, app.WaitForEnd());
    }

    // A newcomer's first command, on a desktop.
    [Fact]
    public void The_script_run_shows_an_app_in_a_window()
    {
        using var temp = new TempDirectory();
        using var run = new Child(Path.Combine(Repository.Root, "run"), ["Hello"],
            [.. sway.Environment, ("MMM_PATH", temp["mmm"]), ("RUNTIME_DIRECTORY", temp["own"])]);
        Wait.Until(() => run.HasEnded || sway.Window() is { Name: "Hello" }, "the window", Said, TimeSpan.FromMinutes(5));
        Wait.Until(() => sway.Screen()[0, 0] == 0x203040, "the app's picture", Said);
        sway.Message("kill");
        Assert.Equal(0, run.WaitForEnd());

        string Said() => string.Join(" | ", [.. run.Output, .. run.Errors]);
    }
}
