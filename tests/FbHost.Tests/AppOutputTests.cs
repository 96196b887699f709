using System.Text.Json;

namespace FbHost.Tests;

/// <summary>What apps write to their standard output and error is in the log and in mmmctl logs.</summary>
public sealed class AppOutputTests
{
    private static string App(string name, string script) =>
        $$"""{ "name": "{{name}}", "sandbox": "none", "command": [ "sh", "-c", {{JsonSerializer.Serialize(script)}} ] }""";

    private static MmmHost Host(params string[] apps) => new(config: $$"""{ "apps": [ {{string.Join(",", apps)}} ] }""");

    private static string[] Lines(MmmHost host, params string[] words) =>
        [.. host.Ask(words).GetProperty("lines").EnumerateArray().Select(l => $"{l.GetProperty("app")}: {l.GetProperty("line")}")];

    [Fact]
    public void Lines_of_output_and_error_are_logged_with_the_app_s_name_and_kept()
    {
        using var host = Host(
            App("one", "echo first; echo second >&2; printf 'no end\\033[31m'; exec sleep 99"), App("two", "echo other; exec sleep 99"));
        host.WaitForLog("one: first");
        host.WaitForLog("one: second");
        host.WaitForLog("two: other");
        Assert.Equal(["one: first", "one: second"], Lines(host, "logs", "ONE"));
        Assert.Equal(["one: first", "one: second", "two: other"], Lines(host, "logs").Order());
        Assert.Equal("no app is named three; there is one, two", host.Ask("logs", "three").GetProperty("error").GetString());

        using var ctl = host.Ctl("logs", "one", "-n", "1");
        Assert.Equal(0, ctl.WaitForEnd());
        Assert.Equal(["one: second"], ctl.Output);
        using var wrong = host.Ctl("logs", "-n", "x");
        Assert.Equal(1, wrong.WaitForEnd());
        Assert.Equal(0, host.Stop());
        Assert.Equal(1, host.CountLog("one: no end?[31m")); // at its end, and without commands to a terminal
        Assert.Empty(Directory.Exists(host.Own) ? Directory.GetFileSystemEntries(host.Own) : []);
    }

    [Fact]
    public void Logs_are_followed()
    {
        using var host = Host(App("demo", "echo before; while ! test -e $TEMP/go; do sleep 0.02; done; echo after; exec sleep 99"));
        host.WaitForLog("demo: before");
        using var ctl = host.Ctl("logs", "-f", "demo");
        Wait.Until(() => ctl.Output.Length == 1, "the line that is there");
        host.Temp.Write("go", "");
        Wait.Until(() => ctl.Output.Length == 2, "the line that comes");
        Assert.Equal(["demo: before", "demo: after"], ctl.Output);
    }

    [Fact]
    public void How_an_app_ended_is_told_with_its_last_line()
    {
        using var host = Host(App("demo",
            "test -e $TEMP/once && exec $RAW --title Demo color 00ff00; : > $TEMP/once; echo oh dear; kill -SEGV $$"));
        host.WaitForClient("Demo");
        var client = host.Ask("clients").GetProperty("clients")[0];
        Assert.Equal(("demo", 1, "signal SEGV"),
            (client.GetProperty("app").GetString(), client.GetProperty("restarts").GetInt32(), client.GetProperty("lastExit").GetString()));
        using var ctl = host.Ctl("clients");
        ctl.WaitForEnd();
        Assert.Contains("signal SEGV", ctl.Output[1]);
        Assert.Equal(["demo: oh dear"], Lines(host, "logs"));
    }

    [Fact]
    public void An_app_that_writes_without_end_costs_little_and_the_host_s_own_lines_are_logged()
    {
        using var host = Host(App("flood", "exec yes no end"), App("good", "exec $RAW --title Good animate"));
        host.WaitForClient("Good");
        Wait.Until(() => Lines(host, "logs", "flood").Length > 500, "lines of the flood");
        host.AssertKeepsShowing("Good");
        Assert.All(Lines(host, "logs", "flood"), line => Assert.Equal("flood: no end", line));
        Assert.InRange(Lines(host, "logs", "flood").Length, 500, 1000); // 64 KB
    }

    [Fact]
    public void An_app_that_outlives_the_host_goes_on_and_the_next_host_has_its_lines()
    {
        using var host = new MmmHost(start: false);
        const string script = "trap '' TERM; echo $$ > $TEMP/pid; while :; do echo line >> $TEMP/written; echo tick; sleep 0.02; done";
        var app = App("demo", script).Replace("{ ", "{ \"keepRunning\": true, ");
        var config = host.Temp.Write("apps.json", host.Expand($$"""{ "apps": [ {{app}} ] }"""));
        host.Start("--config", config);
        host.WaitForLog("demo: tick");
        host.Process.Signal(Child.SIGKILL);
        host.Process.WaitForEnd();
        var pid = File.ReadAllText(host.Temp["pid"]);
        var written = new FileInfo(host.Temp["written"]).Length;
        Wait.Until(() => new FileInfo(host.Temp["written"]).Length > written + 50, "lines of the app without a host");
        host.Start("--config", config);
        Wait.Until(() => Lines(host, "logs").Length > 5, "lines of the app");
        Assert.Equal(pid, File.ReadAllText(host.Temp["pid"])); // it was not started again
        Child.Kill(int.Parse(pid));
    }

    [Fact]
    public void A_client_is_raised()
    {
        using var host = new MmmHost();
        using var below = host.Raw("--title below color 00ff00");
        host.WaitForClient("below");
        using var above = host.Raw("--title above color 0000ff");
        host.WaitForClient("above");
        host.WaitForPixel(1, 1, 0x0000ff);
        Assert.True(host.Ask("raise", "below").GetProperty("ok").GetBoolean());
        host.WaitForPixel(1, 1, 0x00ff00);
        Assert.False(host.Ask("raise", "nobody").GetProperty("ok").GetBoolean());
    }
}
