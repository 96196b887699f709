using System.Runtime.InteropServices;
using Mmm.Protocol;

namespace FbHost.Tests;

/// <summary>Pixels of clients that only know the offsets, on the memory display.</summary>
public class PictureTests
{
    [Theory]
    [InlineData("")]
    [InlineData("--arm ")]
    public void A_program_that_only_knows_the_offsets_is_shown_with_pixels_title_and_events(string abi)
    {
        using var host = new MmmHost();
        using var client = host.Raw($"{abi}--title Größe --size 64x48 color 336699");
        host.WaitForRectangle(0, 0, 64, 48, 0x336699);
        var info = host.WaitForClient("Größe");
        Assert.Equal((client.Pid, 64, 48, false, true), (info.Pid, info.Width, info.Height, info.Bell, info.Focus));
        Assert.Equal(("320", "200"), (info.Values["host-width"], info.Values["host-height"]));
        host.Ask("event", "Größe", "mouse-press 3 4");
        host.Ask("send", "Größe", "hello there");
        client.WaitForEvents("mouse-press 3 4", "message hello there");
    }

    [Fact]
    public void A_client_that_sets_no_damage_is_shown_whole()
    {
        using var host = new MmmHost();
        host.Raw("nodamage 112233");
        host.WaitForRectangle(0, 0, 64, 48, 0x112233);
    }

    [Fact]
    public void Pixels_outside_the_damage_do_not_change()
    {
        using var host = new MmmHost();
        host.Raw("--size 320x200 damage 0000ff 00ff00 10 20 30 40");
        host.WaitForRectangle(10, 20, 30, 40, 0x00ff00, around: 0x0000ff);
    }

    [Fact]
    public void Negative_damage_means_everything_and_damage_beyond_the_picture_is_cut()
    {
        using var host = new MmmHost();
        host.Raw("--size 320x200 damage 0000ff 00ff00 5 5 -1 -1");
        host.WaitForRectangle(0, 0, 320, 200, 0x00ff00);
        host.Raw("--title Two --size 320x200 damage ff0000 ffff00 300 190 2147483647 2147483647");
        host.WaitForRectangle(300, 190, 20, 10, 0xffff00, around: 0xff0000);
    }

    [Fact]
    public void The_newest_client_is_on_top_and_focused_and_its_end_shows_what_is_beneath()
    {
        using var host = new MmmHost();
        host.Raw("--title Low --size 40x40 --at 10,10 color ff0000");
        host.WaitForClient("Low");
        using var top = host.Raw("--title Top --size 40x40 --at 30,10 color 00ff00");
        host.WaitForPixel(60, 30, 0x00ff00);
        host.WaitForPixel(35, 30, 0x00ff00);
        host.WaitForPixel(15, 30, 0xff0000);
        Assert.True(host.Client("Top")!.Focus);
        top.Signal(Child.SIGKILL);
        host.WaitForRectangle(10, 10, 40, 40, 0xff0000);
        Assert.True(host.Client("Low")!.Focus);
        Wait.Until(() => Directory.GetFiles(host.Path, "fb.*").Length == 1, "the end of the killed client's file");
    }

    [Fact]
    public void Damage_of_a_covered_client_does_not_show_through()
    {
        using var host = new MmmHost();
        host.Raw("--title Low --size 60x60 animate");
        host.WaitForClient("Low");
        host.Raw("--title Top --size 20x20 --at 20,20 color 00ff00");
        host.WaitForPixel(30, 30, 0x00ff00);
        var frames = host.Client("Low")!.Frames;
        host.WaitForClient("Low", c => c.Frames > frames + 20);
        Assert.Equal(0x00ff00, host.Pixel(20, 20));
        Assert.Equal(0x00ff00, host.Pixel(39, 39));
        Assert.NotEqual(0x00ff00, host.Pixel(40, 39));
    }

