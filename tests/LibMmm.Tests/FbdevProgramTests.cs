using System.Runtime.InteropServices;

namespace LibMmm.Tests;

/// <summary>Programs of Debian for the framebuffer, run by mmm-fbdev.</summary>
public class FbdevProgramTests
{
    private const int Page = 0x102030, Box = 0xC01050, Other = 0x008000;

    private static void Click(MmmHost host, string client, int x, int y)
    {
        host.Ask("event", client, $"mouse-press {x} {y} 0 left mouse");
        host.Ask("event", client, $"mouse-release {x} {y} 0 left mouse");
    }

    // A coloured box that is a link to a page of another colour.
    private static string Pages(MmmHost host)
    {
        Shell.Run($"convert -size 200x150 xc:#{Box:x6} -depth 8 PNG24:{host.Temp["box.png"]}");
        host.Temp.Write("other.html", $"""<html><body bgcolor="#{Other:x6}"><p>Other</p></body></html>""");
        return host.Temp.Write("page.html", $"""
            <html><body bgcolor="#{Page:x6}"><a href="other.html"><img src="box.png" width="200" height="150" border="0"></a>
            <div style="height: 2000px"></div></body></html>
            """);
    }

    private static int[] Image(string file)
    {
        Shell.Run($"convert {file} -depth 8 bgra:{file}.raw");
        return [.. MemoryMarshal.Cast<byte, int>(File.ReadAllBytes(file + ".raw")).ToArray().Select(p => p & 0xFFFFFF)];
    }

    private static void WaitForImage(MmmHost host, string file)
    {
        var expected = Image(file);
        Wait.Until(() => host.Picture().SequenceEqual(expected), $"the picture {file}", host.AllLog);
    }

    [Fact]
    public void Fbi_shows_pictures_and_goes_on_by_a_key()
    {
        using var host = new MmmHost();
        var (one, two) = (host.Temp["one.png"], host.Temp["two.png"]);
        Shell.Run($"convert -seed 1 -size 320x200 plasma:red-blue -depth 8 PNG24:{one}");
        Shell.Run($"convert -size 320x200 gradient:green-white -depth 8 PNG24:{two}");
        var fbi = Framebuffer.Run(host, "fbi", "--noverbose", one, two);
        WaitForImage(host, one);
        host.Ask("event", "fbi", "page-down");
        WaitForImage(host, two);
        host.Ask("event", "fbi", "page-up");
        WaitForImage(host, one);
        host.Ask("event", "fbi", "q");
        Assert.Equal(0, fbi.WaitForEnd());
    }

    [Fact]
    public void Links_shows_a_page_and_follows_a_link_by_a_click_and_back_by_a_key()
    {
        using var host = new MmmHost(640, 480);
        Framebuffer.Run(host, "links2", "-g", "-driver", "fb", Pages(host));
        host.WaitForPixel(320, 310, 0xE0E0E0); // its greeting, which the key closes
        host.Ask("event", "links2", "return");
        host.WaitForPixel(60, 60, Box);
        host.WaitForPixel(500, 300, Page);
        Click(host, "links2", 100, 100);
        host.WaitForPixel(500, 300, Other);
        host.Ask("event", "links2", "left");
        host.WaitForPixel(60, 60, Box);
    }

    [Fact]
    public void Netsurf_shows_a_page_follows_a_link_by_a_click_and_scrolls_by_a_key()
    {
        using var host = new MmmHost(640, 480);
        Framebuffer.Run(host, "netsurf-fb", "-f", "sdl", "-w", "640", "-h", "480", "file://" + Pages(host));
        host.WaitForPixel(100, 120, Box);
        host.WaitForPixel(500, 300, Page);
        host.Ask("event", "netsurf-fb", "page-down");
        host.WaitForPixel(100, 120, Page);
        host.Ask("event", "netsurf-fb", "page-up");
        host.WaitForPixel(100, 120, Box);
        Click(host, "netsurf-fb", 100, 120);
        host.WaitForPixel(500, 300, Other);
    }

    [Fact]
    public void Mplayer_shows_a_picture_and_ends_by_a_key()
    {
        using var host = new MmmHost();
        var picture = host.Temp["picture.png"];
        Shell.Run($"convert -size 320x100 xc:#C01050 xc:#1040E0 -append -depth 8 PNG24:{picture}");
        var mplayer = Framebuffer.Run(host, "mplayer", "-noconfig", "all", "-vo", "fbdev2", "-nosound", "-loop", "0", "mf://" + picture);
        WaitForImage(host, picture);
        host.Ask("event", "mplayer", "q");
        Assert.Equal(0, mplayer.WaitForEnd());
    }
}
