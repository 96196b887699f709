using Mmm;
using View.Rfb;

namespace View.Tests;

/// <summary>A viewer sees what the host shows, in each version and format, and its input does what a mouse and a keyboard do.</summary>
public sealed class RfbTests
{
    [Theory]
    [InlineData("RFB 003.003\n")]
    [InlineData("RFB 003.007\n")]
    [InlineData("RFB 003.008\n")]
    public void Each_version_shows_the_picture(string version)
    {
        using var host = new MmmHost();
        using var painter = new Painter(host);
        painter.Draw(Painter.Interface);
        using var viewer = new Viewer(host);
        using var client = new RfbClient(viewer.RfbPort, version);
        Assert.Equal((320, 200, "mmm"), (client.Width, client.Height, client.Name));
        client.WaitForPicture(host.Picture());
        Assert.Equal([RfbClient.Raw], client.Seen);
    }

    [Fact]
    public void Changes_follow_by_zrle_and_only_they()
    {
        using var host = new MmmHost();
        using var painter = new Painter(host);
        painter.Draw(Painter.Interface);
        using var viewer = new Viewer(host);
        using var client = new RfbClient(viewer.RfbPort);
        client.SetEncodings(RfbClient.Zrle, RfbClient.Raw);
        client.WaitForPicture(host.Picture());
        var before = client.Received;
        for (var i = 0; i < 20; i++)
        {
            var colour = 0x10203 * i;
            client.Request(incremental: true);
            painter.Draw((_, _) => colour, new Rect(3 * i, 2 * i, 9, 7));
            client.ReadUpdate();
        }
        Assert.InRange(client.Received - before, 20, 20 * 100);
        while (!client.Picture.SequenceEqual(host.Picture()))
        {
            client.Request(incremental: true);
            client.ReadUpdate();
        }
        Assert.Equal([RfbClient.Zrle], client.Seen);
    }

    public static TheoryData<int, bool> Formats => new() { { 32, true }, { 32, false }, { 16, true }, { 16, false }, { 8, false } };

    [Theory, MemberData(nameof(Formats))]
    public void The_viewers_pixel_format_is_used(int bits, bool isBigEndian)
    {
        var format = bits switch
        {
            32 => new PixelFormat(32, 24, isBigEndian, 255, 255, 255, 0, 8, 16),
            16 => new PixelFormat(16, 16, isBigEndian, 31, 63, 31, 11, 5, 0),
            _ => new PixelFormat(8, 8, isBigEndian, 7, 7, 3, 0, 3, 6),
        };
        using var host = new MmmHost();
        using var painter = new Painter(host);
        painter.Draw(Painter.Photo);
        using var viewer = new Viewer(host);
        int[] expected = [.. host.Picture().Select(c => Rounded(c, format))];
        foreach (var encoding in new[] { RfbClient.Raw, RfbClient.Zrle })
        {
            using var client = new RfbClient(viewer.RfbPort);
            client.SetFormat(format);
            client.SetEncodings(encoding);
            client.WaitForPicture(expected);
        }

        static int Rounded(int colour, PixelFormat f)
        {
            int Part(int value, int max) => (int)Math.Round(value * (double)max / 255, MidpointRounding.AwayFromZero) * 255 / max;
            return Part(colour >> 16, f.RedMax) << 16 | Part(colour >> 8 & 255, f.GreenMax) << 8 | Part(colour & 255, f.BlueMax);
        }
    }

