using System.Diagnostics;

namespace FbHost.Tests;

/// <summary>Apps that the host starts, and the command forms.</summary>
public class AppTests
{
    private const string OneApp = """{ "apps": [ { "name": "demo", "sandbox": "none", """
        + """ "command": [ "$RAW", "--title", "Demo", "color", "00ff00" ] } ] }""";

    // Apps are started before the display is opened; many look for the bell once.
    [Fact]
    public void An_app_finds_the_bell_when_it_starts()
    {
        const string look = "(test -S $MMM_PATH/.host && echo bell || echo none) >$TEMP/found; sleep 99";
        using var host = new MmmHost(start: false, config: $$"""{ "apps": [{ "name": "looker", "sandbox": "none", """
            + $$""" "command": ["sh", "-c", "{{look}}"] }] }""");
        host.Start();
        Wait.Until(() => File.Exists(host.Temp["found"]) && new FileInfo(host.Temp["found"]).Length > 0, "the app has looked");
        Assert.Equal("bell\n", File.ReadAllText(host.Temp["found"]));
    }

    [Fact]
    public void A_configured_app_is_started_and_started_again_soon_after_it_ends()
    {
        using var host = new MmmHost(config: OneApp);
        var first = host.WaitForClient("Demo").Pid;
        host.WaitForPixel(1, 1, 0x00ff00);
        var start = Stopwatch.GetTimestamp();
        Child.Kill(first);
        host.WaitForPixel(1, 1, 0);
        Assert.NotEqual(first, host.WaitForClient("Demo").Pid);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0.2, double.MaxValue);
        Assert.Equal(1, host.CountLog($"app demo (pid {first}) ended with code 137; restarting in 0.2 s"));
        host.WaitForPixel(1, 1, 0x00ff00);
    }

    [Fact]
    public void A_wrapper_that_leaves_its_program_in_the_background_is_named_and_restarted_ever_more_slowly()
    {
        const string wrapper = "$RAW --title Demo color 00ff00 & echo $! >>$TEMP/pids; exit 0";
        using var host = new MmmHost(config: $$"""{ "apps": [ { "name": "demo", "sandbox": "none", """
            + $$""" "command": ["sh", "-c", "{{wrapper}}"] } ] }""");
        host.WaitForLog("ended with code 0; restarting in 1.6 s");
        foreach (var delay in (string[])["0.2", "0.4", "0.8"])
            Assert.Equal(1, host.CountLog($"ended with code 0; restarting in {delay} s"));
        Assert.Equal(1, host.CountLog("app demo: its program ended and left others running in the background, which are ended too; "
            + "let the program stay in the foreground (in a shell script: exec PROGRAM, without &)"));
        Assert.Equal(0, host.Stop());
        Assert.DoesNotContain(File.ReadLines(host.Temp["pids"]), pid => Directory.Exists($"/proc/{pid}"));
    }

    [Theory]
    [InlineData("demo")]
    [InlineData(null)]
    public void A_host_after_a_killed_one_takes_over_its_apps(string? name)
    {
        using var host = new MmmHost(start: false);
        var app = host.Temp["my app"]; // without a name it is called that
        File.Copy(Programs.RawClient, app);
        File.SetUnixFileMode(app, (UnixFileMode)0x1ED);
        var named = name is null ? "" : $"\"name\": \"{name}\",";
        var config = host.Temp.Write("apps.json",
            $$"""{ "apps": [ { {{named}} "keepRunning": true, "sandbox": "none", """
                + $$""" "command": [ "{{app}}", "--title", "Demo", "color", "00ff00" ] } ] }""");
        host.Start("--config", config);
        var pid = host.WaitForClient("Demo").Pid;
        host.Process.Signal(Child.SIGKILL);
        host.Process.WaitForEnd();
        File.WriteAllBytes(host.FramebufferFile, new byte[320 * 200 * 4]);
        host.Start("--config", config);
        host.WaitForPixel(1, 1, 0x00ff00);
        Assert.Equal(pid, Assert.Single(host.Clients).Pid);
        Child.Kill(pid); // and watches it as one of its own
        host.WaitForClient("Demo", c => c.Pid != pid && c.Frames > 0);
        Assert.Equal(0, host.Stop());
    }

    [Fact]
    public void The_end_of_the_host_ends_its_apps()
    {
        using var host = new MmmHost(config: OneApp);
        var pid = host.WaitForClient("Demo").Pid;
        Assert.Equal(0, host.Stop());
        Assert.False(Directory.Exists($"/proc/{pid}"));
    }

    [Fact]
    public void An_app_that_cannot_be_started_again_is_tried_again()
    {
        using var host = new MmmHost(start: false);
        var app = host.Temp["app"];
        File.Copy(Programs.RawClient, app);
        File.SetUnixFileMode(app, (UnixFileMode)0x1ED);
        host.Start("--config", host.Temp.Write("apps.json", $$"""
            { "apps": [ { "name": "demo", "sandbox": "none", "command": [ "{{app}}", "--title", "Demo", "color", "00ff00" ] } ] }
            """));
        var pid = host.WaitForClient("Demo").Pid;
        File.Move(app, app + "-away");
        Child.Kill(pid);
        host.WaitForLog("trying again in 0.4 s");
        File.Move(app + "-away", app);
        host.WaitForClient("Demo", c => c.Pid != pid && c.Frames > 0);
    }

    [Fact]
    public void A_directory_is_no_app()
    {
        using var temp = new TempDirectory();
        using var mmm = Run(temp, ["--path", temp["clients"], temp.Path]);
        BadInputTests.AssertOneLine(mmm, $"{temp.Path}: is a directory; name a program that can be run");
    }

    // Clients that set their own size once more after the host's wish: it asks again, but not for ever.
    [Theory]
    [InlineData(2, 320, 200)]
    [InlineData(1000, 64, 48)]
    public void An_app_that_forgets_the_wish_for_the_full_screen_is_asked_again_some_times(int times, int width, int height)
    {
        using var host = new MmmHost(config: $$"""
            { "apps": [ { "name": "small", "fullScreen": true,
                "sandbox": "none", "command": ["$RAW", "--size", "64x48", "stubborn", "00ff00", "{{times}}"] } ] }
            """);
        host.WaitForRectangle(0, 0, width, height, 0x00ff00);
        var own = host.WaitForClient("raw", c => c.Frames >= Math.Min(times, 10) + 1 && (c.Width, c.Height) == (width, height));
        Assert.InRange(own.Frames, 1, 14); // it draws only when it is asked
    }

    // On a screen of 320x200: the place of a picture of 64x48, and that of a touch in its middle.
    [Theory]
    [InlineData("topLeft", 0, 0, 64, 48, 32, 24)]
    [InlineData("center", 128, 76, 64, 48, 160, 100)]
    [InlineData("scale", 32, 4, 256, 192, 160, 100)]
    [InlineData("fit", 26, 0, 267, 200, 160, 100)]
    public void A_small_app_is_placed_on_a_large_screen_as_configured(string place, int x, int y, int width, int height, int tapX, int tapY)
    {
        using var host = new MmmHost(config: $$"""
            { "apps": [ { "name": "small", "place": "{{place}}", "sandbox": "none",
              "command": ["$RAW", "--size", "64x48", "color", "00ff00"] } ] }
            """, input: true);
        host.WaitForRectangle(x, y, width, height, 0x00ff00);
        Assert.Equal((64, 48, x, y), host.Client("raw") is { } c ? (c.Width, c.Height, c.X, c.Y) : default);
        host.Ask("tap", $"{tapX}", $"{tapY}");
        Wait.Until(() => host.Ask("logs", "small").GetProperty("lines").EnumerateArray()
            .Any(l => l.GetProperty("line").GetString() == "event mouse-release 32 24"), "the touch", host.AllLog);
    }

    private static Child Run(TempDirectory temp, string[] arguments, params (string, string?)[] environment) =>
        new(Programs.Mmm, ["--display", $"memory:100x80@{temp["fb"]}", "--input", "none", "--audio", "none", .. arguments], environment);

    [Fact]
    public void Mmm_command_ends_with_the_commands_exit_code_and_hands_it_its_arguments()
    {
        using var temp = new TempDirectory();
        using var mmm = Run(temp, [Programs.RawClient, "exit", "7", "-p", "--display", "--help", "a b", ""]);
        Assert.Equal(7, mmm.WaitForEnd());
        Assert.Equal(["argument 7", "argument -p", "argument --display", "argument --help", "argument a b", "argument "], mmm.Output);
        Assert.False(Directory.Exists($"/tmp/mmm-{mmm.Pid}"));
    }

    [Fact]
    public void Mmm_command_shows_the_command()
    {
        using var temp = new TempDirectory();
        using var mmm = Run(temp, ["--", Programs.RawClient, "color", "00ff00"]);
        WaitPicture(temp["fb"], 1, 0xff, mmm);
        mmm.Signal(Child.SIGTERM);
        Assert.Equal(0, mmm.WaitForEnd());
        Wait.Until(() => !Directory.Exists($"/tmp/mmm-{mmm.Pid}")
            || Directory.GetFiles($"/tmp/mmm-{mmm.Pid}", "fb.*").Length == 1, "the end");
        if (Directory.Exists($"/tmp/mmm-{mmm.Pid}")) // a raw client does not remove its file when it is told to end
            Directory.Delete($"/tmp/mmm-{mmm.Pid}", recursive: true);
    }

    // A byte of the first pixel: the app has drawn.
    private static void WaitPicture(string file, int at, byte value, Child log) => Wait.Until(
        () => File.Exists(file) && new FileInfo(file).Length > 0 && Bytes(file)[at] == value,
        "the picture", () => string.Join(" | ", log.Errors));

    private static byte[] Bytes(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[4];
        stream.ReadExactly(bytes);
        return bytes;
    }

    [Fact]
    public void An_app_that_is_to_be_full_screen_is_asked_for_that_size()
    {
        using var host = new MmmHost(config: """
            { "apps": [ {
                "name": "small", "fullScreen": true, "sandbox": "none",
                  "command": ["$RAW", "--size", "64x48", "--at", "20,20", "color", "00ff00"] } ] }
            """);
        host.WaitForRectangle(0, 0, 320, 200, 0x00ff00);
    }

    [Fact]
    public void Mmm_p_ends_when_its_client_ends()
    {
        using var temp = new TempDirectory();
        using var mmm = Run(temp, ["-p", temp["clients"]]);
        Wait.Until(() => mmm.Errors.Any(l => l.StartsWith("mmm: ready", StringComparison.Ordinal)), "ready");
        using var client = new Child(Programs.RawClient, ["color", "00ff00"], ("MMM_PATH", temp["clients"]));
        Wait.Until(() => mmm.Errors.Any(l => l.Contains("raw (pid", StringComparison.Ordinal)), "the client");
        client.Signal(Child.SIGKILL);
        Assert.Equal(0, mmm.WaitForEnd());
        Assert.False(Directory.Exists(temp["clients"])); // made by it, and empty
    }

    [Fact]
    public void The_trimmed_form_serves_as_the_native_one_does()
    {
        using var temp = new TempDirectory();
        using var mmm = new Child(Programs.MmmTrimmed,
            ["--display", $"memory:100x80@{temp["fb"]}", "--input", "none", "--audio", "none", "--path", temp["clients"], Programs.Hello]);
        WaitPicture(temp["fb"], 2, 0x20, mmm);
        mmm.Signal(Child.SIGTERM);
        Assert.Equal(0, mmm.WaitForEnd());
    }

    [Fact]
    public void An_app_without_MMM_PATH_starts_mmm_from_the_PATH()
    {
        using var temp = new TempDirectory();
        temp.Write("mmm.json", $$"""
            { "display": { "device": "memory:100x80@{{temp["fb"]}}" }, "input": { "devices": [ "none" ] }, "audio": { "device": "none" } }
            """);
        var mmm = temp.Write("mmm", $"#!/bin/sh\necho $$ > {temp["pid"]}\nexec {Programs.Mmm} --config {temp["mmm.json"]} \"$@\"\n");
        File.SetUnixFileMode(mmm, (UnixFileMode)0x1ED);
        using var hello = new Child(Programs.Hello, [], ("PATH", temp.Path + ":" + Environment.GetEnvironmentVariable("PATH")));
        WaitPicture(temp["fb"], 2, 0x20, hello);
        hello.Signal(Child.SIGTERM);
        Assert.Equal(0, hello.WaitForEnd());
        var host = File.ReadAllText(temp["pid"]).Trim();
        Wait.Until(() => !Directory.Exists($"/proc/{host}")
            || File.ReadAllText($"/proc/{host}/stat").Contains(") Z", StringComparison.Ordinal),
            "the end of the host");
        Assert.False(Directory.Exists($"/tmp/mmm-{hello.Pid}")); // made by the client for this host
    }
}
