using System.Runtime.InteropServices;
using System.Text.Json;
using FbHost.Images;

namespace FbHost.Tests;

/// <summary>mmmctl reload: the configuration is read anew while the host runs.</summary>
public sealed class ReloadTests : IDisposable
{
    private readonly MmmHost _host = new(start: false, input: true);

    public void Dispose() => _host.Dispose();

    private string File => _host.Temp["live.json"];

    private void Write(string config) => _host.Temp.Write("live.json", _host.Expand(config));

    private void Start(string config)
    {
        Write(config);
        _host.Start("--config", File);
    }

    private string[] Reload(string config, int code = 0)
    {
        Write(config);
        using var ctl = _host.Ctl("reload");
        Assert.Equal(code, ctl.WaitForEnd());
        return code == 0 ? ctl.Output : ctl.Errors;
    }

    private static string App(string name, string color) =>
        $$"""{ "name": "{{name}}", "sandbox": "none", "command": [ "$RAW", "--title", "{{name}}", "color", "{{color}}" ] }""";

    private static string Apps(params string[] apps) => $$"""{ "apps": [ {{string.Join(", ", apps)}} ] }""";

    [Fact]
    public void A_file_with_faults_changes_nothing_and_all_faults_are_answered()
    {
        Start(Apps(App("one", "ff0000")));
        var pid = _host.WaitForClient("one").Pid;
        var lines = Reload("{ \"apps\": [],\n \"display\": { \"rotaet\": 90 },\n \"hlp\": \"x\" }", code: 1);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith($"mmmctl: {File}:2: display.rotaet is not a known key; did you mean \"rotate\"?", lines[0]);
        Assert.StartsWith($"mmmctl: {File}:3: hlp is not a known key; did you mean \"help\"?", lines[1]);
        Assert.Equal(pid, _host.WaitForClient("one").Pid);
        lines = Reload(Apps("""{ "name": "two", "sandbox": "none", "command": ["/nonexistent/app"] }"""), code: 1);
        Assert.Contains("app two: /nonexistent/app: there is no such program", Assert.Single(lines));
        Assert.Equal(pid, _host.WaitForClient("one").Pid);
        Assert.Equal(["nothing has changed"], Reload(Apps(App("one", "ff0000"))));
    }

    [Fact]
    public void A_file_that_is_missing_or_never_ends_does_not_stop_the_host()
    {
        Start("{}");
        System.IO.File.Delete(File);
        using (var ctl = _host.Ctl("reload"))
            BadInputTests.AssertOneLineOf("mmmctl", ctl, $"{File}: there is no such configuration file");
        new Child("mkfifo", [File]).WaitForEnd();
        using (var ctl = _host.Ctl("reload"))
            BadInputTests.AssertOneLineOf("mmmctl", ctl, $"{File}: the configuration cannot be read: ");
        System.IO.File.Delete(File);
        Assert.Equal(["help is applied"], Reload("""{ "help": "x" }"""));
    }

    [Fact]
    public void Apps_are_added_removed_and_restarted_with_another_command_and_the_others_keep_running()
    {
        Start(Apps(App("keep", "ff0000"), App("change", "00ff00"), App("drop", "0000ff")));
        int keep = _host.WaitForClient("keep").Pid, change = _host.WaitForClient("change").Pid, drop = _host.WaitForClient("drop").Pid;
        Assert.Equal(["apps is applied"], Reload(Apps(App("new", "ffff00"), App("keep", "ff0000"), App("change", "00fffe"))));
        _host.WaitForClient("new");
        _host.WaitForClient("change", c => c.Pid != change && c.Frames > 0);
        _host.WaitForNoClient("drop");
        Wait.Until(() => !Directory.Exists($"/proc/{drop}"), "the end of the app that was left out", _host.AllLog);
        Assert.Equal(keep, _host.WaitForClient("keep").Pid);
        string[] names = [.. _host.Ask("clients").GetProperty("apps").EnumerateArray().Select(a => a.GetProperty("app").GetString()!)];
        Assert.Equal(["new", "keep", "change"], names);
        Assert.Equal(0, _host.CountLog("restarting in"));
        Assert.Equal(["apps is applied"], Reload("{}"));
        _host.WaitForNoClient("keep");
        Assert.Equal(["apps is applied"], Reload(Apps(App("drop", "0000ff"))));
        _host.WaitForClient("drop");
        Assert.Equal(0, _host.Stop());
    }

    [Fact]
    public void An_app_that_comes_back_while_it_is_ending_runs_once()
    {
        const string slow = """
            { "apps": [ { "name": "slow", "sandbox": "none",
              "command": ["sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.1; done"] } ] }
            """;
        Start(slow);
        _host.WaitForLog("slow: up");
        Reload("{}");
        Reload(slow);
        Wait.Until(() => _host.CountLog("slow: up") == 2, "the second process", _host.AllLog);
        var pid = _host.Ask("clients").GetProperty("apps")[0].GetProperty("pid").GetInt32();
        Assert.Equal($"{pid}", System.IO.File.ReadAllText($"/proc/{pid}/stat").Split(' ')[5]); // of a session of its own
        Assert.Equal(0, _host.Stop());
        Assert.Equal(2, _host.CountLog("slow: up"));
    }