    [Theory]
    [InlineData(-20, 50, 0, 50, 44, 48)]
    [InlineData(50, -30.9, 50, 0, 64, 18)]
    [InlineData(300, 50, 300, 50, 20, 48)]
    [InlineData(50, 180, 50, 180, 64, 20)]
    [InlineData(-10, -10, 0, 0, 54, 38)]
    public void A_picture_is_clipped_at_the_edges_of_the_screen(double x, double y, int left, int top, int width, int height)
    {
        using var host = new MmmHost();
        host.Raw(FormattableString.Invariant($"--at {x},{y} color 445566"));
        host.WaitForRectangle(left, top, width, height, 0x445566);
    }

    [Fact]
    public void A_picture_larger_than_the_screen_fills_it()
    {
        using var host = new MmmHost();
        host.Raw("--size 1000x700 --at -100,-100 color 445566");
        host.WaitForRectangle(0, 0, 320, 200, 0x445566);
    }

    [Fact]
    public void The_pixel_format_RGBA_swaps_red_and_blue_and_an_unknown_one_is_named_once()
    {
        using var host = new MmmHost();
        host.Raw("--title Cairo --format cairo-ARGB32 color 112233");
        host.WaitForRectangle(0, 0, 64, 48, 0x112233);
        using var rgba = host.Run(Programs.RawClient, "--title", "Rgba", "--format", "R'G'B'A u8", "color", "112233");
        host.WaitForRectangle(0, 0, 64, 48, 0x332211);
        host.Raw("--title Odd --format CMYK --size 10x10 --at 100,0 animate");
        host.WaitForClient("Odd", c => c.Frames > 30);
        Assert.Equal(1, host.CountLog("CMYK"));
    }

    // Hardware that uses the X bytes as alpha shows nothing where they are 0. An odd width leaves pixels beside the vectors.
    [Theory]
    [InlineData("B'G'R'A u8", 64, 48, 0xff112233)]
    [InlineData("B'G'R'A u8", 61, 3, 0xff112233)]
    [InlineData("B'G'R'A u8", 320, 200, 0xff112233)]
    [InlineData("R'G'B'A u8", 61, 3, 0xff332211)]
    public void The_X_bytes_of_the_display_are_255_whatever_the_client_writes(string format, int width, int height, uint pixel)
    {
        using var host = new MmmHost();
        host.Run(Programs.RawClient, "--size", $"{width}x{height}", "--format", format, "transparent", "112233");
        host.WaitForRectangle(0, 0, width, height, (int)(pixel & 0xffffff));
        var bytes = File.ReadAllBytes(host.FramebufferFile);
        Assert.All(MemoryMarshal.Cast<byte, uint>(bytes).ToArray(), p => Assert.Equal(0xffu, p >> 24));
        Assert.Contains(pixel, MemoryMarshal.Cast<byte, uint>(bytes).ToArray());
    }

    [Fact]
    public void A_client_follows_the_size_that_the_host_asks_for()
    {
        using var host = new MmmHost(config: """{ "messages": [ "fullscreen" ] }""");
        using var client = host.Raw("--at 20,20 message fullscreen");
        client.WaitForOutput("size 320x200");
        host.WaitForRectangle(0, 0, 320, 200, 0x336699);
        Assert.Equal((320, 200, 0, 0), host.Client("raw") is { } c ? (c.Width, c.Height, c.X, c.Y) : default);
    }

    [Fact]
    public void A_bell_client_and_a_polled_one_share_the_screen()
    {
        using var host = new MmmHost();
        using var hello = host.Run(Programs.Hello);
        host.WaitForPixel(2, 2, 0x203040);
        Assert.True(host.WaitForClient("Hello").Bell);
        host.Raw("--at 100,10 color 010203");
        host.WaitForPixel(120, 20, 0x010203);
        host.Ask("event", "Hello", "return");
        host.WaitForPixel(2, 2, 0xFFC030);
        Assert.Equal(0x010203, host.Pixel(120, 20));
        hello.Signal(Child.SIGTERM);
        host.WaitForRectangle(100, 10, 64, 48, 0x010203);
        Assert.Equal(0, hello.WaitForEnd());
    }
}
