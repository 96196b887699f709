namespace FbHost.Tests.Windows;

/// <summary>The host as a window of a compositor that has only what the oldest ones have, and a touch screen.</summary>
public class FakeCompositorTests
{
    private static MmmHost Host(FakeCompositor compositor, string window = "wayland")
    {
        var host = new MmmHost(window: window, start: false) { Environment = compositor.Environment };
        host.Start();
        return host;
    }

    private static HandMade Client(MmmHost host, string values)
    {
        var client = new HandMade(host, "touched");
        client.SetValue("events", values);
        Assert.Equal("mmm 1 ok", client.Connect());
        client.Present();
        client.Ring();
        host.WaitForClient("touched");
        return client;
    }

    private static void WaitForEvents(HandMade client, params string[] last) => Wait.Until(
        () => client.Events.Length >= last.Length && client.Events[^last.Length..].SequenceEqual(last), string.Join(" | ", last),
        () => string.Join(" | ", client.Events));

    private static void WaitForSame(MmmHost host, FakeCompositor compositor, Func<Picture, bool>? condition = null) =>
        Wait.Until(() => compositor.Shown is { } shown && shown.IsSame(Picture.OfHost(host)) && (condition?.Invoke(shown) ?? true),
            "the host's picture", () => $"{compositor.Shown?.Width}x{compositor.Shown?.Height} {host.AllLog()}");

    [Fact]
    public void Fingers_touch_and_are_lifted_when_the_seat_loses_its_touch_screen()
    {
        using var compositor = new FakeCompositor(("wl_seat", 5));
        using var host = Host(compositor);
        using var client = Client(host, "multitouch");
        compositor.Send(w => w.Begin(compositor.Seat, 0).UInt(4).End());
        Wait.Until(() => compositor.Touch != 0, "a touch screen");
        compositor.Send(w =>
        {
            Down(w, 7, 10, 20);
            Down(w, 9, 30.5, 5.25);
            w.Begin(compositor.Touch, 2).UInt(1).Int(7).Fixed(11).Fixed(21).End();
            w.Begin(compositor.Touch, 1).UInt(1).UInt(1).Int(7).End();
        });
        WaitForEvents(client, "mouse-press 10 20 0", "mouse-press 30 5 1", "mouse-drag 11 21 0", "mouse-release 11 21 0");
        compositor.Send(w => w.Begin(compositor.Seat, 0).UInt(0).End());
        WaitForEvents(client, "mouse-release 30 5 1");

        void Down(Desktop.Wayland.Wire.WireConnection w, int finger, double x, double y) =>
            w.Begin(compositor.Touch, 0).UInt(1).UInt(1).UInt(compositor.Surface).Int(finger).Fixed(x).Fixed(y).End();
    }

    [Fact]
    public void Devices_that_come_and_go_are_bound_once_each()
    {
        using var compositor = new FakeCompositor(("wl_seat", 5));
        using var host = Host(compositor);
        using var client = Client(host, "key-release");
        foreach (var capabilities in (ReadOnlySpan<uint>)[3, 3, 7, 2, 0, 2])
            compositor.Send(w => w.Begin(compositor.Seat, 0).UInt(capabilities).End());
        Wait.Until(() => compositor.Devices is
        [
            "pointer", "keyboard", "touch", "pointer released", "touch released", "keyboard released", "keyboard"
        ], "the devices", () => string.Join(" | ", compositor.Devices));
        compositor.Send(w =>
        {
            w.Begin(compositor.Keyboard, 1).UInt(1).UInt(compositor.Surface).Array([]).End();
            w.Begin(compositor.Keyboard, 3).UInt(1).UInt(1).UInt(30).UInt(1).End(); // KEY_A, without any keymap: the built-in US map
        });
        WaitForEvents(client, "a");
        compositor.Send(w => w.Begin(compositor.Keyboard, 2).UInt(1).UInt(compositor.Surface).End());
        WaitForEvents(client, "a", "key-release a");
    }

    [Fact]
    public void A_screen_of_scale_2_without_viewports_gets_every_pixel()
    {
        using var compositor = new FakeCompositor(("wl_output", 2));
        using var host = Host(compositor);
        host.Run(Programs.Hello);
        WaitForSame(host, compositor, p => (p.Width, p.Height) == (800, 480) && p[400, 240] == 0xFFFFFF);
        compositor.Send(w =>
        {
            w.Begin(compositor.Output, 3).Int(2).End();
            w.Begin(compositor.Surface, 0).UInt(compositor.Output).End();
        });
        WaitForSame(host, compositor, p => (p.Width, p.Height) == (1600, 960) && p[800, 480] == 0xFFFFFF);
        Assert.Equal(2, compositor.BufferScale);
    }

    [Fact]
    public void A_window_that_becomes_visible_again_shows_the_last_picture()
    {
        using var compositor = new FakeCompositor();
        using var host = Host(compositor);
        host.Run(Programs.Hello);
        WaitForSame(host, compositor, p => p[0, 0] == 0x203040);
        compositor.Send(_ => compositor.IsVisible = false);
        for (var i = 0; i < 3; i++)
            Assert.Equal(0, host.Ctl("event", "Hello", "return").WaitForEnd());
        Wait.Until(() => Picture.OfHost(host)[0, 0] == 0xFFC030 && host.Client("Hello")!.Frames >= 4, "the picture in the host");
        compositor.Send(_ =>
        {
            compositor.IsVisible = true;
            compositor.AnswerFrames();
        });
        WaitForSame(host, compositor, p => p[0, 0] == 0xFFC030);
    }

    [Fact]
    public void A_configure_without_a_change_is_acknowledged_and_committed()
    {
        using var compositor = new FakeCompositor();
        using var host = Host(compositor);
        WaitForSame(host, compositor);
        var before = compositor.Commits;
        compositor.Send(_ => compositor.Configure(800, 480, 4));
        Wait.Until(() => compositor.Commits > before, "a commit");
    }

    [Fact]
    public void An_error_of_the_compositor_is_said_in_one_line()
    {
        using var compositor = new FakeCompositor();
        using var host = Host(compositor);
        compositor.Send(w => w.Begin(1, 0).UInt(5).UInt(3).String("a reason").End());
        host.WaitForLog("the window is gone: the compositor reports error 3 of object 5: a reason");
        Assert.False(host.Process.HasEnded);
    }
}