    [Fact]
    public void Messages_that_clients_may_use_change_at_once()
    {
        Start("{}");
        _host.Run(Programs.RawClient, "--title", "Early", "message", "volume 22");
        _host.WaitForClient("Early");
        Assert.Equal(["messages is applied"], Reload("""{ "messages": ["volume"] }"""));
        Assert.Equal(100, _host.Ask("volume").GetProperty("volume").GetInt32());
        _host.Run(Programs.RawClient, "--title", "Late", "message", "volume 33");
        Wait.Until(() => _host.Ask("volume").GetProperty("volume").GetInt32() == 33, "the volume", _host.AllLog);
    }

    [Fact]
    public void The_answer_names_what_the_next_start_applies_and_what_the_command_line_overrides()
    {
        Start("{}");
        Assert.Equal(
        [
            "display.blankAfter is applied", "audio.volume is applied",
            "display.dither is applied at the next start", "path is applied at the next start",
            "display.device has no effect: the command line of mmm overrides it",
        ], Reload("""
            {
              "display": { "dither": false, "blankAfter": "01:00:00", "device": "memory:4x4" }, "audio": { "volume": 31 }, "path": "/tmp/x",
              "$schema": "x"
            }
            """));
        Assert.Equal(31, _host.Ask("volume").GetProperty("volume").GetInt32());
        Assert.Equal(["display.dither is applied at the next start"],
            Reload("""{ "display": { "dither": false, "blankAfter": "01:00:00", "device": "memory:4x4" }, "audio": { "volume": 31 } }""")
                .Where(l => l.StartsWith("display", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_time_until_the_screen_is_turned_off_changes()
    {
        Start("{}");
        _host.Raw("--title Full --size 320x200 color 00ff00");
        _host.WaitForPixel(1, 1, 0x00ff00);
        Assert.Equal(["display.blankAfter is applied"], Reload("""{ "display": { "blankAfter": "00:00:01" } }"""));
        _host.WaitForPixel(1, 1, 0);
        Reload("{}");
        _host.Ask("unblank");
        _host.WaitForPixel(1, 1, 0x00ff00);
    }

    [Fact]
    public void The_splash_changes_until_a_client_shows_a_picture()
    {
        Start("{}");
        WriteSplash(0xff8000);
        string splash = $$"""{ "display": { "splash": "{{_host.Temp["splash.png"]}}" } }""";
        Assert.Equal(["display.splash is applied"], Reload(splash));
        _host.WaitForPixel(1, 1, 0xff8000);
        Assert.Contains("display.splash: /nonexistent.png: ", Assert.Single(
            Reload("""{ "display": { "splash": "/nonexistent.png" } }""", code: 1)));
        _host.Temp.Write("no.png", "no picture");
        Reload(splash.Replace("splash.png", "no.png"));
        _host.WaitForLog($"display.splash: {_host.Temp["no.png"]}: ");
        Assert.Equal(0xff8000, _host.Pixel(1, 1));
        Assert.Equal(["display.splash is applied"], Reload("{}"));
        _host.WaitForPixel(1, 1, 0);
        using var client = _host.Raw("--title Full --size 320x200 color 00ff00");
        _host.WaitForPixel(1, 1, 0x00ff00);
        Assert.Equal(["display.splash is applied"], Reload(splash));
        Reload(splash); // the worker has read the splash before this
        client.Signal(Child.SIGKILL);
        _host.WaitForPixel(1, 1, 0);
    }

    private void WriteSplash(int color)
    {
        using var file = System.IO.File.Create(_host.Temp["splash.png"]);
        int[] pixels = [.. Enumerable.Repeat(color, 16)];
        PngWriter.Write(file, 4, 4, MemoryMarshal.AsBytes(pixels.AsSpan()));
    }

    [Fact]
    public void Host_keys_the_keymap_and_rules_change_and_the_input_still_works()
    {
        const int key = 1, keyY = 21, keyQ = 16; // EV_KEY, KEY_Y, KEY_Q
        Start("{}");
        using var client = _host.Raw("--title Keys color ff0000");
        _host.WaitForClient("Keys", c => c.Focus && c.Frames > 0);
        _host.Input((key, keyY, 1));
        _host.Input((key, keyY, 0));
        client.WaitForEvents("y");
        Assert.Equal(["input.keyboard is applied", "input.mouse is applied"],
            Reload("""{ "input": { "keyboard": { "layout": "de" }, "mouse": { "acceleration": 0 } } }"""));
        _host.Input((key, keyY, 1));
        _host.Input((key, keyY, 0));
        client.WaitForEvents("y", "z");
        Assert.Equal(["input.keys is applied", "input.mouse is applied"],
            Reload("""{ "input": { "keyboard": { "layout": "de" }, "keys": { "host": { "q": "quit" } } } }"""));
        _host.Input((key, keyQ, 1));
        Assert.Equal(0, _host.Process.WaitForEnd());
    }

    [Fact]
    public void Buttons_that_cannot_be_opened_are_named_and_the_rest_is_applied()
    {
        Start("{}");
        var line = Assert.Single(Reload("""{ "buttons": [ { "chip": 250, "line": 1, "event": "a" } ], "help": "x" }""", code: 1));
        Assert.Contains("mmmctl: buttons: ", line);
        Assert.Contains("gpiochip250", line);
        var answer = _host.Ask("reload"); // tries them again
        Assert.False(answer.GetProperty("ok").GetBoolean());
        Assert.Contains("gpiochip250", Assert.Single(answer.GetProperty("faults").EnumerateArray()).GetString());
        Assert.Equal(JsonValueKind.Array, answer.GetProperty("applied").ValueKind);
        Assert.Equal(["buttons is applied"], Reload("""{ "help": "x" }"""));
    }
}
