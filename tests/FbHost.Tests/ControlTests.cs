using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json;

namespace FbHost.Tests;

/// <summary>mmmctl and the control socket.</summary>
public class ControlTests
{
    [Fact]
    public void Mmmctl_lists_the_clients_as_a_table_and_as_json()
    {
        using var host = new MmmHost();
        host.Raw("--title Clock --at 5,6 color ff0000");
        host.WaitForClient("Clock");
        using var table = host.Ctl("clients");
        Assert.Equal(0, table.WaitForEnd());
        Assert.StartsWith("NAME", table.Output[0]);
        Assert.Matches(@"^Clock +\d+ +64x48 +1 +\d+\.\d s +0/1024 +0 +- +yes +- +- +running$", table.Output[1]);
        using var json = host.Ctl("clients", "--json");
        Assert.Equal(0, json.WaitForEnd());
        var client = JsonDocument.Parse(string.Concat(json.Output)).RootElement[0];
        Assert.Equal(("Clock", 5, 6),
            (client.GetProperty("name").GetString(), client.GetProperty("x").GetInt32(), client.GetProperty("y").GetInt32()));
    }

    [Fact]
    public void A_screenshot_is_a_png_of_the_framebuffer()
    {
        using var host = new MmmHost(width: 123, height: 45);
        host.Raw("--title Back --size 123x45 color 123456");
        host.WaitForClient("Back");
        host.Raw("--size 20x20 --at 7,8 color fedcba");
        host.WaitForPixel(10, 10, 0xfedcba);
        using var ctl = host.Ctl("screenshot", host.Temp["shot.png"]);
        Assert.Equal(0, ctl.WaitForEnd());
        Assert.Equal(host.Picture(), DecodePng(File.ReadAllBytes(host.Temp["shot.png"])));
    }

    [Fact]
    public void A_screenshot_named_by_a_dash_goes_to_standard_output()
    {
        using var host = new MmmHost(width: 123, height: 45);
        host.Raw("--size 123x45 color 123456");
        host.WaitForClient("raw");
        using var ctl = host.Run("sh", "-c", $"{Programs.Mmmctl} screenshot - | cat >{host.Temp["shot.png"]}");
        Assert.Equal(0, ctl.WaitForEnd());
        Assert.Equal(host.Picture(), DecodePng(File.ReadAllBytes(host.Temp["shot.png"])));
    }

    [Fact]
    public void Clients_and_apps_are_found_without_regard_to_case()
    {
        using var host = new MmmHost(config: """
            { "apps": [ { "name": "Panel", "sandbox": "none", "command": ["$RAW", "--title", "My Panel", "color", "1"] } ] }
            """);
        var pid = host.WaitForClient("My Panel").Pid;
        Assert.Equal(0, host.Ctl("raise", "my panel").WaitForEnd());
        Assert.Equal(0, host.Ctl("restart", "panel").WaitForEnd());
        Assert.NotEqual(pid, host.Client("My Panel")!.Pid);
    }

