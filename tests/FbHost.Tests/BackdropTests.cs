namespace FbHost.Tests;

/// <summary>What is shown behind the clients: the splash, and the page of an app that keeps failing.</summary>
public class BackdropTests
{
    [Fact]
    public void The_splash_is_shown_until_the_first_clients_first_frame()
    {
        using var host = new MmmHost(config: """{ "display": { "splash": "$TEMP/splash.png" } }""", start: false);
        var red = new byte[20 * 10 * 4];
        for (var i = 2; i < red.Length; i += 4)
            red[i] = 0xC0;
        using (var png = File.Create(host.Temp["splash.png"]))
            FbHost.Images.PngWriter.Write(png, 20, 10, red);
        host.Start();
        host.WaitForRectangle(0, 0, 320, 200, 0xC00000); // its corner's colour goes on to the edges
        using var client = host.Raw("--size 50x50 color 00ff00");
        host.WaitForRectangle(0, 0, 50, 50, 0x00ff00, around: 0);
    }

    [Fact]
    public void A_splash_that_is_no_picture_is_told_in_one_line()
    {
        using var host = new MmmHost(config: """{ "display": { "splash": "$TEMP/splash.png" } }""", start: false);
        host.Temp.Write("splash.png", "not a picture");
        host.Start();
        Assert.Contains("splash.png: not a PNG", Assert.Single(host.Log, l => !l.StartsWith("mmm: ready: ", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_JPEG_is_a_splash_too()
    {
        using var host = new MmmHost(config: """{ "display": { "splash": "$TEMP/splash.jpg" } }""", start: false);
        File.Copy(Images.JpegTests.Example, host.Temp["splash.jpg"]);
        host.Start();
        Wait.Until(() => host.Picture()[0] >> 16 > 0xB0, "its red corner", host.AllLog);
    }

    [Fact]
    public void A_configuration_with_a_fault_is_replaced_and_told_until_it_is_mended()
    {
        using var host = new MmmHost(config: "{\n \"display\": { \"rotat\": 90 }, \"apps\": [] }", start: false);
        var image = """{ "apps": [ { "name": "one", "sandbox": "none", "command": ["$RAW", "--size", "320x200", "color", "00ff00"] } ] }""";
        host.Start("--fallback", host.Temp.Write("image.json", host.Expand(image)));
        host.WaitForClient("raw");
        host.WaitForLog($"{host.Temp["mmm.json"]}:2: display.rotat is not a known key; did you mean \"rotate\"?");
        Wait.Until(() => host.Picture().Contains(0xFFFFFF) && !host.Picture().Contains(0x00ff00), "the page", host.AllLog);
        host.Temp.Write("mmm.json", File.ReadAllText(host.Temp["image.json"]));
        Assert.Equal(0, host.Ctl("reload").WaitForEnd());
        host.WaitForRectangle(0, 0, 320, 200, 0x00ff00);
    }

    [Fact]
    public void What_can_run_runs_beside_apps_that_cannot()
    {
        using var host = new MmmHost(start: false, config: """
            { "apps": [ { "name": "lost", "sandbox": "none",
              "command": ["/nonexistent/app"] }, { "name": "odd", "command": ["/bin/true"], "ful": true },
              { "name": "one", "sandbox": "none", "command": ["$RAW", "--size", "32x20", "color", "00ff00"] },
              { "name": "one", "sandbox": "none", "command": ["/bin/true"] } ] }
            """);
        host.Start("--fallback", host.Temp["mmm.json"]);
        host.WaitForClient("raw");
        host.WaitForLog("app lost: /nonexistent/app: No such file or directory; name a program that can be run");
        host.WaitForLog("apps[1].ful is not a known key");
        Assert.Equal(0, host.Stop());
    }

    [Fact]
    public void An_app_that_keeps_failing_is_told_on_the_screen_until_it_runs()
    {
        using var host = new MmmHost(800, 480, config: """
            { "apps": [ {
                "name": "door",
                "sandbox": "none", "command": ["/bin/sh", "-c", "[ -e $TEMP/mended ] && exec $RAW --size 800x480 color 00ff00; exit 3"] } ],
              "help": "Call the caretaker: 555 1234, or write to help@example.org." }
            """);
        Wait.Until(() => host.Picture().Contains(0xFFFFFF) && host.Pixel(2, 2) == 0, "the page",
            () => string.Join(" | ", host.Log), TimeSpan.FromSeconds(20));
        host.Ctl("screenshot", host.Temp["page.png"]).WaitForEnd();
        File.WriteAllText(host.Temp["mended"], "");
        host.WaitForRectangle(0, 0, 800, 480, 0x00ff00);
    }
}
