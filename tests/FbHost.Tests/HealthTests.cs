using System.Text.Json;

namespace FbHost.Tests;

/// <summary>mmmctl health and mmmctl metrics of real hosts.</summary>
public class HealthTests
{
    private static (int Code, string[] Lines) Ctl(MmmHost host, params string[] arguments)
    {
        using var ctl = host.Ctl(arguments);
        var code = ctl.WaitForEnd();
        Assert.Empty(ctl.Errors);
        return (code, ctl.Output);
    }

    private static Exposition Metrics(MmmHost host)
    {
        var (code, lines) = Ctl(host, "metrics");
        Assert.Equal(0, code);
        return new Exposition(string.Join('\n', lines) + "\n");
    }

    private static JsonElement App(MmmHost host, string name = "shown") =>
        host.Ask("health").GetProperty("apps").EnumerateArray().Single(a => a.GetProperty("app").GetString() == name);

    private static string? State(MmmHost host, string name) => App(host, name).GetProperty("state").GetString();

    [Fact]
    public void An_appliance_whose_apps_run_is_healthy()
    {
        using var host = new MmmHost(config: """
            { "apps": [ { "name": "shown", "sandbox": "none",
                  "command": [ "$RAW", "--title", "Shown", "color", "00ff00" ] },
                { "name": "quiet", "sandbox": "none",
                  "command": [ "sleep", "1000" ] } ] }
            """);
        var client = host.WaitForClient("Shown");
        var (code, lines) = Ctl(host, "health");
        Assert.Equal(0, code);
        Assert.Equal("healthy", lines[0]);
        Assert.DoesNotContain(lines, l => l.StartsWith('!'));
        Assert.Matches($@"^shown +running +{client.Pid} +1 +[0-9.]+ s ago +0 +0 +0 +- +[0-9.]+ MB +[0-9.]+ % +[0-9.]+ s$",
            lines.Single(l => l.StartsWith("shown ", StringComparison.Ordinal)));
        Assert.Matches(@"^quiet +running +\d+ +0 +- ", lines.Single(l => l.StartsWith("quiet ", StringComparison.Ordinal)));
        Assert.Contains(lines, l => l.StartsWith($"host     mmm 0.1.0, pid {host.Process.Pid}, up ", StringComparison.Ordinal)
            && l.Contains(", 1 client, ", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("display  320x200 ", StringComparison.Ordinal) && l.Contains(", on, "));
        Assert.Contains("input    0 devices", lines);
        Assert.Contains("sound    none, idle, volume 100 %, 0 xruns, 0 underruns", lines);
        Assert.Contains(lines, l => l.EndsWith(" memory available", StringComparison.Ordinal));
    }

    [Fact]
    public void An_app_that_keeps_ending_is_told_and_is_exit_code_1()
    {
        using var host = new MmmHost(config: """
            { "apps": [ { "name": "shown", "sandbox": "none",
                  "command": [ "$RAW", "--title", "Shown", "color", "00ff00" ] },
                { "name": "broken", "sandbox": "none",
                  "command": [ "sh", "-c", "exit 3" ] } ] }
            """);
        host.WaitForClient("Shown");
        Wait.Until(() => State(host, "broken") == "failing", "the failing app");
        var (code, lines) = Ctl(host, "health");
        Assert.Equal(1, code);
        Assert.Equal("not healthy", lines[0]);
        Assert.Matches("^! app broken is failing; it ended [0-9]+ times within the last hour, the last time with code 3; "
            + "see mmmctl logs broken$", lines[1]);
        (code, lines) = Ctl(host, "health", "--json");
        Assert.Equal(1, code);
        var health = JsonDocument.Parse(Assert.Single(lines)).RootElement;
        Assert.False(health.GetProperty("healthy").GetBoolean());
        Assert.Single(health.GetProperty("problems").EnumerateArray());
        var apps = health.GetProperty("apps").EnumerateArray().ToArray();
        Assert.Equal([true, false], apps.Select(a => a.GetProperty("healthy").GetBoolean()));
        Assert.True(apps[0].GetProperty("memoryBytes").GetInt64() > 0);
        Assert.Equal("code 3", apps[1].GetProperty("lastExit").GetString());
        Assert.True(apps[1].GetProperty("restarts").GetInt32() >= 2);
        var metrics = Metrics(host);
        Assert.Equal(0, metrics["mmm_healthy"]);
        Assert.Equal([1.0, 0], [metrics["mmm_app_healthy", ("app", "shown")], metrics["mmm_app_healthy", ("app", "broken")]]);
        Assert.Equal(1, metrics["mmm_app_up", ("app", "shown")]);
        Assert.Equal(1, metrics["mmm_app_state", ("app", "broken"), ("state", "failing")]);
        Assert.True(metrics["mmm_app_restarts_total", ("app", "broken")] >= 2);
        Assert.Equal(1, metrics["mmm_app_frames_total", ("app", "shown")]);
    }

    [Fact]
    public void A_stopped_app_is_told()
    {
        using var host = new MmmHost(config: """
            { "apps": [ { "name": "shown", "sandbox": "none",
                  "command": [ "$RAW", "--title", "Shown", "color", "00ff00" ] } ] }
            """);
        var pid = host.WaitForClient("Shown").Pid;
        new Child("kill", ["-STOP", $"{pid}"]).WaitForEnd();
        Wait.Until(() => State(host, "shown") == "stopped", "the stopped app");
        var (code, lines) = Ctl(host, "health");
        Assert.Equal((1, $"! app shown is stopped; kill -CONT {pid} continues it"), (code, lines[1]));
    }

    [Fact]
    public void Memory_and_processor_time_are_those_of_all_processes_of_the_app()
    {
        using var host = new MmmHost(config: """
            { "apps": [ { "name": "shown", "sandbox": "none",
                  "command": [ "sh", "-c",
                "setsid sh -c 'while :; do :; done' & exec $RAW --title Shown color 00ff00" ] } ] }
            """);
        host.WaitForClient("Shown");
        var first = Seconds();
        Wait.Until(() => Seconds() > first + 0.2, "the time of the process in the background", () => $"{App(host)}");
        Assert.Equal(2, App(host).GetProperty("processes").GetInt32());
        Assert.InRange(App(host).GetProperty("uptimeSeconds").GetDouble(), first, 600);
        Assert.InRange(App(host).GetProperty("memoryBytes").GetInt64(), 50_000, 50_000_000);

        double Seconds() => App(host).GetProperty("cpuSeconds").GetDouble();
    }

    [Fact]
    public void Frames_and_the_age_of_the_last_one_outlive_the_process()
    {
        using var host = new MmmHost(config: """
            { "apps": [ { "name": "shown", "sandbox": "none",
                  "command": [ "$RAW", "--title", "Shown", "animate" ] } ] }
            """);
        var pid = host.WaitForClient("Shown", c => c.Frames >= 20).Pid;
        var before = App(host).GetProperty("frames").GetInt64();
        Child.Kill(pid);
        Wait.Until(() => App(host).GetProperty("clients").GetInt32() == 0, "the client's end");
        Assert.True(App(host).GetProperty("lastFrameSeconds").GetDouble() >= 0);
        Assert.True(App(host).GetProperty("frames").GetInt64() >= before);
        host.WaitForClient("Shown", c => c.Pid != pid && c.Frames > 0);
        Assert.True(App(host).GetProperty("frames").GetInt64() > before);
    }

    [Fact]
    public void Events_that_an_app_does_not_read_are_counted()
    {
        using var host = new MmmHost(config: """
            { "apps": [ { "name": "shown", "sandbox": "none",
                  "command": [ "$RAW", "--title", "Shown", "deaf" ] } ] }
            """);
        host.WaitForClient("Shown");
        var before = App(host).GetProperty("eventsQueued").GetInt32();
        for (var i = 0; i < 7; i++)
            host.Ask("send", "Shown", "hello");
        Assert.Equal(before + 7, App(host).GetProperty("eventsQueued").GetInt32());
    }

    [Fact]
    public void Underruns_of_clients_that_are_gone_stay_counted()
    {
        using var host = new MmmHost();
        using (var client = new HandMade(host, "late", c =>
        {
            c.Poke(HandMade.PcmFormat, 3);
            c.Poke(HandMade.PcmRate, 48000);
        }))
        {
            var written = 0;
            Wait.Until(() =>
            {
                if (client.Peek(HandMade.PcmRead) == written) // the host has run out of frames
                    client.Poke(HandMade.PcmWrite, written += 1000);
                return Underruns() > 0;
            }, "an underrun");
        }
        host.WaitForNoClient("late");
        Assert.True(Underruns() > 0);
        Assert.Equal(Underruns(), Metrics(host)["mmm_audio_underruns_total"]);

        int Underruns() => host.Ask("health").GetProperty("sound").GetProperty("underruns").GetInt32();
    }

    [Fact]
    public void A_blank_screen_is_told_and_healthy()
    {
        using var host = new MmmHost();
        Assert.Equal("on", Display());
        host.Ask("blank");
        Assert.Equal("blank", Display());
        Assert.Equal(0, Ctl(host, "health").Code);
        Assert.Equal(1, Metrics(host)["mmm_display_state", ("state", "blank")]);

        string? Display() => host.Ask("health").GetProperty("display").GetProperty("state").GetString();
    }

    [Fact]
    public void Names_with_quotes_are_escaped_and_titles_of_clients_are_no_labels()
    {
        using var host = new MmmHost(config: """
            { "apps": [ { "name": "a\"b\\n{}", "sandbox": "none",
                  "command": [ "$RAW", "--title", "evil\"} 1\nmmm_healthy 7\n#", "color", "00ff00" ] } ] }
            """);
        Wait.Until(() => host.Clients is [{ Frames: > 0 }], "the client");
        var (_, lines) = Ctl(host, "metrics");
        var metrics = new Exposition(string.Join('\n', lines) + "\n");
        Assert.Equal(1, metrics["mmm_app_frames_total", ("app", "a\"b\\n{}")]);
        Assert.Equal(1, metrics["mmm_healthy"]);
        Assert.DoesNotContain(lines, l => l.Contains("evil", StringComparison.Ordinal));
    }

    [Fact]
    public void Faults_of_the_configuration_are_told()
    {
        using var host = new MmmHost(start: false, config: """{ "hepl": "x" }""");
        host.Start("--fallback", host.Temp.Write("fallback.json", "{}"));
        var (code, lines) = Ctl(host, "health");
        Assert.Equal(1, code);
        Assert.Contains(lines, l => l.StartsWith('!') && l.Contains("hepl is not a known key; did you mean \"help\"?"));
    }

    [Fact]
    public void Without_a_host_the_exit_code_is_1_and_nothing_is_printed()
    {
        using var temp = new TempDirectory();
        foreach (var command in (string[])["health", "metrics"])
        {
            using var ctl = new Child(Programs.Mmmctl, ["--path", temp.Path, command]);
            Assert.Equal(1, ctl.WaitForEnd());
            Assert.Empty(ctl.Output);
            Assert.Contains("no host answers there", Assert.Single(ctl.Errors));
        }
    }

    [Fact]
    public void Requests_of_many_connections_at_once_are_all_answered()
    {
        using var host = new MmmHost();
        var connections = Enumerable.Range(0, 20).Select(_ => new ControlClient(host.Path)).ToList();
        connections.ForEach(c => c.Send("[\"health\"]\n[\"health\"]\n"));
        foreach (var connection in connections)
        {
            Assert.Contains("\"healthy\":true", connection.ReadLine());
            Assert.Contains("\"healthy\":true", connection.ReadLine());
            connection.Dispose();
        }
    }
}