    // Only what a picture of 8-bit RGB without filters needs.
    internal static int[] DecodePng(byte[] png)
    {
        Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], png[..8]);
        int width = 0, height = 0;
        using var packed = new MemoryStream();
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            var data = png.AsSpan(at + 8, length);
            switch (System.Text.Encoding.ASCII.GetString(png, at + 4, 4))
            {
                case "IHDR":
                    (width, height) = (BinaryPrimitives.ReadInt32BigEndian(data), BinaryPrimitives.ReadInt32BigEndian(data[4..]));
                    Assert.Equal([8, 2, 0, 0, 0], data[8..].ToArray());
                    break;
                case "IDAT":
                    packed.Write(data);
                    break;
            }
            at += 12 + length;
        }
        packed.Position = 0;
        var raw = new byte[(1 + width * 3) * height];
        new ZLibStream(packed, CompressionMode.Decompress).ReadExactly(raw);
        return
        [
            .. Enumerable.Range(0, width * height).Select(i => i / width * (1 + width * 3) + 1 + i % width * 3)
                .Select(p => raw[p] << 16 | raw[p + 1] << 8 | raw[p + 2]),
        ];
    }

    [Fact]
    public void Mmmctl_sends_messages_and_events()
    {
        using var host = new MmmHost();
        using var client = host.Raw("--title Clock color ff0000");
        host.WaitForClient("Clock");
        Assert.Equal(0, host.Ctl("send", "Clock", "good morning").WaitForEnd());
        Assert.Equal(0, host.Ctl("event", "Clock", "mouse-press 1 2").WaitForEnd());
        client.WaitForEvents("message good morning", "mouse-press 1 2");
    }

    [Fact]
    public void Mmmctl_watch_prints_messages_until_it_is_ended()
    {
        using var host = new MmmHost();
        using var watch = host.Ctl("watch");
        using var client = host.Raw("flood-messages");
        Wait.Until(() => watch.Output.Length > 10, "watched messages");
        Assert.All(watch.Output[..10], l => Assert.Contains("\"message\":\"flood\"", l));
        watch.Signal(Child.SIGTERM);
        watch.WaitForEnd();
        Assert.Empty(watch.Errors);
    }

    [Fact]
    public void Mmmctl_quit_ends_the_host_and_its_watchers()
    {
        using var host = new MmmHost();
        using var watch = host.Ctl("watch");
        host.Raw("flood-messages");
        Wait.Until(() => watch.Output.Length > 0, "the watcher");
        Assert.Equal(0, host.Ctl("quit").WaitForEnd());
        Assert.Equal(0, host.Process.WaitForEnd());
        Assert.Equal(0, watch.WaitForEnd());
        Assert.Empty(Directory.GetFileSystemEntries(host.Path, ".*"));
    }

    [Theory]
    [InlineData("no client is named Nobody; there is Clock", "send", "Nobody", "x")]
    [InlineData("no client is named Nobody; there is Clock", "event", "Nobody", "x")]
    [InlineData("\"mouse-pres 10 10\" is no event and no key; use one of mouse-press, ", "event", "Clock", "mouse-pres 10 10")]
    [InlineData("mouse-press needs two numbers: mouse-press X Y", "event", "Clock", "mouse-press a 1 b 2")]
    [InlineData("mouse-press needs two numbers: mouse-press X Y", "event", "Clock", "mouse-press NaN 1")]
    [InlineData("mouse-scroll needs four numbers", "event", "Clock", "mouse-scroll 1 2 3")]
    [InlineData("key-release needs the name of a key", "event", "Clock", "key-release nokey")]
    [InlineData("is no event and no key", "event", "Clock", "\u0007")]
    [InlineData("no key is named ", "key", "\u0007")]
    [InlineData("no app is named Nobody; there are none", "restart", "Nobody")]
    [InlineData("the screenshot cannot be written", "screenshot", "/nonexistent/shot.png")]
    [InlineData("See mmmctl --help", "dance")]
    [InlineData("relaod is not a command; did you mean reload?", "relaod")]
    [InlineData("--jsno is not a known option; did you mean --json?", "clients", "--jsno")]
    [InlineData("the host has no configuration file; start it with --config FILE", "reload")]
    [InlineData("See mmmctl --help", "send", "Clock")]
    [InlineData("See mmmctl --help")]
    public void What_mmmctl_cannot_do_is_one_line(string why, params string[] arguments)
    {
        using var host = new MmmHost();
        host.Raw("--title Clock color ff0000");
        host.WaitForClient("Clock");
        using var ctl = host.Ctl(arguments);
        BadInputTests.AssertOneLineOf("mmmctl", ctl, why);
    }

    [Fact]
    public void Mmmctl_without_a_host_says_where_it_looked()
    {
        using var temp = new TempDirectory();
        using var nothing = new Child(Programs.Mmmctl, ["clients"], ("MMM_PATH", temp.Path));
        BadInputTests.AssertOneLineOf("mmmctl", nothing, temp.Path + ": no host answers there");
        using var missing = new Child(Programs.Mmmctl, ["--path", temp["missing"], "clients"]);
        BadInputTests.AssertOneLineOf("mmmctl", missing, temp["missing"] + ": no host answers there");
    }

    [Fact]
    public void A_restarted_app_answers_when_it_shows_a_frame()
    {
        using var host =
            new MmmHost(config: """{ "apps": [ { "name": "demo", "sandbox": "none", """
                + """ "command": [ "$RAW", "--title", "Demo", "color", "00ff00" ] } ] }""");
        var first = host.WaitForClient("Demo").Pid;
        Assert.Equal(0, host.Ctl("restart", "demo").WaitForEnd());
        Assert.NotEqual(first, host.WaitForClient("Demo").Pid);
        Assert.Single(host.Clients);
    }
}
