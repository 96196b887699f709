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
        using var temp = new TempDirectory();
        temp.Write("splash.png", "not a picture");
        using var mmm = new Child(Programs.Mmm,
            ["--display", "memory:100x80", "--input", "none", "--audio", "none", "--path", temp["clients"],
            "--config", temp.Write("c.json", $$"""{ "display": { "splash": "{{temp["splash.png"]}}" } }""")]);
        Assert.Equal(1, mmm.WaitForEnd());
        Assert.Contains("splash.png: not a PNG", Assert.Single(mmm.Errors));
    }

    [Fact]
    public void An_app_that_keeps_failing_is_told_on_the_screen_until_it_runs()
    {
        using var host = new MmmHost(800, 480, config: """
            { "apps": [ {
                "name": "door",
                "command": ["/bin/sh", "-c", "[ -e $TEMP/mended ] && exec $RAW --size 800x480 color 00ff00; exit 3"] } ],
              "help": "Call the caretaker: 555 1234, or write to help@example.org." }
            """);
        Wait.Until(() => host.Picture().Contains(0xFFC030) && host.Pixel(2, 2) == 0x182430, "the page",
            () => string.Join(" | ", host.Log), TimeSpan.FromSeconds(20));
        host.Ctl("screenshot", host.Temp["page.png"]).WaitForEnd();
        File.WriteAllText(host.Temp["mended"], "");
        host.WaitForRectangle(0, 0, 800, 480, 0x00ff00);
    }
}