    [Fact]
    public void Mouse_wheel_and_keys_reach_the_app()
    {
        using var host = new MmmHost();
        using var app = host.Raw("color 00ff00");
        host.WaitForClient("raw");
        using var viewer = new Viewer(host);
        using var client = new RfbClient(viewer.RfbPort);
        client.Pointer(1, 10, 20);
        client.Pointer(1, 30, 40);
        client.Pointer(0, 30, 40);
        client.Key(0xFFE1, true); // Shift_L
        client.Key('A', true);
        client.Key('A', false);
        client.Key(0xFFE1, false);
        client.Key('B', true); // a viewer without a Shift key
        client.Key('B', false);
        client.Key(0x1000151, true); // ő: no key of a US keyboard
        client.Key(0x1000151, false);
        client.Key(0xFF0D, true);
        client.Key(0xFF0D, false);
        client.QemuKey('y', 0x15, true);
        client.QemuKey('y', 0x15, false);
        client.QemuKey(0xFF51, 0xCB, true);
        client.QemuKey(0xFF51, 0xCB, false);
        string[] expected =
            ["mouse-press 10 20", "mouse-drag 30 40", "mouse-release 30 40", "A", "B", "ő", "return", "y", "left"];
        Wait.Until(() => app.Events.Count(e => !e.StartsWith("mouse-motion", StringComparison.Ordinal)) >= expected.Length, "the events",
            () => string.Join(" | ", app.Events));
        Assert.Equal(expected, app.Events.Where(e => !e.StartsWith("mouse-motion", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_a_viewer_holds_is_released_when_it_leaves()
    {
        using var host = new MmmHost();
        using var app = host.Raw("color 00ff00");
        host.WaitForClient("raw");
        using var viewer = new Viewer(host);
        using var other = new RfbClient(viewer.RfbPort); // so mmm-view stays connected to the host
        using (var client = new RfbClient(viewer.RfbPort))
        {
            client.Key(0xFFE3, true); // Control_L
            client.Pointer(1, 10, 20);
            Wait.Until(() => app.Events.Contains("mouse-press 10 20"), "the press");
        }
        Wait.Until(() => app.Events.Contains("mouse-release 10 20"), "the release", () => string.Join(" | ", app.Events));
        using var next = new RfbClient(viewer.RfbPort);
        next.Key('c', true);
        Wait.Until(() => app.Events[^1] is "c" or "control-c", "the key", () => string.Join(" | ", app.Events));
        Assert.Equal("c", app.Events[^1]);
    }

    [Fact]
    public void A_viewer_that_may_only_see_changes_nothing()
    {
        using var host = new MmmHost();
        using var app = host.Raw("color 00ff00");
        host.WaitForClient("raw");
        using var viewer = new Viewer(host, "--view-only");
        using var client = new RfbClient(viewer.RfbPort);
        client.Pointer(1, 10, 20);
        client.Key('c', true);
        client.WaitForPicture(host.Picture());
        host.Ask("tap", "1", "1");
        app.WaitForEvents("mouse-press 1 1", "mouse-release 1 1");
    }

    [Fact]
    public void A_host_that_starts_again_is_shown_again_in_its_new_size()
    {
        using var host = new MmmHost();
        using var viewer = new Viewer(host);
        using var client = new RfbClient(viewer.RfbPort);
        client.SetEncodings(RfbClient.Zrle, Encodings.DesktopSize);
        client.WaitForPicture(host.Picture());
        host.Stop();
        client.Request(incremental: true);
        host.Start("--display", "memory:200x100");
        using var app = host.Raw("--size 200x100 color 00ff00");
        Wait.Until(() =>
        {
            client.ReadUpdate();
            client.Request(incremental: true);
            return client.Width == 200 && client.Picture.All(c => c == 0x00FF00);
        }, "the app on the new screen");
        Assert.Equal((200, 100), (client.Width, client.Height));
    }

    [Fact]
    public void A_viewer_may_be_there_before_the_host()
    {
        using var host = new MmmHost(start: false);
        using var viewer = new Viewer(host);
        using var client = new RfbClient(viewer.RfbPort);
        client.SetEncodings(RfbClient.Zrle, Encodings.DesktopSize);
        client.Request(incremental: false);
        client.ReadUpdate();
        client.Request(incremental: true);
        host.Start();
        client.ReadUpdate();
        Assert.Equal((320, 200), (client.Width, client.Height));
    }

    [Fact]
    public void The_viewer_cannot_change_the_size()
    {
        using var host = new MmmHost();
        using var viewer = new Viewer(host);
        using var client = new RfbClient(viewer.RfbPort);
        client.SetEncodings(RfbClient.Zrle, Encodings.ExtendedDesktopSize, Encodings.Cursor, Encodings.QemuKeys);
        client.WaitForPicture(host.Picture());
        Assert.Contains(Encodings.Cursor, client.Seen);
        Assert.Contains(Encodings.QemuKeys, client.Seen);
        client.Send([251, 0, 0, 64, 0, 64, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 64, 0, 64, 0, 0, 0, 0]);
        client.Request(incremental: true);
        client.ReadUpdate();
        Assert.Equal((1, 1), client.LastSizeStatus);
        Assert.Equal(320, client.Width);
    }

    [Fact]
    public void Continuous_updates_come_without_requests_and_at_the_viewers_pace()
    {
        using var host = new MmmHost();
        using var painter = new Painter(host);
        using var viewer = new Viewer(host);
        using var client = new RfbClient(viewer.RfbPort);
        client.SetEncodings(RfbClient.Zrle, Encodings.ContinuousUpdates);
        Assert.Equal(150, client.Read(1)[0]);
        client.Send([150, 1, 0, 0, 0, 0, 1, 64, 0, 200]);
        painter.Draw(Painter.Interface);
        Wait.Until(() =>
        {
            client.ReadUpdate();
            return client.Picture.SequenceEqual(host.Picture());
        }, "the picture");
        client.Send([150, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        client.ReadUntil(150);
        client.SetEncodings(RfbClient.Zrle, Encodings.Fence);
        Assert.Equal([248, 0, 0, 0, 128, 0, 0, 0, 0], client.Read(9));
        client.Send([248, 0, 0, 0, 128, 0, 0, 3, 2, 7, 9]);
        Assert.Equal([248, 0, 0, 0, 0, 0, 0, 3, 2, 7, 9], client.Read(11));
    }

    // Its notices and updates are those that it takes: the host draws hundreds of frames meanwhile.
    [Fact]
    public void A_viewer_that_does_not_read_delays_nobody_and_then_gets_the_newest_picture()
    {
        using var host = new MmmHost();
        host.Raw("animate");
        host.WaitForClient("raw");
        using var viewer = new Viewer(host);
        using var slow = new RfbClient(viewer.RfbPort);
        slow.SetEncodings(RfbClient.Raw, Encodings.ContinuousUpdates);
        Assert.Equal(150, slow.Read(1)[0]);
        slow.Send([150, 1, 0, 0, 0, 0, 1, 64, 0, 200]);
        using var quick = new RfbClient(viewer.RfbPort);
        quick.Request(incremental: false);
        for (var i = 0; i < 100; i++)
        {
            quick.ReadUpdate();
            quick.Request(incremental: true);
        }
        var memory = File.ReadLines($"/proc/{viewer.Process.Pid}/status").Single(l => l.StartsWith("VmRSS", StringComparison.Ordinal));
        Assert.InRange(int.Parse(memory.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]), 0, 200_000);
        slow.ReadUpdate();
    }
}
